import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccessTokenVerifier, type Verification } from './verifier.ts';
import { apiUrl, bearer, jws, makeKey, VirtualIssuer } from './virtual-issuer.fixture.ts';

function reasonOf(result: Verification): string {
  return result.ok ? 'accepted' : result.refusal.reason;
}

describe('an access token', () => {
  it('is accepted, and says who is behind the request', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const token = issuer.token();
    const result = await verifier.verify(bearer(token));
    assert.ok(result.ok);
    const { auth } = result;
    assert.equal(auth.token, token);
    assert.equal(auth.claims.sub, 'usr_ada');
    assert.equal(auth.payload, auth.claims);
    assert.equal(auth.header['typ'], 'at+jwt');
  });

  it('is taken out of a Fetch request', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const headers = { authorization: `bearer ${issuer.token()}` };
    assert.equal(reasonOf(await verifier.verify(new Request(apiUrl, { headers }))), 'accepted');
  });

  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const)
    it(`may be signed with ${alg}`, async () => {
      const issuer = new VirtualIssuer();
      issuer.keys = [makeKey(alg)];
      const verifier = createAccessTokenVerifier(issuer.settings());
      assert.equal(reasonOf(await verifier.verify(bearer(issuer.token()))), 'accepted');
    });

  it('cannot be changed by one request for the next one', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const facts = bearer(issuer.token({ roles: ['reader'] }));
    const first = await verifier.verify(facts);
    assert.ok(first.ok);
    const { roles } = first.auth.claims;
    assert.throws(() => Array.isArray(roles) && roles.push('admin'), TypeError);
    assert.throws(() => Object.assign(first.auth.claims, { sub: 'usr_root' }), TypeError);
  });

  it('may have several audiences, and the API several names', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings({ audience: ['https://old.example.com', apiUrl] }));
    const token = issuer.token({ aud: ['https://other.example.com', apiUrl] });
    assert.equal(reasonOf(await verifier.verify(bearer(token))), 'accepted');
  });
});

describe('a token is refused', () => {
  const seconds = (issuer: VirtualIssuer, by: number) => Math.floor(issuer.clock.now() / 1000) + by;
  const cases: [string, string, (issuer: VirtualIssuer) => string][] = [
    ['of another issuer', 'issuer_wrong', (issuer) => issuer.token({ iss: 'https://evil.example' })],
    ['for another API', 'audience_wrong', (issuer) => issuer.token({ aud: 'https://other.example.com' })],
    ['for nobody', 'audience_wrong', (issuer) => issuer.token({ aud: [] })],
    ['whose audience only begins with ours', 'audience_wrong', (issuer) => issuer.token({ aud: `${apiUrl}.evil` })],
    ['that has expired', 'expired', (issuer) => issuer.token({ exp: seconds(issuer, -5) })],
    ['that is not valid yet', 'not_yet_valid', (issuer) => issuer.token({ nbf: seconds(issuer, 6) })],
    ['from the future', 'issued_ahead', (issuer) => issuer.token({ iat: seconds(issuer, 7) })],
    ['without an end', 'claim_missing', (issuer) => issuer.token({ exp: undefined })],
    ['that ends in milliseconds', 'claim_missing', (issuer) => issuer.token({ exp: issuer.clock.now() + 1e12 })],
    ['that ends as a text', 'claim_missing', (issuer) => issuer.token({ exp: '9999999999' })],
    ['that ends before time began', 'claim_missing', (issuer) => issuer.token({ exp: -1 })],
    ['without iat', 'claim_missing', (issuer) => issuer.token({ iat: undefined })],
    ['without jti', 'claim_missing', (issuer) => issuer.token({ jti: undefined })],
    ['without client_id', 'claim_missing', (issuer) => issuer.token({ client_id: undefined })],
    ['without sub', 'claim_missing', (issuer) => issuer.token({ sub: '' })],
    ['whose scope is a list', 'claim_missing', (issuer) => issuer.token({ scope: ['read:reports'] })],
    ['that is an ID token', 'type_wrong', (issuer) => issuer.token({}, { typ: 'JWT' })],
    ['that is a logout token', 'type_wrong', (issuer) => issuer.token({}, { typ: 'logout+jwt' })],
    ['with extensions', 'extension_refused', (issuer) => issuer.token({}, { crit: ['b64'], b64: false })],
    ['without a signature', 'token_malformed', (issuer) => issuer.token().replace(/[^.]+$/, '')],
    ['by a key of somebody else', 'key_unknown', (issuer) => issuer.token({}, {}, makeKey('ES256'))],
    [
      'by a key of somebody else under the name of ours',
      'signature_wrong',
      (issuer) => issuer.token({}, {}, makeKey('ES256', issuer.keys[0]?.kid)),
    ],
    ['that is too long', 'token_too_long', (issuer) => issuer.token({ more: 'x'.repeat(9000) })],
    [
      'that is deep',
      'token_malformed',
      (issuer) => issuer.token({ more: JSON.parse('['.repeat(20) + ']'.repeat(20)) }),
    ],
    ['that is no JWT', 'token_malformed', () => 'nonsense'],
  ];
  for (const [what, reason, make] of cases)
    it(what, async () => {
      const issuer = new VirtualIssuer();
      const verifier = createAccessTokenVerifier(issuer.settings());
      const facts = bearer(make(issuer));
      assert.equal(reasonOf(await verifier.verify(facts)), reason);
      assert.equal(reasonOf(await verifier.verify(facts)), reason, 'the second time too');
    });

  it('that is older than the API takes', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings({ maxTokenAge: 60 }));
    const facts = bearer(issuer.token());
    assert.equal(reasonOf(await verifier.verify(facts)), 'accepted');
    await issuer.clock.advance(66_000);
    assert.equal(reasonOf(await verifier.verify(facts)), 'too_old');
  });

  it('signed with an algorithm that the API does not take', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings({ tokenSigningAlg: 'RS256' }));
    assert.equal(reasonOf(await verifier.verify(bearer(issuer.token()))), 'algorithm_refused');
  });
});

describe('clocks that differ', () => {
  it('by up to five seconds are no matter', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const now = Math.floor(issuer.clock.now() / 1000);
    for (const changes of [{ exp: now - 4 }, { iat: now + 5 }, { nbf: now + 5 }])
      assert.equal(reasonOf(await verifier.verify(bearer(issuer.token(changes)))), 'accepted');
  });

  it('by more are named in the answer', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const result = await verifier.verify(bearer(issuer.token({ iat: Math.floor(issuer.clock.now() / 1000) + 42 })));
    assert.ok(!result.ok);
    assert.equal(
      result.answer.body.detail,
      'the token was issued in the future: 42 s ahead of the clock of this API, which tolerates 5 s: compare the clocks',
    );
  });
});

describe('tokens of other issuers', () => {
  it('may lack what RFC 9068 adds, where the API says so', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings({ strict: false }));
    const bare = { client_id: undefined, jti: undefined, iat: undefined };
    for (const typ of ['JWT', undefined, 'at+jwt'])
      assert.equal(reasonOf(await verifier.verify(bearer(issuer.token(bare, { typ })))), 'accepted');
    assert.equal(reasonOf(await verifier.verify(bearer(issuer.token(bare, { typ: 'logout+jwt' })))), 'type_wrong');
  });

  it('may come from an issuer whose name ends in a slash', async () => {
    const issuer = new VirtualIssuer();
    issuer.metadata = { issuer: 'https://id.example.com/' };
    const verifier = createAccessTokenVerifier(issuer.settings());
    assert.equal(reasonOf(await verifier.verify(bearer(issuer.token({ iss: 'https://id.example.com/' })))), 'accepted');
    assert.equal(reasonOf(await verifier.verify(bearer(issuer.token()))), 'issuer_wrong');
  });

  it('may be checked without discovery', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings({ jwksUri: 'https://id.example.com/jwks' }));
    assert.equal(reasonOf(await verifier.verify(bearer(issuer.token()))), 'accepted');
    assert.deepEqual(issuer.asked, ['https://id.example.com/jwks']);
  });
});

describe('a token that was seen before', () => {
  it('costs no signature', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const facts = bearer(issuer.token());
    const first = await verifier.verify(facts);
    const second = await verifier.verify(facts);
    assert.ok(first.ok && second.ok);
    assert.equal(first.auth.claims, second.auth.claims);
    assert.equal(verifier.state().rememberedTokens, 1);
  });

  it('still expires', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const facts = bearer(issuer.token({ exp: Math.floor(issuer.clock.now() / 1000) + 60 }));
    assert.equal(reasonOf(await verifier.verify(facts)), 'accepted');
    await issuer.clock.advance(65_000);
    assert.equal(reasonOf(await verifier.verify(facts)), 'expired');
  });

  it('goes with its key', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const facts = bearer(issuer.token());
    assert.equal(reasonOf(await verifier.verify(facts)), 'accepted');
    issuer.keys = [makeKey('ES256')];
    await issuer.clock.advance(600_000);
    assert.equal(reasonOf(await verifier.verify(facts)), 'key_unknown');
  });

  it('is not another token that differs in its signature', async () => {
    const issuer = new VirtualIssuer();
    const verifier = createAccessTokenVerifier(issuer.settings());
    const [key] = issuer.keys;
    assert.ok(key);
    const claims = issuer.claims();
    const header = { alg: 'ES256', typ: 'at+jwt', kid: key.kid };
    assert.equal(reasonOf(await verifier.verify(bearer(jws(header, claims, key)))), 'accepted');
    const forged = jws(header, claims, makeKey('ES256', key.kid));
    assert.equal(reasonOf(await verifier.verify(bearer(forged))), 'signature_wrong');
  });
});

describe('settings that make no sense', () => {
  for (const [what, changes] of [
    ['no audience', { audience: [] }],
    ['an issuer without TLS', { issuerBaseURL: 'http://id.example.com' }],
    ['an algorithm with a shared secret', { tokenSigningAlg: 'HS256' as 'ES256' }],
    ['a negative tolerance', { clockTolerance: -1 }],
  ] as const)
    it(`${what}: are refused at once`, () => {
      assert.throws(() => createAccessTokenVerifier(new VirtualIssuer().settings(changes)), TypeError);
    });
});
