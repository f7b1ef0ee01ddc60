import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { readProofKey } from './proof-key.ts';

const rsa = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' }) as JWK;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).publicKey.export({ format: 'jwk' }) as JWK;
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }) as JWK;
const p256 = ec('P-256');
const strong = rsa(2048);
const { x = '' } = p256;

describe('the jwk of a proof (RFC 9449 section 4.2)', () => {
  it('is known by its thumbprint (RFC 7638), whatever else stands in it', async () => {
    const keys = [
      ['ES256', p256],
      ['RS256', strong],
      ['PS256', strong],
      ['EdDSA', ed25519],
    ] as const;
    for (const [alg, jwk] of keys)
      assert.equal(readProofKey(alg, { ...jwk, kid: 'k', use: 'sig' })?.jkt, await calculateJwkThumbprint(jwk));
  });

  const refused: [string, 'ES256' | 'RS256' | 'EdDSA', unknown][] = [
    ['a weak RSA key', 'RS256', rsa(1024)],
    ['an RSA key that takes long', 'RS256', { ...strong, n: Buffer.alloc(513, 0xff).toString('base64url') }],
    ['an RSA exponent that takes long', 'RS256', { ...strong, e: Buffer.alloc(256, 0xff).toString('base64url') }],
    ['another curve', 'ES256', ec('P-384')],
    ['a curve of the same length', 'ES256', ec('secp256k1')],
    ['a point off the curve', 'ES256', { ...p256, y: x }],
    ['a coordinate in another spelling', 'ES256', { ...p256, x: `${x}=` }],
    ['a coordinate with stray bytes', 'ES256', { ...p256, x: `${x}AAAA` }],
    ['a key of another kind', 'EdDSA', p256],
    ['a private member', 'ES256', { ...p256, d: 'AQAB' }],
    ['a private member that is null', 'ES256', { ...p256, d: null }],
    ['a list', 'ES256', [p256]],
    ['null', 'ES256', null],
  ];
  for (const [what, alg, jwk] of refused)
    it(`${what} is refused`, () => assert.equal(readProofKey(alg, jwk), undefined));
});
