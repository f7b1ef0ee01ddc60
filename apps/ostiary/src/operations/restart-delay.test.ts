import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartDelayMs } from './restart-delay.ts';

test('a worker that crashes again and again is started later and later, half a minute apart at most', () => {
  const delays: number[] = [];
  let crashesInARow = 0;
  for (let crash = 0; crash < 12; crash += 1) {
    const next = restartDelayMs(100, crashesInARow);
    delays.push(next.delayMs);
    ({ crashesInARow } = next);
  }
  assert.deepEqual(delays.slice(0, 4), [250, 500, 1000, 2000]);
  assert.equal(delays.at(-1), 30_000);
});

test('a worker that served for a minute is started again at once', () => {
  assert.deepEqual(restartDelayMs(60_000, 9), { delayMs: 250, crashesInARow: 1 });
});
