import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { clientSecretBasic, clientSecretPost, privateKeyJwt } from './client-authentication.ts';

const request = { clientId: 'web app', issuer: 'https://id.example', nowMs: 1_800_000_000_500, random: randomBytes };

describe('a client says who it is', () => {
  it('by its secret in a header, both halves form-encoded', async () => {
    const { headers } = await clientSecretBasic('p:ä +')(request);
    const [, encoded = ''] = headers?.['authorization']?.split(' ') ?? [];
    assert.equal(Buffer.from(encoded, 'base64').toString(), 'web+app:p%3A%C3%A4+%2B');
  });

  it('by its secret in the form', async () => {
    assert.deepEqual(await clientSecretPost('s')(request), { fields: { client_id: 'web app', client_secret: 's' } });
  });

  for (const [alg, algorithm] of [
    ['ES256', { name: 'ECDSA', namedCurve: 'P-256' }],
    ['ES384', { name: 'ECDSA', namedCurve: 'P-384' }],
    ['PS256', { name: 'RSA-PSS', hash: 'SHA-256', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) }],
    ['EdDSA', { name: 'Ed25519' }],
  ] as const)
    it(`by an assertion that it signs: ${alg}`, async () => {
      const pair = (await crypto.subtle.generateKey(algorithm as EcKeyGenParams, false, [
        'sign',
        'verify',
      ])) as CryptoKeyPair;
      const { fields = {} } = await privateKeyJwt(pair.privateKey, { kid: 'k' })(request);
      const [head = '', body = '', signature = ''] = fields['client_assertion']?.split('.') ?? [];
      const part = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());
      assert.deepEqual(part(head), { alg, typ: 'JWT', kid: 'k' });
      const { jti, ...claims } = part(body);
      assert.deepEqual(claims, {
        iss: 'web app',
        sub: 'web app',
        aud: 'https://id.example',
        iat: 1_800_000_000,
        exp: 1_800_000_060,
      });
      assert.match(jti, /^[\w-]{22}$/);
      const parameters = { ...algorithm, hash: alg === 'ES384' ? 'SHA-384' : 'SHA-256', saltLength: 32 };
      const signed = [Buffer.from(signature, 'base64url'), Buffer.from(`${head}.${body}`)] as const;
      assert.ok(await crypto.subtle.verify(parameters, pair.publicKey, ...signed));
    });

  it('not by a key that signs nothing', async () => {
    const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
    assert.throws(() => privateKeyJwt(key), /AES-GCM is no algorithm/);
  });
});
