import assert from 'node:assert/strict';
import { test } from 'node:test';
import { session } from '../authorization.fixture.ts';
import { ada, adaSession, laptop, nowMs } from '../family.fixture.ts';
import { planSignOut } from './sign-out.ts';

test('security 80: sign-out ends the session and the families bound to it; offline families live on', () => {
  const plan = planSignOut(session(), nowMs);
  const cause = 'signed_out';
  assert.deepEqual(plan.ends, [
    { kind: 'session', id: adaSession, cause, atMs: nowMs },
    { kind: 'families', of: { userId: ada, sessionId: adaSession, boundTo: 'session' }, cause, atMs: nowMs },
  ]);
  assert.deepEqual(plan.events, [
    { kind: 'session_ended', userId: ada, deviceId: laptop, sessionId: adaSession, cause },
  ]);
});
