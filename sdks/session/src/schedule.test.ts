import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isDue, marginMs, pauseMs, renewalTime } from './schedule.ts';
import type { TokenSet } from './token-set.ts';

const set = (lifetimeMs: number | undefined, obtainedAtMs = 1_000_000): TokenSet => ({
  accessToken: 'at',
  tokenType: 'Bearer',
  obtainedAtMs,
  ...(lifetimeMs !== undefined && { expiresAtMs: obtainedAtMs + lifetimeMs }),
});
const draws = fc.double({ min: 0, max: 1, noNaN: true });

describe('when to renew', () => {
  it('always after the tokens came and before the margin, whatever the lifetime', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 10 }), draws, (lifetimeMs, draw) => {
        const tokens = set(lifetimeMs);
        const atMs = renewalTime(tokens, draw) ?? Number.NaN;
        assert.ok(atMs >= tokens.obtainedAtMs);
        assert.ok(atMs <= tokens.obtainedAtMs + lifetimeMs - marginMs(lifetimeMs));
      }),
    );
  });

  it('spread over a tenth of the lifetime at least, and over five retry windows where there is room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 ** 10 }), (lifetimeMs) => {
        const tokens = set(lifetimeMs);
        const spreadMs = (renewalTime(tokens, 0) ?? 0) - (renewalTime(tokens, 1) ?? 0);
        assert.ok(spreadMs >= lifetimeMs * 0.1 - 1);
        if (lifetimeMs >= 600_000) assert.ok(spreadMs >= 300_000 - 1);
      }),
    );
  });

  it('never by itself when no end is known', () => {
    assert.equal(renewalTime(set(undefined), 0.5), undefined);
    assert.equal(isDue(set(undefined), Number.MAX_SAFE_INTEGER), false);
  });

  it('before the end of the session, where that comes first and can be moved', () => {
    const tokens = { ...set(3_600_000, 0), refreshToken: 'rt', refreshExpiresAtMs: 900_000 };
    assert.equal(renewalTime(tokens, 0), 840_000);
    assert.equal(isDue(tokens, 840_000), true);
    const fixed = { ...tokens, sessionExpiresAtMs: 900_000 };
    assert.equal(renewalTime(fixed, 0), 3_540_000);
    assert.equal(isDue(fixed, 899_999), false);
  });

  it('an hour: from the 47th minute to the 59th', () => {
    const tokens = set(3_600_000, 0);
    assert.equal(renewalTime(tokens, 0), 3_540_000);
    assert.equal(renewalTime(tokens, 1), 3_540_000 - 720_000);
  });
});

describe('whether to renew before use', () => {
  it('within the last tenth, a minute at most', () => {
    assert.equal(isDue(set(3_600_000, 0), 3_539_999), false);
    assert.equal(isDue(set(3_600_000, 0), 3_540_000), true);
    assert.equal(isDue(set(10_000, 0), 8_999), false);
    assert.equal(isDue(set(10_000, 0), 9_000), true);
  });
  it('a token that is over from the beginning is due, and only that', () => assert.equal(isDue(set(0, 0), 0), true));
});

describe('how long to wait after a failure', () => {
  it('longer and longer, a minute at most, and never less than asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        draws,
        fc.integer({ min: 0, max: 3_600 }),
        (failures, draw, retryAfter) => {
          const ms = pauseMs(failures, draw, retryAfter);
          assert.ok(ms >= 100 && ms >= retryAfter * 1000);
          assert.ok(ms <= Math.max(60_000, retryAfter * 1000) + 1000);
        },
      ),
    );
  });
});
