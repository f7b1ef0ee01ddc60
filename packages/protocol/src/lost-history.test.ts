import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { ClientId, DeviceId, FamilyId, SessionId, UserId } from '@ostiary/wire';
import { planEndOfLostHistory } from './lost-history.ts';

const userId = 'usr_ada' as UserId;
const deviceId = 'dev_laptop' as DeviceId;
const clientId = 'lab-spa' as ClientId;
const sessionId = 'ses_1' as SessionId;
const familyId = 'fam_1' as FamilyId;
const cause = 'history_lost';

test('every session and family ends with its cause, and an event that its user can read', () => {
  const plan = planEndOfLostHistory(
    { sessions: [{ id: sessionId, userId, deviceId }], families: [{ id: familyId, userId, clientId, deviceId }] },
    7,
  );
  assert.deepEqual(plan.ends, [
    { kind: 'session', id: sessionId, cause, atMs: 7 },
    { kind: 'family', id: familyId, cause, atMs: 7 },
  ]);
  assert.deepEqual(plan.events, [
    { kind: 'session_ended', userId, deviceId, sessionId, cause },
    { kind: 'family_ended', userId, clientId, deviceId, familyId, cause },
  ]);
});
