import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTestClock } from './clock.ts';

test('a test clock goes with the real one until it is moved', () => {
  let nowMs = 1000;
  const clock = createTestClock({ now: () => nowMs });
  nowMs = 2000;
  assert.equal(clock.now(), 2000);
  clock.advance(3600);
  assert.equal(clock.now(), 3_602_000);
  assert.equal(clock.offsetMs(), 3_600_000);
  nowMs = 2500;
  assert.equal(clock.now(), 3_602_500);
});

test('a test clock does not go back', () => {
  const clock = createTestClock();
  assert.throws(() => clock.advance(-1), RangeError);
  assert.throws(() => clock.advance(Number.NaN), RangeError);
  assert.equal(clock.offsetMs(), 0);
});
