// npm run compat -- --url postgres://...: the storage contract on a real engine. docs/scale.md tells for whom.
import { join } from 'node:path';
import { run } from 'node:test';
import { parseArgs } from 'node:util';
import { migratePostgres } from '@ostiary/storage-postgres';
import { scratchDatabase } from './scratch.ts';
import { startTrial } from './trial.ts';
import type { Trial } from './trial.ts';

const usage = `npm run compat -- --url postgres://USER:PASSWORD@HOST:PORT/DATABASE [--isolation LEVEL] [--only WORDS]

Runs the storage contract in a database of its own, made beside the one of the URL and dropped at the end.
Where none can be made, it takes the one of the URL, which must hold no table.

  --isolation  'read committed' (default), 'repeatable read' (Aurora DSQL), 'serializable'
  --only       only the tests whose name holds these words
`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    isolation: { type: 'string', default: 'read committed' },
    only: { type: 'string' },
  },
});
const isolation = isolationOf(values.isolation);
if (!values.url || !isolation) {
  process.stderr.write(usage);
  process.exit(2);
}
process.exitCode = await compat(values.url, isolation).catch((error: unknown) => {
  console.log(`FAIL ${error instanceof Error ? error.message : String(error)}`);
  return 1;
});

function isolationOf(word: string): Trial['isolation'] | undefined {
  return (['read committed', 'repeatable read', 'serializable'] as const).find((level) => level === word);
}

/** @returns the exit code */
async function compat(url: string, level: Trial['isolation']): Promise<number> {
  const scratch = await scratchDatabase(url);
  console.log(`${scratch.engine}, ${level}, ${scratch.isNew ? 'a database of its own' : 'the database of the URL'}`);
  try {
    const startMs = Date.now();
    const { applied } = await migratePostgres({ url: scratch.url });
    console.log(`migrations  ${applied.length} applied in ${secondsSince(startMs)} s`);
    return await contract(startTrial({ url: scratch.url, isolation: level }));
  } finally {
    await scratch.remove();
  }
}

async function contract({ retries }: Trial): Promise<number> {
  const startMs = Date.now();
  const failed: string[] = [];
  let passed = 0;
  const events = run({
    files: [join(import.meta.dirname, 'contract.ts')],
    isolation: 'none',
    ...(values.only ? { testNamePatterns: [values.only] } : {}),
  });
  for await (const { type, data } of events) {
    if (type === 'test:pass' && data.details.type !== 'suite' && !data.skip) passed++;
    if (type === 'test:fail' && data.details.type !== 'suite')
      failed.push(`${data.name}: ${rootOf(data.details.error)}`);
  }
  const again = [...retries].map(([reason, times]) => `${reason} ${times}`).join(', ');
  console.log(`contract    ${passed} passed, ${failed.length} failed in ${secondsSince(startMs)} s`);
  console.log(`done again  ${again || 'nothing'}`);
  for (const line of failed) console.log(`FAIL ${line}`);
  return failed.length === 0 && passed > 0 ? 0 : 1;
}

/** The first line of what began it: the database's words, where it was the database. */
function rootOf(error: Error): string {
  let root: unknown = error;
  while (root instanceof Error && root.cause !== undefined) root = root.cause;
  return (root instanceof Error ? root.message : String(root)).split('\n')[0] ?? '';
}

function secondsSince(startMs: number): string {
  return ((Date.now() - startMs) / 1000).toFixed(1);
}
