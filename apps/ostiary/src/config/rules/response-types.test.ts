import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, native, problemsOf, service, spa, web } from '../config.fixture.ts';

test('a web application may have ID tokens through the browser, with a code and alone', () => {
  for (const types of [['code', 'code id_token'], ['code id_token'], ['code', 'id_token', 'code id_token']]) {
    assert.deepEqual(problemsOf({ clients: [{ ...web, response_types: types }] }), []);
  }
});

test('with an ID token alone it needs neither grant nor secret', () => {
  const { client_secret: _, ...open } = web;
  const client = { ...open, token_endpoint_auth_method: 'none', response_types: ['id_token'] };
  assert.deepEqual(problemsOf({ clients: [client] }), []);
});

test('it needs a place to return to all the same', () => {
  const client = { ...web, response_types: ['id_token'], redirect_uris: [] };
  assert.deepEqual(errorsOf({ clients: [client] }), [
    'clients[0].redirect_uris: the response type id_token needs one; add where sign-in returns to',
  ]);
});

test('what is posted needs a server', () => {
  for (const [at, client] of [spa, native].entries()) {
    const clients = [spa, native].slice(0, at);
    assert.deepEqual(errorsOf({ clients: [...clients, { ...client, response_types: ['code', 'code id_token'] }] }), [
      `clients[${at}].response_types: "code id_token" is posted to a server, and so is for clients of type web only; use "code" and PKCE`,
    ]);
  }
});

test('a code needs its grant, and the grant a code', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...service, response_types: ['code'] }] }), [
    'clients[0].response_types: "code" needs the authorization_code grant; add that, or remove it here',
  ]);
  const client = { ...web, grant_types: ['authorization_code'], response_types: ['id_token'] };
  assert.deepEqual(errorsOf({ clients: [client] }), [
    'clients[0].response_types: has no "code", which the authorization_code grant redeems; add it, or remove the grant',
  ]);
});

test('an access token in the address does not exist', () => {
  assert.deepEqual(errorsOf({ clients: [{ ...web, response_types: ['code', 'token'] }] }), [
    'clients[0].response_types[1]: must be one of code, id_token, code id_token, not "token"',
  ]);
});
