import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, native, problemsOf, service, spa, warningsOf, web } from '../config.fixture.ts';

const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const { client_secret: _, ...bareWeb } = web;
const keyed = { ...bareWeb, token_endpoint_auth_method: 'private_key_jwt' as const };

test('a confidential client needs a secret', () => {
  assert.deepEqual(errorsOf({ clients: [bareWeb] }), [
    'clients[0].client_secret: client_secret_basic needs one; add a client_secret of at least 16 characters, or set token_endpoint_auth_method to "private_key_jwt" and add jwks',
  ]);
});

test('a confidential client may have public keys in place of a secret', () => {
  assert.deepEqual(problemsOf({ clients: [{ ...keyed, jwks: { keys: [publicKey] } }] }), []);
});

test('private_key_jwt needs keys', () => {
  const message = "clients[0].jwks: private_key_jwt needs the client's public keys; add them";
  assert.deepEqual(errorsOf({ clients: [keyed] }), [message]);
  assert.deepEqual(errorsOf({ clients: [{ ...keyed, jwks: { keys: [] } }] }), [message]);
});

test('private_key_jwt has no secret beside it', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, ...keyed, jwks: { keys: [publicKey] } }] }), [
    'clients[0].client_secret: private_key_jwt authenticates by jwks; remove the secret',
  ]);
});

for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
  test(`a key with the private member ${member} is refused`, () => {
    assert.deepEqual(
      errorsOf({ clients: [{ ...keyed, jwks: { keys: [publicKey, { ...publicKey, [member]: 'x' }] } }] }),
      [
        `clients[0].jwks.keys[1]: must be a public key, and "${member}" is private; remove it, and make a new key: this one is known now`,
      ],
    );
  });
}

test('a short secret is refused', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, client_secret: 'lab-web-secret' }] }), [
    'clients[0].client_secret: has 14 characters; use at least 16, drawn at random',
  ]);
});

test('a short secret is accepted in development, with a warning', () => {
  const config = { issuer: 'http://localhost:4000', clients: [{ ...web, client_secret: 'lab-web-secret' }] };
  assert.deepEqual(errorsOf(config, { isDevelopment: true }), []);
  assert.deepEqual(warningsOf(config, { isDevelopment: true }), [
    'clients[0].client_secret: has 14 characters; use at least 16, drawn at random: outside development it is refused',
  ]);
});

test('a secret outside ASCII is refused', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, client_secret: 'geheimnis-für-alle-leute' }] }), [
    'clients[0].client_secret: must be plain ASCII; make it from random letters and digits',
  ]);
});

for (const client of [spa, native]) {
  test(`a public ${client.type} client must not have a secret`, () => {
    assert.deepEqual(errorsOf({ clients: [{ ...client, client_secret: 'a-secret-for-everybody' }] }), [
      `clients[0].client_secret: a public client (type ${client.type}, token_endpoint_auth_method none) must not have a secret; remove it`,
    ]);
  });
}

test('a spa cannot authenticate', () => {
  const client = {
    ...spa,
    token_endpoint_auth_method: 'client_secret_post' as const,
    client_secret: web.client_secret,
  };
  assert.deepEqual(errorsOf({ clients: [client] }), [
    'clients[0].token_endpoint_auth_method: a spa cannot keep a secret; set it to "none" or remove it',
  ]);
});

test('a service must authenticate', () => {
  assert.ok(
    errorsOf({ clients: [{ client_id: 'job', type: 'service', token_endpoint_auth_method: 'none' }] }).includes(
      'clients[0].token_endpoint_auth_method: a service must authenticate; set it to "client_secret_basic" or "private_key_jwt"',
    ),
  );
  assert.deepEqual(problemsOf({ clients: [service] }), []);
});

test('PKCE can be waived for confidential clients only', () => {
  assert.deepEqual(problemsOf({ clients: [{ ...web, requirePkce: false }] }), []);
  assert.deepEqual(errorsOf({ clients: [{ ...spa, requirePkce: false }] }), [
    'clients[0].requirePkce: may be false for confidential clients only; remove it',
  ]);
});
