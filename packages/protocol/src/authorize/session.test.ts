import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '@ostiary/model';
import { device, session, sessionPolicy, signIn } from '../authorization.fixture.ts';
import { dayMs, facts, nowMs } from '../family.fixture.ts';
import { isStanding, type SessionFacts } from './session.ts';

const stands = (changes: Partial<SessionFacts>) => isStanding(signIn(changes), sessionPolicy, nowMs);
const standsAs = (changes: Partial<Session>) => stands({ session: session(changes) });

test('a sign-in stands while its user, device and time do', () => assert.ok(stands({})));

test('it is over when it ended', () => assert.ok(!standsAs({ endedAtMs: nowMs })));

test('it is over after the idle time, to the millisecond', () => {
  assert.ok(standsAs({ seenAtMs: nowMs - 3 * dayMs + 1 }));
  assert.ok(!standsAs({ seenAtMs: nowMs - 3 * dayMs }));
});

test('it is over at the absolute time after the last sign-in, however busy', () => {
  const old = { createdAtMs: nowMs - 100 * dayMs, seenAtMs: nowMs };
  assert.ok(standsAs({ ...old, authTimeMs: nowMs - 30 * dayMs + 1 }));
  assert.ok(!standsAs({ ...old, authTimeMs: nowMs - 30 * dayMs }));
});

test('it falls with its user', () => {
  assert.ok(!stands({ user: undefined }));
  assert.ok(!stands({ user: { ...facts().user, isDisabled: true } }));
  assert.ok(!stands({ user: { ...facts().user, epoch: 3 } }));
});

test('it falls with its device', () => {
  assert.ok(!stands({ device: undefined }));
  assert.ok(!stands({ device: device({ removedAtMs: nowMs - 1 }) }));
});
