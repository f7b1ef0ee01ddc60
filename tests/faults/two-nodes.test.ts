import assert from 'node:assert/strict';
import { it } from 'node:test';
import { allFaults } from './nemesis.ts';
import { runTwoNodes } from './two-nodes.ts';

const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);

it(`two nodes on one PostgreSQL go through every fault once (OSTIARY_SEED=${seed})`, async (t) => {
  const done: string[] = [];
  const run = await runTwoNodes({
    seed,
    families: 40,
    faults: allFaults.length,
    lasts: { atLeast: 150, atMost: 700 },
    say: (line) => void done.push(line),
  });
  assert.deepEqual(run.violations, [], done.join('\n'));
  t.diagnostic(JSON.stringify(run.figures));
});
