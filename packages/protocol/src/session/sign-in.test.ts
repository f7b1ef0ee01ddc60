import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionId } from '@ostiary/wire';
import { device, session, sessionPolicy } from '../authorization.fixture.ts';
import { isStanding } from '../authorize/session.ts';
import { ada, adaSession, bob, dayMs, digest, facts, frozen, laptop, nowMs, phone } from '../family.fixture.ts';
import { byPassword, decideSignIn, type SignInQuestion } from './sign-in.ts';

const newSession = 'ses_new' as SessionId;
const user = { ...facts().user, username: 'ada@example.com', createdAtMs: nowMs - 100 * dayMs };
const cookies = { cookieHash: digest('new cookie'), authTimeMs: nowMs, acr: '1', amr: ['pwd'] };

function signIn(changes: Partial<SignInQuestion> = {}) {
  const drawn = {
    sessionId: newSession,
    sessionCookieHash: digest('new cookie'),
    deviceId: phone,
    deviceCookieHash: digest('new device cookie'),
  };
  const question = {
    user,
    userAgent: 'Mozilla/5.0',
    deviceName: 'Firefox',
    authentication: byPassword,
    drawn,
    ...changes,
  };
  return decideSignIn(frozen(question), nowMs);
}

const kinds = (list: { kind: string }[]) => list.map(({ kind }) => kind);

describe('the first sign-in of a browser', () => {
  const { sessionId, plan } = signIn();

  test('makes a device and a session', () => {
    assert.equal(sessionId, newSession);
    assert.deepEqual(plan.inserts, [
      {
        kind: 'device',
        row: {
          id: phone,
          userId: ada,
          cookieHash: digest('new device cookie'),
          name: 'Firefox',
          userAgent: 'Mozilla/5.0',
          createdAtMs: nowMs,
          seenAtMs: nowMs,
        },
      },
      {
        kind: 'session',
        row: {
          id: newSession,
          userId: ada,
          deviceId: phone,
          userEpoch: 2,
          createdAtMs: nowMs,
          seenAtMs: nowMs,
          ...cookies,
        },
      },
    ]);
    assert.deepEqual(kinds(plan.events), ['device_seen', 'session_started']);
  });

  test('expects the user as read, and ends nothing', () => {
    assert.deepEqual(plan.expects, [{ kind: 'user', id: ada, epoch: 2 }]);
    assert.deepEqual(plan.ends, []);
  });
});

test('a known device is expected, seen again and not made anew', () => {
  const { plan } = signIn({ device: device() });
  assert.deepEqual(kinds(plan.inserts), ['session']);
  assert.deepEqual(kinds(plan.expects), ['user', 'device']);
  const [touch] = plan.touches;
  assert.deepEqual(touch, { kind: 'device', id: laptop, seenAtMs: nowMs, userAgent: 'Mozilla/5.0', name: 'Firefox' });
  assert.deepEqual(kinds(plan.events), ['session_started']);
});

describe('the same user again on the same device', () => {
  const { sessionId, plan } = signIn({ device: device(), previous: session() });

  test('keeps the session, so that what is bound to it lives on, under a new cookie', () => {
    assert.equal(sessionId, adaSession);
    assert.deepEqual(plan.inserts, []);
    assert.deepEqual(plan.ends, []);
    assert.deepEqual(plan.touches[1], { kind: 'session', id: adaSession, seenAtMs: nowMs, renewed: cookies });
    assert.deepEqual(kinds(plan.expects), ['user', 'device', 'session']);
  });

  test('stands afterwards, however old the session is', () => {
    const old = session({
      createdAtMs: nowMs - 400 * dayMs,
      authTimeMs: nowMs - 31 * dayMs,
      seenAtMs: nowMs - 31 * dayMs,
    });
    const { plan: renewing } = signIn({ device: device(), previous: old });
    const [, touch] = renewing.touches;
    assert.ok(touch?.kind === 'session' && touch.renewed !== undefined);
    const renewed = { ...old, ...touch.renewed, seenAtMs: touch.seenAtMs };
    assert.ok(isStanding({ session: renewed, user, device: device() }, sessionPolicy, nowMs));
  });
});

describe('a session that cannot be kept gives way to a new one', () => {
  const ending = (previous: ReturnType<typeof session>) => {
    const cause = 'session_replaced';
    const { userId, id, deviceId } = previous;
    return {
      ends: [
        { kind: 'session', id, cause, atMs: nowMs },
        { kind: 'families', of: { userId, sessionId: id, boundTo: 'session' }, cause, atMs: nowMs },
      ],
      event: { kind: 'session_ended', userId, deviceId, sessionId: id, cause },
    };
  };
  const cases = [
    ["another user's", session({ id: 'ses_bob' as SessionId, userId: bob })],
    ['of another device', session({ deviceId: phone })],
    ['from before a sign-out everywhere', session({ userEpoch: 1 })],
  ] as const;
  for (const [name, previous] of cases) {
    test(`${name}: it ends with what is bound to it`, () => {
      const { sessionId, plan } = signIn({ device: device(), previous });
      assert.equal(sessionId, newSession);
      assert.deepEqual(plan.ends, ending(previous).ends);
      assert.deepEqual(plan.events.at(-1), ending(previous).event);
    });
  }

  test('one that had ended keeps its cause', () => {
    const previous = session({ endedAtMs: nowMs - 1, endCause: 'signed_out' });
    const { sessionId, plan } = signIn({ device: device(), previous });
    assert.equal(sessionId, newSession);
    assert.deepEqual(plan.ends, []);
  });
});

test('RFC 9700: the cookie is always a new one, so nobody can fix it beforehand', () => {
  const stored = (question: Partial<SignInQuestion>) => JSON.stringify(signIn(question).plan);
  for (const question of [{}, { device: device() }, { device: device(), previous: session() }]) {
    assert.ok(stored(question).includes(digest('new cookie')));
    assert.ok(!stored(question).includes(digest('session cookie')));
  }
});

test('a password hash that was made with older parameters is replaced', () => {
  const { plan } = signIn({ device: device(), rehashed: '$argon2id$new' });
  assert.deepEqual(plan.touches.at(-1), { kind: 'password', userId: ada, passwordHash: '$argon2id$new' });
});
