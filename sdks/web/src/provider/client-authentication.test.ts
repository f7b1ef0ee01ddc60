import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, it } from 'node:test';
import { jwtVerify } from 'jose';
import type { WebOptions } from '../options.ts';
import { settingsOf } from '../settings.ts';
import { clientAuthentication } from './client-authentication.ts';

const nowMs = Date.UTC(2026, 5, 1, 12);
const issuer = 'https://id.example';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed = generateKeyPairSync('ed25519');

function authentication(options: Partial<WebOptions>) {
  const settings = settingsOf({
    issuerBaseURL: issuer,
    baseURL: 'https://app.example',
    clientID: 'web app',
    secret: 'a secret of thirty-two characters, or more',
    environment: { now: () => nowMs },
    ...options,
  });
  return clientAuthentication(settings, {
    metadata: async () => ({ issuer, authorization_endpoint: '', token_endpoint: '', jwks_uri: '' }),
  });
}

async function asserted(options: Partial<WebOptions>, publicKey: KeyObject) {
  const { form, headers } = await authentication(options)();
  assert.deepEqual(headers, {});
  assert.equal(form['client_assertion_type'], 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  const expected = { issuer: 'web app', subject: 'web app', audience: issuer, currentDate: new Date(nowMs) };
  return jwtVerify(form['client_assertion'] ?? '', publicKey, expected);
}

describe('a client says who it is', () => {
  it('by its secret in a header, both halves form-encoded', async () => {
    const { form, headers } = await authentication({ clientSecret: 'p:ä +' })();
    const [, encoded = ''] = headers['authorization']?.split(' ') ?? [];
    assert.deepEqual([form, Buffer.from(encoded, 'base64').toString()], [{}, 'web+app:p%3A%C3%A4+%2B']);
  });

  it('by its secret in the form, or by its name alone', async () => {
    const post = await authentication({ clientAuthMethod: 'client_secret_post', clientSecret: 's' })();
    assert.deepEqual(post, { form: { client_id: 'web app', client_secret: 's' }, headers: {} });
    assert.deepEqual(await authentication({})(), { form: { client_id: 'web app' }, headers: {} });
  });

  it('by an assertion for the issuer alone, for a minute, that is another one each time', async () => {
    const options = { clientAssertionSigningKey: ec.privateKey };
    const [one, two] = [await asserted(options, ec.publicKey), await asserted(options, ec.publicKey)];
    assert.deepEqual(one.protectedHeader, { alg: 'ES256', typ: 'client-authentication+jwt' });
    const { iat = 0, exp = 0, aud, jti } = one.payload;
    assert.deepEqual([iat, exp - iat, aud], [nowMs / 1000, 60, issuer]);
    assert.match(jti ?? '', /^[\w-]{22}$/);
    assert.notEqual(jti, two.payload.jti);
  });

  const jwk = { ...ec.privateKey.export({ format: 'jwk' }), kid: 'k1' };
  const pem = String(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }));
  for (const [what, options, publicKey, header] of [
    ['a JWK, by its name', { clientAssertionSigningKey: jwk }, ec.publicKey, { alg: 'ES256', kid: 'k1' }],
    ['an RSA key in PEM', { clientAssertionSigningKey: pem }, rsa.publicKey, { alg: 'RS256' }],
    [
      'an RSA key, as wanted',
      { clientAssertionSigningKey: pem, clientAssertionSigningAlg: 'PS256' },
      rsa.publicKey,
      { alg: 'PS256' },
    ],
    ['Ed25519', { clientAssertionSigningKey: ed.privateKey }, ed.publicKey, { alg: 'EdDSA' }],
  ] as const)
    it(`by an assertion that it signs with ${what}`, async () => {
      const { protectedHeader } = await asserted(options, publicKey);
      assert.deepEqual(protectedHeader, { ...header, typ: 'client-authentication+jwt' });
    });

  for (const [what, options, message] of [
    ['no key', { clientAuthMethod: 'private_key_jwt' }, 'private_key_jwt needs clientAssertionSigningKey'],
    ['no secret', { clientAuthMethod: 'client_secret_post' }, 'client_secret_post needs clientSecret'],
    ['a public key', { clientAssertionSigningKey: ec.publicKey }, 'clientAssertionSigningKey is not a private key'],
    [
      'a key of another kind',
      { clientAssertionSigningKey: ec.privateKey, clientAssertionSigningAlg: 'RS256' },
      'clientAssertionSigningKey does not sign by RS256',
    ],
    [
      'a text that is no key',
      { clientAssertionSigningKey: 'nonsense' },
      'clientAssertionSigningKey is not a private key in PEM, nor a private JWK',
    ],
  ] as [string, Partial<WebOptions>, string][])
    it(`does not start with ${what}`, () => {
      assert.throws(() => authentication(options), { name: 'TypeError', message: new RegExp(`${message}$`) });
    });
});
