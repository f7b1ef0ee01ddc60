import assert from 'node:assert/strict';
import { it } from 'node:test';
import { postgresServer } from '../support/postgres.ts';
import { runLostAnswers } from './lost-answers.ts';

const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);
const refreshes = 300;

for (const kind of ['sqlite', 'postgres'] as const) {
  it(`${refreshes} refreshes of which every third loses its answer (${kind}, OSTIARY_SEED=${seed}): nobody is signed out`, async () => {
    const server = kind === 'postgres' ? await postgresServer() : undefined;
    const run = await runLostAnswers({ seed, refreshes, families: 30, ...(server && { server }) });
    assert.deepEqual(run.violations, []);
    assert.ok(run.figures['lost answers']! > refreshes / 10, JSON.stringify(run.figures));
  });
}
