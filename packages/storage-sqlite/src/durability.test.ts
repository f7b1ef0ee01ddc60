import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { family, familyRow, furnish, mustCommit } from '@ostiary/storage/contract';
import { openSqliteStore } from './open.ts';

const writer = fileURLToPath(new URL('./durability-writer.ts', import.meta.url));
const labels = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const acknowledgements = 400;

it('an acknowledged advance is there after kill -9, and no family is ahead of what was asked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-'));
  const path = join(folder, 'ostiary.db');
  const before = await openSqliteStore({ path });
  await furnish(before);
  await mustCommit(before, { inserts: labels.map((label) => ({ kind: 'family', row: familyRow(label) })) });
  await before.close();
  const acknowledged = await writeUntilKilled(path);
  const after = await openSqliteStore({ path });
  for (const label of labels) {
    const { generation } = await family(after, label);
    const told = acknowledged.get(label) ?? 0;
    // One more advance of each family may have been on its way.
    assert.ok(generation === told || generation === told + 1, `${label}: told ${told}, found ${generation}`);
  }
  await after.close();
  await rm(folder, { recursive: true });
});

/** The highest generation that the writer acknowledged for each family before it was killed. */
async function writeUntilKilled(path: string): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [writer, path, ...labels], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const acknowledged = new Map<string, number>();
  let lines = 0;
  for await (const line of createInterface(child.stdout)) {
    const [label, generation] = line.split(' ') as [string, string];
    acknowledged.set(label, Number(generation));
    if (++lines === acknowledgements) child.kill('SIGKILL');
  }
  assert.deepEqual(await exit, [null, 'SIGKILL'], `the writer stopped by itself after ${lines} acknowledgements`);
  return acknowledged;
}
