import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorsOf, problemsOf } from '../config.fixture.ts';

const good = [
  'https://id.example.com',
  'https://id.example.com:8443/tenant',
  'http://localhost:4000',
  'http://127.0.0.1',
  'http://[::1]:1',
];
for (const issuer of good) {
  test(`an issuer may be ${issuer}`, () => {
    assert.deepEqual(problemsOf({ issuer }), []);
  });
}

const bad: [string, string][] = [
  ['id.example.com', 'must be an absolute URL, such as "https://id.example.com"'],
  ['http://id.example.com', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
  ['http://localhost.example.com', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
  ['ftp://id.example.com', 'must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'],
  ['https://id.example.com?a=b', 'must not have a query; remove "?" and what follows it'],
  ['https://id.example.com#a', 'must not have a fragment; remove "#" and what follows it'],
  ['https://id.example.com/', 'must not end with a slash; remove it'],
  ['https://ada:pw@id.example.com', 'must not carry a user name or password; remove them'],
  ['https://ID.example.com', 'must be written in its normal form, "https://id.example.com"'],
  ['https://id.example.com:443/a', 'must be written in its normal form, "https://id.example.com/a"'],
];
for (const [issuer, message] of bad) {
  test(`an issuer may not be ${issuer}`, () => {
    assert.deepEqual(errorsOf({ issuer }), [`issuer: ${message}`]);
  });
}

test('development mode needs a loopback issuer', () => {
  assert.deepEqual(errorsOf({}, { isDevelopment: true }), [
    'issuer: development mode is for localhost, 127.0.0.1 and [::1] only; start without --development',
  ]);
  assert.deepEqual(problemsOf({ issuer: 'http://localhost:4000' }, { isDevelopment: true }), []);
});

test('a port is a port', () => {
  assert.deepEqual(errorsOf({ listen: { port: 65_536 } }), ['listen.port: must be at most 65535, not 65536']);
});

test('a logo is a path of this server or a secure address', () => {
  for (const logoUrl of ['/logo.svg', 'https://cdn.example.com/logo.svg']) {
    assert.deepEqual(problemsOf({ theme: { productName: 'Shop', logoUrl } }), []);
  }
  for (const logoUrl of ['logo.svg', '//cdn.example.com/logo.svg', 'http://cdn.example.com/logo.svg', 'data:,']) {
    assert.deepEqual(errorsOf({ theme: { productName: 'Shop', logoUrl } }), [
      'theme.logoUrl: must be an https address, or a path of this server that begins with one slash',
    ]);
  }
});
