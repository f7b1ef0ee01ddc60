import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSameUri } from './proof-uri.ts';

const address = 'https://id.example/auth/token';

describe('htu (RFC 9449 section 4.3, RFC 3986 section 6.2)', () => {
  for (const same of [
    address,
    'https://ID.example:443/auth/token',
    'https://id.example/auth/token?x=1#y',
    'https://id.example/%61uth/tok%65n',
    'https://id.example/x/../auth/./token',
  ])
    it(`${same} is the same`, () => assert.ok(isSameUri(same, address)));

  for (const other of [
    'http://id.example/auth/token',
    'https://id.example:8443/auth/token',
    'https://id.example/auth/Token',
    'https://id.example/auth/token/',
    'https://id.example/auth%2Ftoken',
    'https://id.example/token',
    'https://me@id.example/auth/token',
    'https://id.example.evil.example/auth/token',
    '/auth/token',
    '',
    'https://',
  ])
    it(`${other} is another`, () => assert.ok(!isSameUri(other, address)));

  it('takes letters that are encoded in small letters or large', () => {
    assert.ok(isSameUri('https://id.example/%c3%a9', 'https://id.example/%C3%A9'));
  });

  it('is no reason to throw', () => {
    for (const odd of [
      '\u0000',
      '\ud800',
      'https://[',
      'https://id.example/%',
      'https://id.example/%zz',
      'x'.repeat(5000),
    ])
      assert.equal(isSameUri(odd, address), false);
  });
});
