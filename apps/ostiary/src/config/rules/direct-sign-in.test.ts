import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completed, errorsOf, native, problemsOf, service, spa, web } from '../config.fixture.ts';

const direct = { directSignIn: true, redirect_uris: [] };

for (const client of [native, { ...native, type: 'device' as const }, web]) {
  test(`a ${client.type} client may sign users in by itself, and needs no redirect URI for it`, () => {
    assert.deepEqual(problemsOf({ clients: [{ ...client, ...direct }] }), []);
  });
}

test('it is off unless it is switched on', () => {
  const [client] = completed({ clients: [web] }).settings.clients;
  assert.equal(client?.metadata.directSignIn, undefined);
  assert.equal(client?.metadata.believedUserAddress, undefined);
});

for (const client of [spa, service]) {
  test(`a ${client.type} never sees a password`, () => {
    assert.ok(
      errorsOf({ clients: [{ ...client, directSignIn: true }] }).includes(
        `clients[0].directSignIn: a ${client.type} must never see a password; remove it (installed apps and back ends may have it)`,
      ),
    );
  });
}

test('a back end that cannot prove who it is may not', () => {
  const { client_secret: _, ...bare } = web;
  assert.ok(
    errorsOf({ clients: [{ ...bare, ...direct, token_endpoint_auth_method: 'none' }] }).includes(
      'clients[0].directSignIn: the back end must authenticate; give it a client_secret or jwks',
    ),
  );
});

test('it goes by a code, so the client must be allowed one', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, ...direct, grant_types: ['client_credentials'] }] }), [
    'clients[0].directSignIn: needs the authorization_code grant; add it to grant_types',
  ]);
});

test('an address is believed of a back end that signs users in, and of no other client', () => {
  assert.deepEqual(problemsOf({ clients: [{ ...web, ...direct, believedUserAddress: true }] }), []);
  for (const client of [web, { ...native, directSignIn: true }]) {
    assert.deepEqual(errorsOf({ clients: [{ ...client, believedUserAddress: true }] }), [
      'clients[0].believedUserAddress: is for a web client with directSignIn; remove it',
    ]);
  }
});

test('a back end brings no proofs of a key, so its access tokens cannot be bound to one', () => {
  const bound = { ...web, redirect_uris: [], dpop_bound_access_tokens: true };
  const message = 'cannot go with dpop_bound_access_tokens, since these calls bring no proof; remove one of them';
  assert.deepEqual(errorsOf({ clients: [{ ...bound, ...direct }] }), [`clients[0].directSignIn: ${message}`]);
  assert.deepEqual(errorsOf({ clients: [{ ...bound, generateTokens: {} }] }), [
    `clients[0].generateTokens: ${message}`,
  ]);
  assert.deepEqual(problemsOf({ clients: [{ ...native, ...direct, dpop_bound_access_tokens: true }] }), []);
});
