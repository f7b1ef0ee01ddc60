/** Advances the named families again and again, and tells each acknowledged generation, until it is killed. */
import { writeSync } from 'node:fs';
import { advance, mustCommit } from '@ostiary/storage/contract';
import { openSqliteStore } from './open.ts';

const [path, ...labels] = process.argv.slice(2);
const store = await openSqliteStore({ path: path ?? '' });
await Promise.all(labels.map(advanceForEver));

async function advanceForEver(label: string): Promise<void> {
  for (let from = 0; from < 1_000_000; from++) {
    await mustCommit(store, { advances: [advance(label, from)] });
    writeSync(1, `${label} ${from + 1}\n`);
  }
}
