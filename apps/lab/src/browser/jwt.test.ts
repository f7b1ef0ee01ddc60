import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { base64urlToText, bytesToBase64url } from './base64url.ts';
import { decodeJwt, timesOf } from './jwt.ts';

function jwt(payload: unknown): string {
  const part = (value: unknown) => bytesToBase64url(new TextEncoder().encode(JSON.stringify(value)));
  return `${part({ alg: 'ES256', typ: 'at+jwt' })}.${part(payload)}.c2ln`;
}

describe('decodeJwt', () => {
  it('gives header and payload, also beyond ASCII', () => {
    assert.deepEqual(decodeJwt(jwt({ name: 'Zoë ☃' })), {
      header: { alg: 'ES256', typ: 'at+jwt' },
      payload: { name: 'Zoë ☃' },
    });
  });

  it('gives nothing for what is not a JWT', () => {
    for (const token of ['', 'a', 'a.b', 'a.b.c', 'ort_x', `${jwt({})}.x`, jwt([1]), jwt('text')]) {
      assert.equal(decodeJwt(token), undefined, token);
    }
  });

  it('never throws', () => {
    const part = fc.oneof(
      fc.string(),
      fc.base64String(),
      fc.json().map((text) => btoa(encodeURI(text))),
    );
    fc.assert(fc.property(part, part, (head, body) => assert.doesNotThrow(() => decodeJwt(`${head}.${body}.c`))));
  });
});

it('timesOf names the claims that are points in time', () => {
  assert.deepEqual(timesOf({ exp: 20, iat: 10, sub: 'ada', nbf: 'x' }), [
    { claim: 'iat', atMs: 10_000 },
    { claim: 'exp', atMs: 20_000 },
  ]);
});

it('base64url survives the way there and back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const encoded = bytesToBase64url(new TextEncoder().encode(text));
      assert.match(encoded, /^[A-Za-z0-9_-]*$/);
      assert.equal(base64urlToText(encoded), text);
    }),
  );
});
