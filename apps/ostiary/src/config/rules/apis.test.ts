import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, errorsOf, issuer, problemsOf, warningsOf } from '../config.fixture.ts';

for (const identifier of ['https://api.example.com/v1?a=b', 'urn:example:api']) {
  test(`an API may be ${identifier}`, () => {
    assert.deepEqual(problemsOf({ apis: [{ ...api, identifier }] }), []);
  });
}

const bad: [string, string][] = [
  ['reports', 'must be an absolute URI, such as "https://api.example.com"'],
  ['https://api.example.com/a b', 'must be an absolute URI, such as "https://api.example.com"'],
  ['https://api.example.com#a', 'must not have a fragment; remove "#" and what follows it'],
  [issuer, 'must not be the issuer, whose own tokens carry that audience; use another URI'],
];
for (const [identifier, message] of bad) {
  test(`an API may not be ${identifier}`, () => {
    assert.deepEqual(errorsOf({ apis: [{ ...api, identifier }] }), [`apis[0].identifier: ${message}`]);
  });
}

for (const scope of ['openid', 'profile', 'email', 'address', 'phone', 'offline_access']) {
  test(`the scope ${scope} is OpenID's`, () => {
    assert.deepEqual(errorsOf({ apis: [{ ...api, scopes: { [scope]: 'Do something' } }] }), [
      `apis[0].scopes.${scope}: is a scope of OpenID Connect and belongs to the issuer; rename it`,
    ]);
  });
}

for (const scope of ['read reports', 'read"', 'read\\', 'lesen-für-alle', '']) {
  test(`${JSON.stringify(scope)} is no scope name`, () => {
    assert.deepEqual(errorsOf({ apis: [{ ...api, scopes: { [scope]: 'Do something' } }] }), [
      `apis[0].scopes[${JSON.stringify(scope)}]: a scope name is visible ASCII without space, quotation mark and backslash; rename it`,
    ]);
  });
}

test('a scope says what it means', () => {
  assert.deepEqual(errorsOf({ apis: [{ ...api, scopes: { read: '' } }] }), [
    'apis[0].scopes.read: must be a text that is not empty, not an empty text',
  ]);
});

test('an API may have a secret, as text, from the environment or from a file', () => {
  assert.deepEqual(problemsOf({ apis: [{ ...api, secret: 'a-secret-of-this-api' }] }), []);
  assert.deepEqual(errorsOf({ apis: [{ ...api, secret: { env: 'NOT_SET' } }] }), [
    'apis[0].secret: the environment variable NOT_SET is not set; set it before the start',
  ]);
});

test('a short secret of an API is refused, and in development complained about', () => {
  const short = 'apis[0].secret: has 6 characters; use at least 16, drawn at random';
  assert.deepEqual(errorsOf({ apis: [{ ...api, secret: 'secret' }] }, { isDevelopment: false }), [short]);
  const here = { issuer: 'http://localhost:4000', apis: [{ ...api, secret: 'secret' }] };
  assert.deepEqual(warningsOf(here, { isDevelopment: true }), [`${short}: outside development it is refused`]);
});

test('an API and a client do not share a name, since both authenticate by it', () => {
  const client = { client_id: api.identifier, type: 'native', redirect_uris: ['com.example:/callback'] };
  assert.deepEqual(errorsOf({ apis: [api], clients: [client] }), [
    `clients[0].client_id: "${api.identifier}" is already apis[0].identifier; rename or remove one of them`,
  ]);
});
