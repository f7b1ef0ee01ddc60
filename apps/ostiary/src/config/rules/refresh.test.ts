import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, native, problemsOf, spa, warningsOf, web } from '../config.fixture.ts';

test('a spa without any limit is refused', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...spa, refresh: { rotation: 'on' } }] }), [
    'clients[0].refresh.absoluteSeconds: a spa needs an idle or an absolute limit; add one',
  ]);
});

test('one limit is enough for a spa', () => {
  assert.deepEqual(problemsOf({ clients: [{ ...spa, refresh: { idleSeconds: 60 } }] }), []);
  assert.deepEqual(problemsOf({ clients: [{ ...spa, refresh: { absoluteSeconds: 60 } }] }), []);
});

test('refresh tokens of other clients without any limit are warned of', () => {
  assert.deepEqual(warningsOf({ clients: [{ ...web, refresh: { rotation: 'on' } }] }), [
    'clients[0].refresh.absoluteSeconds: without an idle or an absolute limit the refresh tokens of this client never expire; add one',
  ]);
});

for (const client of [spa, native]) {
  test(`a ${client.type} client without rotation is refused`, () => {
    assert.deepEqual(errorsOf({ clients: [{ ...client, refresh: { rotation: 'off', idleSeconds: 60 } }] }), [
      `clients[0].refresh.rotation: must be "on" for a client of type ${client.type}: only rotation finds out that a refresh token of a public client was stolen; remove the line (or add dangerouslyAllowStaticRefreshTokens)`,
    ]);
  });
}

test('a public client may go without rotation by a loud option', () => {
  const refresh = { rotation: 'off' as const, idleSeconds: 60, dangerouslyAllowStaticRefreshTokens: true };
  assert.deepEqual(errorsOf({ clients: [{ ...spa, refresh }] }), []);
  assert.deepEqual(warningsOf({ clients: [{ ...spa, refresh }] }), [
    'clients[0].refresh.dangerouslyAllowStaticRefreshTokens: a stolen refresh token works until it expires: only rotation finds out that a refresh token of a public client was stolen',
  ]);
});

test('a retry window of a minute is the longest quiet one', () => {
  assert.deepEqual(problemsOf({ clients: [{ ...spa, refresh: { idleSeconds: 60, retrySeconds: 60 } }] }), []);
  assert.deepEqual(errorsOf({ clients: [{ ...spa, refresh: { idleSeconds: 60, retrySeconds: 61 } }] }), [
    'clients[0].refresh.retrySeconds: must be at most 60, not 61; a longer window goes by the name dangerouslyLongRetrySeconds',
  ]);
});

test('a longer retry window goes by a loud name', () => {
  const clients = [{ ...spa, refresh: { idleSeconds: 60, dangerouslyLongRetrySeconds: 3600 } }];
  assert.deepEqual(errorsOf({ clients }), []);
  assert.deepEqual(warningsOf({ clients }), [
    'clients[0].refresh.dangerouslyLongRetrySeconds: for 3600 s after each renewal a stolen refresh token is not found out',
  ]);
});

test('there is one retry window', () => {
  const refresh = { idleSeconds: 60, retrySeconds: 30, dangerouslyLongRetrySeconds: 3600 };
  assert.deepEqual(errorsOf({ clients: [{ ...spa, refresh }] }), [
    'clients[0].refresh.retrySeconds: stands beside dangerouslyLongRetrySeconds; keep one of them',
  ]);
});
