import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isOver, nextState } from './state.ts';
import type { SessionEvent, SessionState } from './state.ts';

const events: SessionEvent[] = [
  { kind: 'renewalBegan' },
  { kind: 'renewed' },
  { kind: 'renewalFailed', reason: 'offline', retryAtMs: 1 },
  { kind: 'endNear', secondsLeft: 60, canExtend: true },
  { kind: 'endNear', secondsLeft: 0, canExtend: false },
  { kind: 'endFar' },
];
const over: SessionState[] = [
  { kind: 'signedOut', reason: 'signedOut' },
  { kind: 'ended', reason: { code: 'grantEnded' } },
];

describe('the state of a session', () => {
  it('is brought back by signing in alone', () => {
    fc.assert(
      fc.property(fc.constantFrom(...over), fc.array(fc.constantFrom(...events)), (state, happened) => {
        assert.equal(happened.reduce(nextState, state), state);
        assert.deepEqual(nextState(state, { kind: 'signedIn' }), { kind: 'active' });
      }),
    );
  });

  it('is lost by ending and signing out alone', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<SessionEvent>({ kind: 'signedIn' }, ...events)), (happened) => {
        assert.equal(isOver(happened.reduce<SessionState>(nextState, { kind: 'active' })), false);
      }),
    );
    assert.deepEqual(nextState({ kind: 'renewing' }, { kind: 'signedOut', where: 'elsewhere' }), {
      kind: 'signedOut',
      reason: 'signedOutElsewhere',
    });
  });

  it('keeps the first cause of its end', () => {
    const [, ended] = over as [SessionState, SessionState];
    assert.equal(nextState(ended, { kind: 'ended', reason: { code: 'expired' } }), ended);
  });

  it('is near its end until a renewal moves that, and not while renewals fail', () => {
    const failed: SessionEvent = { kind: 'renewalFailed', reason: 'offline', retryAtMs: 1 };
    const near: SessionState = { kind: 'expiring', secondsLeft: 9, canExtend: true };
    assert.equal(nextState(near, failed), near);
    assert.deepEqual(nextState(near, { kind: 'renewed' }), { kind: 'active' });
    const fixed: SessionState = { kind: 'expiring', secondsLeft: 9, canExtend: false };
    assert.equal(nextState(fixed, { kind: 'renewed' }), fixed);
    assert.deepEqual(nextState(fixed, { kind: 'endFar' }), { kind: 'active' });
    assert.equal(nextState({ ...near, secondsLeft: 0 }, failed).kind, 'degraded');
  });

  it('shows trouble until a renewal succeeds', () => {
    const degraded = nextState({ kind: 'renewing' }, { kind: 'renewalFailed', reason: 'serverBusy', retryAtMs: 9 });
    assert.deepEqual(degraded, { kind: 'degraded', reason: 'serverBusy', retryAtMs: 9 });
    assert.equal(nextState(degraded, { kind: 'renewalBegan' }), degraded);
    assert.deepEqual(nextState(degraded, { kind: 'renewed' }), { kind: 'active' });
  });
});
