import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lookAtClock } from './clock-look.ts';

const nowMs = Date.UTC(2026, 5, 1, 12);

/** A look whose question took `tripMs`, by a clock `aheadMs` ahead of the database's. */
function look(aheadMs: number, { tripMs = 0, atMs = nowMs } = {}) {
  return { beforeMs: atMs - tripMs / 2, databaseMs: atMs - aheadMs, afterMs: atMs + tripMs / 2 };
}

for (const [aheadMs, isRight] of [
  [0, true],
  [5_000, true],
  [5_001, false],
  [-5_000, true],
  [-5_001, false],
  [86_400_000, false],
] as const) {
  test(`a clock ${aheadMs} ms ahead of the database's is ${isRight ? 'right' : 'wrong'}`, () => {
    assert.deepEqual(lookAtClock(look(aheadMs)), { atMs: nowMs, offsetMs: aheadMs, isRight });
  });
}

test('half of the way there and back counts in favour of the clock', () => {
  assert.equal(lookAtClock(look(5_900, { tripMs: 1_800 })).isRight, true);
  assert.equal(lookAtClock(look(5_901, { tripMs: 1_800 })).isRight, false);
});

test('a clock that went back by more than 30 s is wrong until the next look, although the database agrees', () => {
  const first = lookAtClock(look(0));
  assert.equal(lookAtClock(look(0, { atMs: nowMs - 30_000 }), first).isRight, true);
  const second = lookAtClock(look(0, { atMs: nowMs - 30_001 }), first);
  assert.equal(second.isRight, false);
  assert.equal(lookAtClock(look(0, { atMs: nowMs - 25_000 }), second).isRight, true);
});

test('a clock that goes back in the middle of the look is noticed', () => {
  const first = lookAtClock(look(0));
  const looked = { beforeMs: nowMs + 5_000, databaseMs: nowMs + 5_000, afterMs: nowMs - 60_000 };
  assert.equal(lookAtClock(looked, first).isRight, false);
});
