import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, errorsOf, issuer, problemsOf } from '../config.fixture.ts';

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
