import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, errorsOf, native, spa, warningsOf, web } from '../config.fixture.ts';

const stateless = { stateless: true, absoluteSeconds: 86_400 };
const price =
  'clients[0].refresh.stateless: a single device cannot be signed out before absoluteSeconds are over, and a stolen token is not found out: nothing is stored of it. Disabling the user or the client, and withdrawing the consent, end all of them';

test('a client that authenticates may have it, and its price is told at every start', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, refresh: stateless }] }), []);
  assert.deepEqual(warningsOf({ clients: [{ ...web, refresh: stateless }] }), [price]);
  assert.equal(
    completed({ clients: [{ ...web, refresh: stateless }] }).settings.clients[0]?.metadata.refresh.stateless,
    true,
  );
});

test('a public client may have it with a key for every token, and not without', () => {
  const bound = { ...native, refresh: stateless, dpop_bound_access_tokens: true };
  assert.deepEqual(errorsOf({ clients: [bound] }), []);
  for (const client of [native, spa]) {
    assert.deepEqual(errorsOf({ clients: [{ ...client, refresh: stateless }] }), [
      'clients[0].refresh.stateless: needs a client that authenticates, or dpop_bound_access_tokens; add one of them',
    ]);
  }
});

test('what needs a stored row cannot be had with it', () => {
  const refresh = { stateless: true, idleSeconds: 60, rotation: 'on' as const, boundTo: 'session' as const };
  assert.deepEqual(errorsOf({ clients: [{ ...web, refresh }] }), [
    'clients[0].refresh.absoluteSeconds: a stateless refresh token needs an end of its own; add one',
    'clients[0].refresh.idleSeconds: nobody notes when a stateless refresh token is used; remove it',
    'clients[0].refresh.rotation: a stateless refresh token does not rotate; remove it',
    'clients[0].refresh.boundTo: a session cannot end a stateless refresh token; remove it',
  ]);
});
