import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, native, problemsOf, service, spa, web } from '../config.fixture.ts';

test('a confidential client may also act for itself', () => {
  const client = { ...web, grant_types: ['authorization_code', 'client_credentials'] };
  assert.deepEqual(problemsOf({ clients: [client] }), []);
});

test('client_credentials is not for public clients', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...native, grant_types: ['authorization_code', 'client_credentials'] }] }), [
    'clients[0].grant_types: client_credentials is for confidential clients only; remove it',
  ]);
});

test('a service has client_credentials only', () => {
  const client = {
    ...service,
    grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
    redirect_uris: spa.redirect_uris,
  };
  assert.deepEqual(errorsOf({ clients: [client] }), [
    'clients[0].grant_types: a service acts for itself, with client_credentials only; remove authorization_code and refresh_token',
  ]);
});

test('refresh tokens come from codes', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, grant_types: ['client_credentials', 'refresh_token'] }] }), [
    'clients[0].grant_types: refresh_token comes from authorization_code; add that, or remove refresh_token',
  ]);
});

test('a client without grants is refused', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, grant_types: [] }] }), [
    'clients[0].grant_types: is empty; remove it, the default of the type will do',
  ]);
});

test('the password grant does not exist', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, grant_types: ['password'] }] }), [
    'clients[0].grant_types[0]: must be one of authorization_code, refresh_token, client_credentials, not "password"',
  ]);
});

test('a client_id is plain ASCII', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...spa, client_id: 'bücher' }] }), [
    'clients[0].client_id: must be plain ASCII; use letters, digits and dashes',
  ]);
});
