import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, completed, native, service, spa, web } from './config.fixture.ts';
import type { ClientConfig } from './define-config.ts';

function metadataOf(client: ClientConfig) {
  const [registered] = completed({ clients: [client] }).settings.clients;
  assert.ok(registered);
  return registered.metadata;
}

const days = 86_400;

test('a spa is public, rotates, and its refresh tokens end with the session', () => {
  assert.deepEqual(metadataOf(spa), {
    client_id: 'spa',
    client_name: 'spa',
    type: 'spa',
    redirect_uris: ['https://app.example.com/callback'],
    post_logout_redirect_uris: [],
    allowedOrigins: [],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'RS256',
    requirePkce: true,
    apis: {},
    refresh: { rotation: 'on', boundTo: 'session', idleSeconds: 14 * days, absoluteSeconds: 90 * days },
  });
});

test('a web client authenticates by its secret and does not rotate', () => {
  const { token_endpoint_auth_method, grant_types, refresh } = metadataOf(web);
  assert.equal(token_endpoint_auth_method, 'client_secret_basic');
  assert.deepEqual(grant_types, ['authorization_code', 'refresh_token']);
  assert.deepEqual(refresh, {
    rotation: 'off',
    boundTo: 'offline',
    idleSeconds: 30 * days,
    absoluteSeconds: 180 * days,
  });
});

for (const type of ['native', 'device'] as const) {
  test(`a ${type} client is public, rotates, and outlives the session`, () => {
    const { token_endpoint_auth_method, grant_types, refresh } = metadataOf({ ...native, type });
    assert.equal(token_endpoint_auth_method, 'none');
    assert.deepEqual(grant_types, ['authorization_code', 'refresh_token']);
    assert.deepEqual(refresh, {
      rotation: 'on',
      boundTo: 'offline',
      idleSeconds: 30 * days,
      absoluteSeconds: 180 * days,
    });
  });
}

test('rotation goes by the authentication method, whatever the type', () => {
  const { client_secret: _, ...secretless } = web;
  const credentials = { client_secret: 'a-secret-of-the-client' };
  const rotationOf = (client: ClientConfig) => metadataOf(client).refresh.rotation;
  assert.equal(rotationOf({ ...secretless, token_endpoint_auth_method: 'none' }), 'on');
  assert.equal(rotationOf({ ...secretless, token_endpoint_auth_method: 'none', refresh: { idleSeconds: 60 } }), 'on');
  assert.equal(rotationOf({ ...native, ...credentials, token_endpoint_auth_method: 'client_secret_post' }), 'off');
  assert.equal(rotationOf({ ...native, ...credentials, token_endpoint_auth_method: 'client_secret_basic' }), 'off');
  assert.equal(rotationOf({ ...web, refresh: { rotation: 'on', idleSeconds: 60 } }), 'on');
});

test('a service asks for itself alone', () => {
  const { token_endpoint_auth_method, grant_types, response_types } = metadataOf(service);
  assert.equal(token_endpoint_auth_method, 'client_secret_basic');
  assert.deepEqual(grant_types, ['client_credentials']);
  assert.deepEqual(response_types, []);
});

test('what is written goes before the defaults', () => {
  const { client_name, id_token_signed_response_alg, requirePkce } = metadataOf({
    ...web,
    client_name: 'Shop',
    id_token_signed_response_alg: 'ES256',
    requirePkce: false,
  });
  assert.deepEqual(
    { client_name, id_token_signed_response_alg, requirePkce },
    {
      client_name: 'Shop',
      id_token_signed_response_alg: 'ES256',
      requirePkce: false,
    },
  );
});

test('a limit that is left out of a refresh object is no limit; rotation and bond keep the defaults of the type', () => {
  assert.deepEqual(metadataOf({ ...spa, refresh: { absoluteSeconds: 3600, retrySeconds: 0 } }).refresh, {
    rotation: 'on',
    boundTo: 'session',
    absoluteSeconds: 3600,
    retrySeconds: 0,
  });
});

test('an API has tokens of an hour, the same for browsers, signed by ES256, and nothing offline', () => {
  assert.deepEqual(completed({ apis: [api] }).settings.apis, [
    {
      identifier: 'https://api.example.com',
      name: 'Reports',
      scopes: { 'read:reports': 'Read your reports' },
      accessTokenSeconds: 3600,
      accessTokenBrowserSeconds: 3600,
      accessTokenAlg: 'ES256',
      allowOfflineAccess: false,
    },
  ]);
});

test('the lifetime for browsers follows the other one', () => {
  const [complete] = completed({ apis: [{ ...api, accessTokenSeconds: 600 }] }).settings.apis;
  assert.equal(complete?.accessTokenBrowserSeconds, 600);
});

test('a sign-in lasts three idle days, thirty in all', () => {
  assert.deepEqual(completed({}).settings.session, { idleSeconds: 259_200, absoluteSeconds: 2_592_000 });
  assert.deepEqual(completed({ session: { idleSeconds: 60 } }).settings.session, {
    idleSeconds: 60,
    absoluteSeconds: 2_592_000,
  });
});

test('the database lies in the folder data', () => {
  assert.deepEqual(completed({}).storage, { kind: 'sqlite', path: './data/ostiary.db' });
  assert.deepEqual(completed({ storage: 'sqlite::memory:' }).storage, { kind: 'sqlite', path: ':memory:' });
});

test('a loopback issuer listens where its name says', () => {
  assert.deepEqual(completed({ issuer: 'http://localhost:4000' }).listen, { host: 'localhost', port: 4000 });
  assert.deepEqual(completed({ issuer: 'http://[::1]:4100/id' }).listen, { host: '::1', port: 4100 });
  assert.deepEqual(completed({ issuer: 'http://127.0.0.1' }).listen, { host: '127.0.0.1', port: 80 });
});

test('any other issuer listens on this machine at port 4000, for a proxy in front of it', () => {
  assert.deepEqual(completed({}).listen, { host: '127.0.0.1', port: 4000 });
  assert.deepEqual(completed({ listen: { host: '0.0.0.0' } }).listen, { host: '0.0.0.0', port: 4000 });
});
