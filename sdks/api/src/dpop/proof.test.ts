import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { SigningAlg } from '../jwt/algorithms.ts';
import type { ApiSettings } from '../settings.ts';
import { createAccessTokenVerifier, type Verification } from '../verifier.ts';
import { apiUrl, jws, makeKey, VirtualIssuer, type VirtualKey } from '../virtual-issuer.fixture.ts';

const url = `${apiUrl}/reports`;
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url');

/** An app with a key of its own, and a token that is bound to it. */
function open(settings: Partial<ApiSettings> = {}, alg: SigningAlg = 'ES256') {
  const issuer = new VirtualIssuer();
  const verifier = createAccessTokenVerifier(issuer.settings(settings));
  const key = makeKey(alg);
  const token = issuer.token({ cnf: { jkt: thumbprintOf(key) } });
  const proof = (claims: object = {}, header: object = {}, by = key) => {
    const iat = Math.floor(issuer.clock.now() / 1000);
    const all = { jti: randomUUID(), htm: 'GET', htu: url, iat, ath: hashOf(token), ...claims };
    return jws({ alg: by.alg, typ: 'dpop+jwt', jwk: publicOf(by), ...header }, all, by);
  };
  const send = (dpop: string | undefined, changes: { authorization?: string; url?: string; method?: string } = {}) =>
    verifier.verify({ authorization: `DPoP ${token}`, dpop, method: 'GET', url, ...changes });
  return { issuer, verifier, key, token, proof, send };
}

function publicOf({ jwk }: VirtualKey): Record<string, unknown> {
  const { kid: _, alg: __, use: ___, ...members } = jwk;
  return members;
}

function thumbprintOf(key: VirtualKey): string {
  const { crv, e, kty, n, x, y } = publicOf(key);
  return hashOf(JSON.stringify({ crv, e, kty, n, x, y }));
}

function reasonOf(result: Verification): string {
  return result.ok ? 'accepted' : result.refusal.reason;
}

describe('a token that is bound to a key (RFC 9449 section 7)', () => {
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const)
    it(`is accepted with a proof by ${alg}`, async () => {
      const { proof, send } = open({}, alg);
      assert.equal(reasonOf(await send(proof())), 'accepted');
      assert.equal(reasonOf(await send(proof())), 'accepted', 'and with the next one');
    });

  it('is refused in the words of its scheme', async () => {
    const { issuer, proof, send, key } = open();
    const expired = issuer.token({ cnf: { jkt: thumbprintOf(key) }, exp: 1 });
    const result = await send(proof(), { authorization: `DPoP ${expired}` });
    assert.ok(!result.ok);
    assert.match(
      result.answer.headers['WWW-Authenticate'] ?? '',
      /^Bearer realm="api", DPoP error="invalid_token", error_description="the token has expired/,
    );
  });

  it('security.md 107: is refused as a bearer token', async () => {
    const { proof, send, token } = open();
    const result = await send(proof(), { authorization: `Bearer ${token}` });
    assert.ok(!result.ok);
    assert.equal(result.refusal.reason, 'bound_as_bearer');
    assert.match(result.answer.headers['WWW-Authenticate'] ?? '', /DPoP error="invalid_token", .*algs="ES256 /);
  });

  it('security.md 107: an unbound one is refused with the scheme DPoP', async () => {
    const { issuer, proof, send } = open();
    assert.equal(reasonOf(await send(proof(), { authorization: `DPoP ${issuer.token()}` })), 'unbound_as_dpop');
  });

  it('security.md 111: is refused when it is bound in a way that is not known', async () => {
    const { issuer, send } = open();
    for (const cnf of [{ 'x5t#S256': 'abc' }, {}, 'jkt', null, { jkt: 7 }])
      assert.equal(
        reasonOf(await send(undefined, { authorization: `Bearer ${issuer.token({ cnf })}` })),
        'binding_unknown',
      );
  });

  it('CVE-2024-49755: is refused with a proof of another key', async () => {
    const { proof, send } = open();
    assert.equal(reasonOf(await send(proof({}, {}, makeKey('ES256')))), 'proof_of_another_key');
  });
});

describe('security.md 104: a proof is refused (RFC 9449 section 4.3)', () => {
  const other = makeKey('ES256');
  type Opened = ReturnType<typeof open>;
  const cases: [string, string, (opened: Opened) => string | undefined][] = [
    ['that is missing', 'proof_missing', () => undefined],
    ['that comes twice', 'proof_repeated', ({ proof }) => `${proof()}, ${proof()}`],
    ['that is no JWT', 'proof_malformed', () => 'nonsense'],
    ['that is too long', 'proof_malformed', ({ proof }) => proof({ more: 'x'.repeat(5000) })],
    ['without jti', 'proof_malformed', ({ proof }) => proof({ jti: undefined })],
    ['without iat', 'proof_malformed', ({ proof }) => proof({ iat: undefined })],
    ['of another type', 'proof_malformed', ({ proof }) => proof({}, { typ: 'JWT' })],
    ['by a shared secret', 'proof_malformed', ({ proof }) => proof({}, { alg: 'HS256' })],
    ['without algorithm', 'proof_malformed', ({ proof }) => proof({}, { alg: 'none' })],
    ['with extensions', 'proof_malformed', ({ proof }) => proof({}, { crit: ['exp'] })],
    [
      'with a private key',
      'proof_malformed',
      ({ proof, key }) => proof({}, { jwk: key.privateKey.export({ format: 'jwk' }) }),
    ],
    ['without a key', 'proof_malformed', ({ proof }) => proof({}, { jwk: undefined })],
    ['whose signature is wrong', 'proof_malformed', ({ proof, key }) => proof({}, { jwk: publicOf(key) }, other)],
    ['for another method', 'proof_elsewhere', ({ proof }) => proof({ htm: 'POST' })],
    ['for another address', 'proof_elsewhere', ({ proof }) => proof({ htu: `${apiUrl}/other` })],
    ['for another host', 'proof_elsewhere', ({ proof }) => proof({ htu: 'https://evil.example/reports' })],
    ['for another token', 'proof_elsewhere', ({ proof }) => proof({ ath: hashOf('other') })],
    ['for no token', 'proof_elsewhere', ({ proof }) => proof({ ath: undefined })],
    [
      'that is too old',
      'proof_stale',
      ({ proof, issuer }) => proof({ iat: Math.floor(issuer.clock.now() / 1000) - 61 }),
    ],
    ['of the future', 'proof_stale', ({ proof, issuer }) => proof({ iat: Math.floor(issuer.clock.now() / 1000) + 11 })],
  ];
  for (const [what, reason, make] of cases)
    it(what, async () => {
      const opened = open();
      const result = await opened.send(make(opened));
      assert.equal(reasonOf(result), reason);
      assert.ok(!result.ok && result.answer.status === 400);
      assert.match(
        result.answer.headers['WWW-Authenticate'] ?? '',
        /^Bearer realm="api", DPoP error="invalid_dpop_proof"/,
      );
    });

  it('security.md 105: but not for the spelling of its address', async () => {
    const { proof, send } = open();
    for (const htu of ['https://API.example.com:443/reports', `${url}?x=1#y`, 'https://api.example.com/%72eports'])
      assert.equal(reasonOf(await send(proof({ htu }))), 'accepted');
    assert.equal(reasonOf(await send(proof(), { url: `${url}?year=2026` })), 'accepted');
  });

  it('security.md 106: that was used before', async () => {
    const { proof, send, issuer } = open();
    const once = proof();
    assert.equal(reasonOf(await send(once)), 'accepted');
    assert.equal(reasonOf(await send(once)), 'proof_replayed');
    await issuer.clock.advance(60_000);
    assert.equal(reasonOf(await send(once)), 'proof_replayed');
    await issuer.clock.advance(5_000);
    assert.equal(reasonOf(await send(once)), 'proof_stale');
  });

  it('behind a proxy: for the address that the client saw', async () => {
    const { proof, send } = open({ baseURL: 'https://api.example.com/v1/' });
    const inside = { url: 'http://10.0.0.7:3000/reports?x=1' };
    assert.equal(reasonOf(await send(proof({ htu: 'https://api.example.com/v1/reports' }), inside)), 'accepted');
    assert.equal(reasonOf(await send(proof({ htu: 'http://10.0.0.7:3000/reports' }), inside)), 'proof_elsewhere');
  });
});

describe('an API that wants proofs', () => {
  it('takes no other tokens', async () => {
    const { issuer, proof, send } = open({ dpop: { required: true } });
    assert.equal(reasonOf(await send(proof())), 'accepted');
    const result = await send(undefined, { authorization: `Bearer ${issuer.token()}` });
    assert.ok(!result.ok && result.refusal.reason === 'binding_required');
    assert.match(result.answer.headers['WWW-Authenticate'] ?? '', /^DPoP realm="api", error="invalid_token"/);
  });

  it('may be one that knows none', async () => {
    const { proof, send } = open({ dpop: false });
    const result = await send(proof());
    assert.ok(!result.ok && result.refusal.reason === 'binding_unknown');
    assert.doesNotMatch(result.answer.headers['WWW-Authenticate'] ?? '', /DPoP/);
  });

  it('security.md 108: may want its nonce in them, whatever the clock of the client shows', async () => {
    const { issuer, proof, send } = open({ dpop: { nonce: true } });
    const first = await send(proof());
    assert.ok(!first.ok);
    assert.deepEqual([first.refusal.reason, first.answer.status], ['proof_nonce_needed', 401]);
    assert.match(first.answer.headers['WWW-Authenticate'] ?? '', /DPoP error="use_dpop_nonce"/);
    const nonce = first.answer.headers['DPoP-Nonce'];
    const second = await send(proof({ nonce, iat: 0 }));
    assert.ok(second.ok);
    assert.equal(second.headers['DPoP-Nonce'], nonce);
    await issuer.clock.advance(300_000);
    assert.equal(reasonOf(await send(proof({ nonce }))), 'proof_nonce_needed');
    assert.equal(reasonOf(await send(proof({ nonce: 'guessed' }))), 'proof_nonce_needed');
  });

  it('shares nonces with its other instances by a secret', async () => {
    const [one, other] = [open({ dpop: { nonce: { secret: 's' } } }), open({ dpop: { nonce: { secret: 's' } } })];
    const first = await one.send(one.proof());
    assert.ok(!first.ok);
    const nonce = first.answer.headers['DPoP-Nonce'];
    assert.equal(reasonOf(await other.send(other.proof({ nonce }))), 'accepted');
  });
});
