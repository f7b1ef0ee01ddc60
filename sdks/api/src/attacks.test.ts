import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createAccessTokenVerifier, type AccessTokenVerifier } from './verifier.ts';
import {
  apiUrl,
  bearer,
  encode,
  issuerUrl,
  jws,
  makeKey,
  VirtualIssuer,
  type VirtualKey,
} from './virtual-issuer.fixture.ts';

/** A genuine token, and what whoever stole nothing else can make of it. */
interface Genuine {
  issuer: VirtualIssuer;
  key: VirtualKey;
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  parts: [string, string, string];
}

function genuine(): Genuine & { verifier: AccessTokenVerifier; token: string } {
  const issuer = new VirtualIssuer();
  const [key] = issuer.keys;
  assert.ok(key);
  const token = issuer.token();
  const [header = '', claims = '', signature = ''] = token.split('.');
  const read = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString());
  const verifier = createAccessTokenVerifier(issuer.settings({ strict: false }));
  return {
    issuer,
    key,
    token,
    verifier,
    header: read(header),
    claims: read(claims),
    parts: [header, claims, signature],
  };
}

/** The genuine token is believed, this one is not, and the genuine one is again. */
async function assertNotBelieved(forge: (genuine: Genuine) => string): Promise<void> {
  const { verifier, token, ...all } = genuine();
  assert.ok((await verifier.verify(bearer(token))).ok);
  const forged = forge(all);
  assert.notEqual(forged, token);
  const result = await verifier.verify(bearer(forged));
  assert.ok(!result.ok, 'believed');
  assert.ok(result.answer.status < 500, `${result.answer.status}`);
  assert.ok((await verifier.verify(bearer(token))).ok);
}

const own = makeKey('ES256', 'own');
const unsigned = (header: object, claims: object, signature = '') => `${encode(header)}.${encode(claims)}.${signature}`;
const hmac = (header: object, claims: object, secret: string | Buffer) => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
};

const published = (key: VirtualKey) => createPublicKey({ key: { ...key.jwk }, format: 'jwk' });

describe('security.md 100: forged tokens', () => {
  for (const alg of ['none', 'NONE', 'nOnE', '', 'HS256', 'ES384', 'RS1', 'PBES2-HS256+A128KW', null, 7, ['ES256']])
    it(`alg ${JSON.stringify(alg)} is not believed`, () =>
      assertNotBelieved(({ header, claims, parts }) => unsigned({ ...header, alg }, claims, parts[2])));

  for (const [what, secret] of [
    ['PEM', (key: VirtualKey) => published(key).export({ type: 'spki', format: 'pem' })],
    ['DER', (key: VirtualKey) => published(key).export({ type: 'spki', format: 'der' })],
    ['JWK', (key: VirtualKey) => JSON.stringify(key.jwk)],
    ['kid', (key: VirtualKey) => key.kid],
    ['nothing', () => ''],
  ] as const)
    it(`CVE-2015-9235, CVE-2023-48223, CVE-2026-44699: HS256 with the public key as ${what}`, () =>
      assertNotBelieved(({ key, header, claims }) => hmac({ ...header, alg: 'HS256' }, claims, secret(key))));

  for (const [what, more] of Object.entries({
    jwk: { jwk: own.jwk },
    'jwk under the kid of ours': { jwk: own.jwk, kid: undefined },
    jku: { jku: 'https://evil.example/jwks', kid: 'own' },
    x5u: { x5u: 'https://evil.example/x5u' },
    x5c: { x5c: ['MIIB'] },
    'a path as kid': { kid: '../../../../dev/null' },
    'SQL as kid': { kid: "x' UNION SELECT 'key" },
    '__proto__ as kid': { kid: '__proto__' },
    'a list as kid': { kid: ['own'] },
    'b64: false': { crit: ['b64'], b64: false },
    'a crit that is empty': { crit: [] },
  }))
    it(`CVE-2026-22817, CVE-2025-65945: a token brings no key along: ${what}`, () =>
      assertNotBelieved(({ key, header, claims }) =>
        jws({ ...header, ...more }, { ...claims, sub: 'usr_root' }, { ...own, kid: key.kid }),
      ));

  it('CVE-2022-21449: an ES256 signature of zeros', () =>
    assertNotBelieved(({ parts }) => `${parts[0]}.${parts[1]}.${Buffer.alloc(64).toString('base64url')}`));

  it('a DER signature in place of the two numbers', () =>
    assertNotBelieved(({ key, parts }) => {
      const input = `${parts[0]}.${parts[1]}`;
      return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
    }));

  it('GHSA-5739-39v2-5754: JSON serialisation, unprotected header', () =>
    assertNotBelieved(({ parts }) =>
      Buffer.from(
        JSON.stringify({ protected: parts[0], payload: parts[1], signature: parts[2], header: { alg: 'none' } }),
      ).toString('base64url'),
    ));

  for (const [what, spell] of Object.entries<(token: string) => string>({
    'an extra dot at the end': (token) => `${token}.`,
    'a fourth segment': (token) => `${token}.AA`,
    'a dot in front': (token) => `.${token}`,
    'no signature': (token) => token.slice(0, token.lastIndexOf('.') + 1),
    'a short signature': (token) => token.slice(0, -4),
    'a longer signature': (token) => `${token}AAAA`,
    padding: (token) => `${token}=`,
    'the other base64': (token) => token.replace(/_/g, '/').replace(/-/g, '+').replace(/\./, './'),
    'loose bits': (token) => token.replace(/.$/, (last) => ({ A: 'B', Q: 'R', g: 'h', w: 'x' })[last] ?? '='),
    'two tokens': (token) => `${token}${token}`,
  }))
    it(`jwt-spelling: ${what}`, () => assertNotBelieved(({ parts }) => spell(parts.join('.'))));

  it('CVE-2022-36083, CVE-2024-28176: nothing is decrypted or unpacked', () =>
    assertNotBelieved(() => {
      const header = encode({
        alg: 'PBES2-HS256+A128KW',
        enc: 'A128CBC-HS256',
        zip: 'DEF',
        p2c: 2_147_483_647,
        p2s: 'AAAA',
      });
      return `${header}.AAAA.AAAA.AAAA.AAAA`;
    }));

  it('a token of a kind that is signed by the same key: ID token, feed, logout token', async () => {
    for (const typ of ['revocations+jwt', 'logout+jwt', 'dpop+jwt', 'rt+jwt', 'secevent+jwt'])
      await assertNotBelieved(({ header, claims, key }) => jws({ ...header, typ }, claims, key));
  });

  it('CVE-2026-22817: a JWKS without alg does not let the token choose across kinds of keys', async () => {
    const issuer = new VirtualIssuer();
    const [key] = issuer.keys;
    assert.ok(key);
    const { alg: _, ...bare } = key.jwk;
    issuer.keys = [{ ...key, jwk: bare }];
    const verifier = createAccessTokenVerifier(issuer.settings());
    assert.ok((await verifier.verify(bearer(issuer.token()))).ok);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = jws({ alg: 'RS256', typ: 'at+jwt', kid: key.kid }, issuer.claims(), {
      ...key,
      alg: 'RS256',
      privateKey: rsa.privateKey,
    });
    assert.ok(!(await verifier.verify(bearer(forged))).ok);
  });

  it('security.md 190: keys of another issuer, whatever it says of itself', async () => {
    const issuer = new VirtualIssuer();
    const evil = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const result = await verifier.verify(bearer(evil.token({ iss: issuerUrl })));
    assert.ok(!result.ok && result.refusal.reason === 'key_unknown');
  });
});

describe('whatever a request holds', () => {
  const { issuer, verifier, token } = genuine();
  const noise = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 40 }),
    fc.constant(undefined),
  );
  const answered = async (facts: Parameters<AccessTokenVerifier['verify']>[0]): Promise<void> => {
    const result = await verifier.verify(facts);
    if (result.ok) return;
    const { status, headers, body } = result.answer;
    assert.ok(status >= 400 && status < 500, `${status} ${body.detail}`);
    // Whatever stands in a header is one line of printable characters.
    for (const value of Object.values(headers)) assert.match(value, /^[\x20-\x7e]+$/);
    assert.doesNotThrow(() => new Headers(headers));
  };

  it('any header and address are answered: no throw, no 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(noise, noise, noise, async (authorization, dpop, url) =>
        answered({ authorization, dpop, url: url ?? apiUrl, method: 'GET' }),
      ),
      { numRuns: 150 },
    );
  });

  it('any change of a token is answered, and refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'z', '0', '-', '_', '.', '=', '+', '/', '~'),
        async (at, letter) => {
          const changed = token.slice(0, at) + letter + token.slice(at + 1);
          const result = await verifier.verify(bearer(changed));
          assert.equal(result.ok, changed === token);
          await answered(bearer(changed));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('any header and claims, rightly signed, are answered', async () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const names = fc.constantFrom(
      'iss',
      'aud',
      'exp',
      'iat',
      'nbf',
      'sub',
      'client_id',
      'jti',
      'scope',
      'cnf',
      'acr',
      'auth_time',
      'fam',
      'uep',
      '__proto__',
      'constructor',
    );
    const [key] = issuer.keys;
    assert.ok(key);
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(names, value),
        fc.dictionary(fc.constantFrom('typ', 'kid', 'crit', 'cty'), value),
        async (claims, header) => {
          const made = jws(
            { alg: 'ES256', typ: 'at+jwt', kid: key.kid, ...header },
            { ...issuer.claims(), ...claims },
            key,
          );
          await answered(bearer(made));
          await answered({ ...bearer(made), authorization: `DPoP ${made}`, dpop: made });
        },
      ),
      { numRuns: 80 },
    );
  });
});
