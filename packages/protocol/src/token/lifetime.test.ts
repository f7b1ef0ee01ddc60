import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dayMs, family, hourMs, nowMs } from '../family.fixture.ts';
import { effectiveLimits, expiryOf, isTouchDue, refreshExpiry } from './lifetime.ts';

type Limits = Parameters<typeof expiryOf>[1];

const born = (limits: Limits, changes = {}) => {
  const { grant, boundTo } = family().terms;
  return family({ terms: { grant, boundTo, ...limits }, ...changes });
};
const hours = (count: number) => count * 3600;

describe('security 79: the effective end is the earlier of the policy at birth and the policy now', () => {
  const cases: [string, Limits, Limits, Limits][] = [
    [
      'shortening takes effect',
      { idleSeconds: 100 },
      { idleSeconds: 10 },
      { idleSeconds: 10, absoluteSeconds: undefined },
    ],
    [
      'lengthening does not',
      { absoluteSeconds: 10 },
      { absoluteSeconds: 100 },
      { idleSeconds: undefined, absoluteSeconds: 10 },
    ],
    [
      'a new limit takes effect',
      {},
      { idleSeconds: 10, absoluteSeconds: 20 },
      { idleSeconds: 10, absoluteSeconds: 20 },
    ],
    [
      'lifting a limit does not',
      { idleSeconds: 10, absoluteSeconds: 20 },
      {},
      { idleSeconds: 10, absoluteSeconds: 20 },
    ],
  ];
  for (const [name, atBirth, now, effective] of cases) {
    test(name, () => assert.deepEqual(effectiveLimits(born(atBirth), now), effective));
  }
});

describe('expiry', () => {
  test('the idle limit is counted from the last use, to the millisecond', () => {
    const at = (idleMs: number) => expiryOf(born({ idleSeconds: hours(1) }, { usedAtMs: nowMs - idleMs }), {}, nowMs);
    assert.equal(at(hourMs - 1), undefined);
    assert.equal(at(hourMs), 'idle_expired');
  });

  test('the absolute limit is counted from birth, and use does not move it', () => {
    const at = (ageMs: number) =>
      expiryOf(born({ absoluteSeconds: hours(1) }, { createdAtMs: nowMs - ageMs, usedAtMs: nowMs }), {}, nowMs);
    assert.equal(at(hourMs - 1), undefined);
    assert.equal(at(hourMs), 'absolute_expired');
  });

  test('of both the absolute one is told', () => {
    const old = born({ idleSeconds: 1, absoluteSeconds: 1 }, { createdAtMs: 0, usedAtMs: 0 });
    assert.equal(expiryOf(old, {}, nowMs), 'absolute_expired');
  });

  test('without limits never, and a clock that went backwards ends nothing', () => {
    assert.equal(expiryOf(born({}, { createdAtMs: 0, usedAtMs: 0 }), {}, nowMs), undefined);
    assert.equal(expiryOf(born({ idleSeconds: 1, absoluteSeconds: 1 }), {}, 0), undefined);
  });
});

describe('a use is written down at most once per hour and per twentieth of the idle limit', () => {
  const cases: [string, number | undefined, number][] = [
    ['idle limit of 14 days: an hour', 14 * 86_400, hourMs],
    ['idle limit of 20 hours: an hour', hours(20), hourMs],
    ['idle limit of 1 hour: 3 minutes', hours(1), 180_000],
    ['no idle limit: an hour', undefined, hourMs],
  ];
  for (const [name, idleSeconds, everyMs] of cases) {
    test(name, () => {
      const usedAgo = (ms: number) => isTouchDue(born({ idleSeconds }, { usedAtMs: nowMs - ms }), {}, nowMs);
      assert.ok(!usedAgo(everyMs - 1));
      assert.ok(usedAgo(everyMs));
      assert.ok(!usedAgo(-dayMs));
    });
  }
});

describe('security 92: what an answer says of the life of its refresh token', () => {
  const expiry = (limits: Limits, atMs: number) =>
    refreshExpiry(born(limits, { createdAtMs: nowMs - hourMs }), limits, atMs, atMs);

  test('the idle limit is whole after each rotation, the absolute one decreases', () => {
    const limits = { idleSeconds: 600, absoluteSeconds: hours(2) };
    assert.deepEqual(expiry(limits, nowMs), { timeoutSeconds: 600, authorizationSeconds: 3600 });
    assert.deepEqual(expiry(limits, nowMs + 600_500), { timeoutSeconds: 600, authorizationSeconds: 2999 });
  });

  test('"never" is left out, and what is over is 0, not negative', () => {
    assert.deepEqual(expiry({}, nowMs), { timeoutSeconds: undefined, authorizationSeconds: undefined });
    assert.equal(expiry({ absoluteSeconds: 60 }, nowMs).authorizationSeconds, 0);
  });
});
