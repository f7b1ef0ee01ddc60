import assert from 'node:assert/strict';
import { createSecretKey, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { labSpa } from '@ostiary/http/fixture';
import type { Plan } from '@ostiary/model';
import type { ClientId } from '@ostiary/wire';
import { CompactSign, SignJWT } from 'jose';
import { ambiguously, failing } from './ambiguous-store.fixture.ts';
import {
  athOf,
  boundTokens,
  encode,
  nonceOf,
  prover,
  renewWith,
  send,
  userinfoWith,
  withProof,
  type ProofChanges,
  type Prover,
} from './dpop.fixture.ts';
import {
  assertion,
  assertionType,
  codeFor,
  decode,
  exchange,
  houseClients,
  introspect,
  openHouse,
  refusedWith,
  renew,
  spa,
  strictSpa,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  withAssertion,
  worker,
  type House,
  type Party,
} from './house.fixture.ts';

const alwaysBound = labSpa({
  client_id: 'bound-spa' as ClientId,
  redirect_uris: ['https://bound.example/callback'],
  dpop_bound_access_tokens: true,
});
const boundSpa: Party = {
  id: 'bound-spa',
  redirectUri: 'https://bound.example/callback',
  fields: { client_id: 'bound-spa' },
  headers: {},
};

let house: House;
let key: Prover;
before(async () => {
  house = await openHouse({ settings: { clients: [...houseClients(), { metadata: alwaysBound }] } });
  key = prover();
});
after(() => house.close());

const own = { grant_type: 'client_credentials', scope: 'eq1' };

/** Asks for a token of the worker's own with this `DPoP` header. */
const ask = (proof: string) => send(house, worker, own, proof);
const askWith = async (changes: ProofChanges) => {
  const nonce = await nonceOf(house);
  return ask(key.prove(house, { ...changes, claims: { nonce, ...changes.claims } }));
};

const hugeExponent = Buffer.alloc(200, 0xff).toString('base64url');

describe('row 104 (RFC 9449 4.3): the checks of a proof, at the token endpoint', () => {
  const wrong: [string, ProofChanges][] = [
    ['typ', { header: { typ: 'JWT' } }],
    ['no typ', { header: { typ: undefined } }],
    ['alg none', { header: { alg: 'none' } }],
    ['a symmetric alg', { header: { alg: 'HS256' } }],
    ['an alg that is not offered', { header: { alg: 'ES512' } }],
    ['an alg of another kind of key', { header: { alg: 'RS256' } }],
    ['no jwk', { header: { jwk: undefined } }],
    ['a jwk that is a text', { header: { jwk: 'x' } }],
    ['a jwk off the curve', { header: { jwk: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }],
    ['a symmetric jwk', { header: { jwk: { kty: 'oct', k: 'AAAA' } } }],
    ['a tiny RSA key', { header: { alg: 'RS256', jwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } } }],
    [
      'a key made to keep us busy',
      { header: { alg: 'RS256', jwk: { kty: 'RSA', n: `${'A'.repeat(341)}E`, e: hugeExponent } } },
    ],
    ['crit', { header: { crit: ['exp'], exp: 1 } }],
    ['no jti', { claims: { jti: undefined } }],
    ['an empty jti', { claims: { jti: '' } }],
    ['a jti that is a number', { claims: { jti: 7 } }],
    ['a jti without end', { claims: { jti: 'j'.repeat(257) } }],
    ['no htm', { claims: { htm: undefined } }],
    ['htm GET', { claims: { htm: 'GET' } }],
    ['htm in small letters', { claims: { htm: 'post' } }],
    ['no htu', { claims: { htu: undefined } }],
    ['htu of another endpoint', { claims: { htu: 'http://localhost:4000/userinfo' } }],
    ['htu of another host', { claims: { htu: 'http://evil.example/token' } }],
    ['htu of another scheme', { claims: { htu: 'https://localhost:4000/token' } }],
    ['htu with a slash more', { claims: { htu: 'http://localhost:4000/token/' } }],
    ['htu with a user', { claims: { htu: 'http://me@localhost:4000/token' } }],
    ['htu that is no URL', { claims: { htu: 'token' } }],
    ['no iat', { claims: { iat: undefined } }],
    ['iat that is a text', { claims: { iat: '1' } }],
    ['nonce that is a number', { claims: { nonce: 1 } }],
  ];
  for (const [what, changes] of wrong) {
    it(`${what} is refused`, async () => refusedWith(await askWith(changes), 'invalid_dpop_proof'));
  }

  it('a private key in the proof is refused', async () => {
    const jwk = key.privateKey.export({ format: 'jwk' });
    refusedWith(await askWith({ header: { jwk } }), 'invalid_dpop_proof');
  });

  it('the signature of another key is refused', async () => {
    refusedWith(await askWith({ header: { jwk: prover().jwk } }), 'invalid_dpop_proof');
  });

  it('an empty, zero, truncated, DER or lengthened signature is refused', async () => {
    const nonce = await nonceOf(house);
    const [header, claims, signature = ''] = key.prove(house, { claims: { nonce } }).split('.');
    const input = `${header}.${claims}`;
    const der = sign('sha256', Buffer.from(input), key.privateKey).toString('base64url');
    for (const wrong of ['', 'A', 'A'.repeat(86), signature.slice(0, -4), der, `${signature}AAAA`])
      refusedWith(await ask(`${input}.${wrong}`), 'invalid_dpop_proof');
  });

  it('a proof signed with its public key as an HMAC secret is refused', async () => {
    const secret = createSecretKey(Buffer.from(JSON.stringify(key.jwk)));
    const jws = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'HS256', typ: 'dpop+jwt' })
      .sign(secret);
    refusedWith(await ask(jws), 'invalid_dpop_proof');
  });

  it('two headers, two proofs in one, or a proof that is none is refused', async () => {
    const nonce = await nonceOf(house);
    const one = () => key.prove(house, { claims: { nonce } });
    const odd = [
      `${one()}, ${one()}`,
      `${one()},`,
      `${one()} ${one()}`,
      `${one()}.`,
      'x',
      '..',
      '{}',
      'a.b.c',
      `DPoP ${one()}`,
    ];
    for (const value of odd) refusedWith(await ask(value), 'invalid_dpop_proof');
    const { body } = await ask(`${one()}, ${one()}`);
    assert.equal(body['error_description'], 'more than one DPoP proof was given');
    const headers = new Headers(worker.headers);
    for (const proof of [one(), one()]) headers.append('dpop', proof);
    const response = await house.request('/token', { method: 'POST', headers, body: new URLSearchParams(own) });
    assert.equal(((await response.json()) as Record<string, unknown>)['error'], 'invalid_dpop_proof');
  });

  it('a spelling with stray bits in its last letter is refused', async () => {
    const nonce = await nonceOf(house);
    const proof = key.prove(house, { claims: { nonce } });
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = letters.indexOf(proof.at(-1) ?? '');
    refusedWith(await ask(proof.slice(0, -1) + letters[last ^ 1]), 'invalid_dpop_proof');
  });

  it('a proof of more than 4096 characters is refused', async () => {
    refusedWith(await askWith({ claims: { more: 'x'.repeat(4096) } }), 'invalid_dpop_proof');
  });

  for (const [alg, pair] of [
    ['RS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['PS256', () => generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['EdDSA', () => generateKeyPairSync('ed25519')],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
  ] as const) {
    it(`${alg} is taken, and its cnf is the thumbprint of its key`, async () => {
      const { publicKey, privateKey } = pair();
      const claims = {
        jti: crypto.randomUUID(),
        htm: 'POST',
        htu: 'http://localhost:4000/token',
        nonce: await nonceOf(house),
      };
      const jwk = publicKey.export({ format: 'jwk' });
      const proof = await new SignJWT(claims)
        .setProtectedHeader({ alg, typ: 'dpop+jwt', jwk: jwk as never })
        .setIssuedAt(1)
        .sign(privateKey);
      const { access_token } = tokensIn(await ask(proof));
      const { calculateJwkThumbprint } = await import('jose');
      assert.deepEqual(decode(access_token).claims['cnf'], { jkt: await calculateJwkThumbprint(jwk as never) });
    });
  }
});

describe('row 105: htu is compared after normalisation, with the issuer and not with the Host header', () => {
  for (const htu of [
    'HTTP://LOCALHOST:4000/token',
    'http://localhost:4000/token?a=b#c',
    'http://localhost:4000/%74oken',
    'http://localhost:4000/./x/../token',
  ]) {
    it(`${htu} is accepted`, async () => assert.equal((await askWith({ claims: { htu } })).status, 200));
  }

  it('the default port is accepted, and an issuer with a path', async () => {
    const secure = await openHouse({ settings: { issuer: 'https://id.example/auth' } });
    const nonce = await nonceOf(secure);
    for (const htu of ['https://id.example:443/auth/token', 'https://ID.example/auth/token']) {
      const answer = await send(secure, worker, own, key.prove(secure, { claims: { nonce, htu } }));
      assert.equal(answer.status, 200, htu);
    }
    await secure.close();
  });

  it('what the Host header says changes nothing', async () => {
    const proof = key.prove(house, { claims: { nonce: await nonceOf(house), htu: 'http://evil.example/token' } });
    const headers = { ...worker.headers, dpop: proof, host: 'evil.example', 'x-forwarded-host': 'evil.example' };
    const response = await house.request('/token', { method: 'POST', headers, body: new URLSearchParams(own) });
    assert.equal(response.status, 400);
  });
});

describe('row 106: a jti is used once, on all nodes', () => {
  it('a proof sent twice is refused, also in another request, until it is too old anyway', async () => {
    const proof = key.prove(house, { claims: { nonce: await nonceOf(house) } });
    assert.equal((await ask(proof)).status, 200);
    refusedWith(await ask(proof), 'invalid_dpop_proof');
    refusedWith(await send(house, worker, { ...own, scope: '' }, proof), 'invalid_dpop_proof');
    house.clock.advance(900);
    refusedWith(await ask(proof), 'use_dpop_nonce');
  });

  it('the same jti by two keys is two', async () => {
    const claims = { jti: 'the same', nonce: await nonceOf(house) };
    assert.equal((await ask(prover().prove(house, { claims }))).status, 200);
    assert.equal((await ask(prover().prove(house, { claims }))).status, 200);
  });

  for (const where of ['one node', 'two nodes on one store']) {
    it(`64 requests with one proof on ${where}: one success`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ostiary-dpop-'));
      const path = join(folder, 'ostiary.db');
      const nodes = [await openHouse({ path }), await openHouse({ path })] as const;
      const proof = key.prove(nodes[0], { claims: { nonce: await nonceOf(nodes[1]) } });
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, index) =>
          send(nodes[where === 'one node' ? 0 : index % 2] ?? nodes[0], worker, own, proof),
        ),
      );
      const winners = answers.filter(({ status }) => status === 200);
      assert.equal(winners.length, 1, answers.map(({ status }) => status).join());
      for (const answer of answers) if (answer !== winners[0]) refusedWith(answer, 'invalid_dpop_proof');
      for (const node of nodes) await node.close();
      rmSync(folder, { recursive: true });
    });
  }

  it('a commit whose answer was lost is recognised as the own one', async () => {
    const doubtful = await openHouse();
    const { refresh_token } = await boundTokens(doubtful, key);
    const notes: string[] = [];
    const uses = (plan: Plan) => plan.consumes.some(({ kind }) => kind === 'once');
    doubtful.service.store = ambiguously(doubtful.service.store, uses, 'lost', notes);
    tokensIn(await renewWith(doubtful, key, refresh_token));
    assert.deepEqual(notes, ['lost']);
    await doubtful.close();
  });

  it('beside a client assertion each is told apart', async () => {
    const nonce = await nonceOf(house);
    const proof = () => key.prove(house, { claims: { nonce } });
    const lab = (jwt: string): Party => ({
      ...worker,
      headers: {},
      fields: { client_assertion_type: assertionType, client_assertion: jwt },
    });
    const [jwt, used] = [await assertion(house), proof()];
    assert.equal((await send(house, lab(jwt), own, used)).status, 200);
    refusedWith(await send(house, lab(jwt), own, proof()), 'invalid_client');
    refusedWith(await send(house, lab(await assertion(house)), own, used), 'invalid_dpop_proof');
    refusedWith(await withAssertion(house, jwt, { scope: 'eq1' }), 'invalid_client');
  });
});

describe('row 107: token_type, and each token by its own scheme', () => {
  it('every grant says DPoP with a proof, and Bearer without', async () => {
    const bound = await boundTokens(house, key);
    const answers = [bound, tokensIn(await renewWith(house, key, bound.refresh_token)), tokensIn(await askWith({}))];
    for (const { token_type, access_token } of answers) {
      assert.equal(token_type, 'DPoP');
      assert.deepEqual(decode(access_token).claims['cnf'], { jkt: key.jkt });
    }
    const plain = await tokensFor(house);
    assert.equal(plain['token_type'], 'Bearer');
    assert.equal(decode(plain.access_token).claims['cnf'], undefined);
  });

  it('a bound token is good at userinfo with its proof', async () => {
    const { access_token } = await boundTokens(house, key);
    assert.equal((await userinfoWith(house, key, access_token)).status, 200);
  });

  it('a bound token as Bearer or in a form is refused with a DPoP challenge', async () => {
    const { access_token } = await boundTokens(house, key);
    const inForm = house.request('/userinfo', { method: 'POST', body: new URLSearchParams({ access_token }) });
    for (const response of [await userinfo(house, access_token), await inForm]) {
      assert.equal(response.status, 401);
      assert.match(
        response.headers.get('www-authenticate') ?? '',
        /^DPoP algs="ES256 RS256 PS256 EdDSA Ed25519", error="invalid_token", error_description="[^"]+"$/,
      );
    }
  });

  it('an unbound token as DPoP is refused', async () => {
    const { access_token } = await tokensFor(house);
    await assertChallenge(await userinfoWith(house, key, access_token), 'invalid_token');
  });

  const wrong: [string, (token: string) => ProofChanges][] = [
    ['of another method', () => ({ claims: { htm: 'POST' } })],
    ['of another address', () => ({ claims: { htu: 'http://localhost:4000/token' } })],
    ['without ath', () => ({ claims: { ath: undefined } })],
    ['with the ath of another token', (token) => ({ claims: { ath: athOf(`${token}x`) } })],
    ['with the token itself as ath', (token) => ({ claims: { ath: token } })],
  ];
  for (const [what, changes] of wrong) {
    it(`row 104: a proof ${what} is refused at userinfo`, async () => {
      const { access_token } = await boundTokens(house, key);
      await assertChallenge(await userinfoWith(house, key, access_token, changes(access_token)), 'invalid_dpop_proof');
    });
  }

  it('no proof, the proof of another key, or one used before is refused at userinfo', async () => {
    const { access_token } = await boundTokens(house, key);
    const bare = await house.request('/userinfo', { headers: { authorization: `DPoP ${access_token}` } });
    await assertChallenge(bare, 'invalid_dpop_proof');
    await assertChallenge(await userinfoWith(house, prover(), access_token), 'invalid_token');
    const claims = { jti: crypto.randomUUID() };
    assert.equal((await userinfoWith(house, key, access_token, { claims })).status, 200);
    await assertChallenge(await userinfoWith(house, key, access_token, { claims }), 'invalid_dpop_proof');
  });
});

async function assertChallenge(response: Response, error: string): Promise<void> {
  assert.equal(response.status, 401);
  assert.match(response.headers.get('www-authenticate') ?? '', new RegExp(`^DPoP algs="[^"]+", error="${error}"`));
  assert.equal(((await response.json()) as Record<string, unknown>)['error'], error);
}

describe('row 108: the nonce', () => {
  it('is asked for by 400 at the token endpoint: one header, no-store, nothing consumed', async () => {
    const code = await codeFor(house.browser());
    const refused = await exchange(house, withProof(spa, key.prove(house)), code);
    refusedWith(refused, 'use_dpop_nonce');
    assert.equal(refused.headers.get('cache-control'), 'no-store');
    const nonce = refused.headers.get('dpop-nonce') ?? '';
    assert.match(nonce, /^[A-Za-z0-9_-]{22}$/);
    const tokens = tokensIn(await exchange(house, withProof(spa, key.prove(house, { claims: { nonce } })), code));
    refusedWith(await renew(house, withProof(spa, key.prove(house)), tokens.refresh_token), 'use_dpop_nonce');
    tokensIn(await renewWith(house, key, tokens.refresh_token));
  });

  it('is asked for before a client assertion is used up', async () => {
    const jwt = await assertion(house);
    const lab: Party = {
      ...worker,
      headers: {},
      fields: { client_assertion_type: assertionType, client_assertion: jwt },
    };
    const refused = await send(house, lab, own, key.prove(house));
    refusedWith(refused, 'use_dpop_nonce');
    const nonce = refused.headers.get('dpop-nonce');
    assert.equal((await send(house, lab, own, key.prove(house, { claims: { nonce } }))).status, 200);
  });

  it('rotates: the one before is good for a while, older ones and strange ones are not', async () => {
    house.clock.advance(300 - ((house.clock.now() / 1000) % 300));
    const nonce = await nonceOf(house);
    const proof = () => key.prove(house, { claims: { nonce } });
    house.clock.advance(599);
    assert.notEqual(await nonceOf(house), nonce);
    assert.equal((await ask(proof())).status, 200);
    house.clock.advance(1);
    refusedWith(await ask(proof()), 'use_dpop_nonce');
    for (const strange of ['', 'x', 'A'.repeat(22), nonce.slice(1)])
      refusedWith(await ask(key.prove(house, { claims: { nonce: strange } })), 'use_dpop_nonce');
  });

  it('stands for the time: a client whose clock is years off goes on', async () => {
    for (const iat of [0, 4_000_000_000, -5, 1.5, 1e300])
      assert.equal((await askWith({ claims: { iat } })).status, 200, String(iat));
  });

  it('comes with every answer to a proof, and with no other', async () => {
    assert.notEqual((await askWith({})).headers.get('dpop-nonce'), null);
    assert.notEqual((await ask('nonsense')).headers.get('dpop-nonce'), null);
    const { access_token } = await boundTokens(house, key);
    assert.notEqual((await userinfoWith(house, key, access_token)).headers.get('dpop-nonce'), null);
    assert.equal((await send(house, worker, own)).headers.get('dpop-nonce'), null);
  });

  it('of one node is good on the other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-dpop-'));
    const path = join(folder, 'ostiary.db');
    const nodes = [await openHouse({ path }), await openHouse({ path })] as const;
    const proof = key.prove(nodes[1], { claims: { nonce: await nonceOf(nodes[0]) } });
    assert.equal((await send(nodes[1], worker, own, proof)).status, 200);
    for (const node of nodes) await node.close();
    rmSync(folder, { recursive: true });
  });

  it('at userinfo is asked for by 401, when the time is in doubt', async () => {
    const { access_token } = await boundTokens(house, key);
    const late = Math.floor(house.clock.now() / 1000) - 61;
    const refused = await userinfoWith(house, key, access_token, { claims: { iat: late } });
    await assertChallenge(refused.clone(), 'use_dpop_nonce');
    const nonce = refused.headers.get('dpop-nonce');
    assert.equal((await userinfoWith(house, key, access_token, { claims: { iat: late, nonce } })).status, 200);
  });

  it('where it is optional, a recent proof needs none, and one whose time is in doubt does', async () => {
    const lax = await openHouse({ settings: { dpopNonce: 'optional' } });
    const now = Math.floor(lax.clock.now() / 1000);
    const status = async (claims: Record<string, unknown>) =>
      (await send(lax, worker, own, key.prove(lax, { claims }))).body['error'] ?? 'tokens';
    for (const iat of [now, now - 60, now + 10, now - 0.5])
      assert.equal(await status({ iat }), 'tokens', String(iat - now));
    for (const iat of [now - 61, now + 11, 0, 1e300, -1e300]) assert.equal(await status({ iat }), 'use_dpop_nonce');
    assert.equal(await status({ nonce: 'old' }), 'use_dpop_nonce');
    await lax.close();
  });
});

describe('rows 52 and 109: dpop_jkt binds the code', () => {
  it('to its key: with another or none it is refused, and still good for the right one', async () => {
    const code = await codeFor(house.browser(), spa, { dpop_jkt: key.jkt });
    const nonce = await nonceOf(house);
    const by = (who: Prover) => withProof(spa, who.prove(house, { claims: { nonce } }));
    refusedWith(await exchange(house, spa, code), 'invalid_grant');
    refusedWith(await exchange(house, by(prover()), code), 'invalid_grant');
    const tokens = tokensIn(await exchange(house, by(key), code));
    // An invalid replay touches nothing either.
    refusedWith(await exchange(house, spa, code), 'invalid_grant');
    tokensIn(await renewWith(house, key, tokens.refresh_token));
  });

  it('of a confidential client too', async () => {
    const code = await codeFor(house.browser(), web, { dpop_jkt: key.jkt });
    refusedWith(await exchange(house, web, code), 'invalid_grant');
  });

  it('a malformed one is refused', async () => {
    const answer = await house.browser().authorize({ dpop_jkt: 'x' });
    assert.equal(answer.get('error'), 'invalid_request');
  });
});

describe('row 110: a client with dpop_bound_access_tokens', () => {
  it('is refused without a proof, for every grant', async () => {
    const code = await codeFor(house.browser(), boundSpa);
    refusedWith(await exchange(house, boundSpa, code), 'invalid_dpop_proof');
    const nonce = await nonceOf(house);
    const tokens = tokensIn(await exchange(house, withProof(boundSpa, key.prove(house, { claims: { nonce } })), code));
    refusedWith(await renew(house, boundSpa, tokens.refresh_token), 'invalid_dpop_proof');
    tokensIn(await renewWith(house, key, tokens.refresh_token, { client: boundSpa }));
  });
});

describe('row 111: the key is told', () => {
  it('introspection says cnf and DPoP', async () => {
    const { access_token } = await boundTokens(house, key);
    const answer = await introspect(house, access_token);
    assert.deepEqual([answer['token_type'], answer['cnf']], ['DPoP', { jkt: key.jkt }]);
  });

  it('discovery names the algorithms', async () => {
    const response = await house.request('/.well-known/oauth-authorization-server');
    const { dpop_signing_alg_values_supported: algs } = (await response.json()) as Record<string, string[]>;
    assert.deepEqual(algs, ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519']);
  });
});

describe('row 85: a family of a public client, bound to the key at its birth', () => {
  it('does not rotate, and any number of callers with the key go on, at once and days later', async () => {
    const { refresh_token } = await boundTokens(house, key);
    for (let day = 0; day < 3; day += 1) {
      const answers = await Promise.all(Array.from({ length: 16 }, () => renewWith(house, key, refresh_token)));
      for (const answer of answers) assert.equal(tokensIn(answer).refresh_token, refresh_token);
      house.clock.advance(86_400);
    }
  });

  it('a thief with another key, or none, gets nothing, and the family lives', async () => {
    const { refresh_token } = await boundTokens(house, key);
    for (let again = 0; again < 3; again += 1) {
      refusedWith(await renew(house, spa, refresh_token), 'invalid_grant');
      refusedWith(await renewWith(house, prover(), refresh_token), 'invalid_grant');
    }
    tokensIn(await renewWith(house, key, refresh_token));
  });

  it('the same on two nodes, all at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ostiary-dpop-'));
    const path = join(folder, 'ostiary.db');
    const nodes = [await openHouse({ path }), await openHouse({ path })] as const;
    const { refresh_token } = await boundTokens(nodes[0], key);
    const parties = [key, prover(), key, prover()];
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, index) =>
        renewWith(nodes[index % 2] ?? nodes[0], parties[index % 4] ?? key, refresh_token),
      ),
    );
    answers.forEach((answer, index) => {
      if (parties[index % 4] === key) assert.equal(tokensIn(answer).refresh_token, refresh_token);
      else refusedWith(answer, 'invalid_grant');
    });
    for (const node of nodes) await node.close();
    rmSync(folder, { recursive: true });
  });

  it('a proof on a family born without one binds the access token alone: the family rotates on', async () => {
    const { refresh_token } = await tokensFor(house, strictSpa);
    const bound = tokensIn(await renewWith(house, key, refresh_token, { client: strictSpa }));
    assert.equal(bound['token_type'], 'DPoP');
    assert.notEqual(bound.refresh_token, refresh_token);
    const plain = tokensIn(await renew(house, strictSpa, bound.refresh_token));
    assert.equal(plain['token_type'], 'Bearer');
  });

  it('a confidential client is bound by its credentials: its family takes any key, or none', async () => {
    const { refresh_token, token_type } = await boundTokens(house, key, { client: web });
    assert.equal(token_type, 'DPoP');
    assert.equal(tokensIn(await renewWith(house, prover(), refresh_token, { client: web }))['token_type'], 'DPoP');
    assert.equal(tokensIn(await renew(house, web, refresh_token))['token_type'], 'Bearer');
  });

  it('the code shown again with the key of its redemption is refused, and the family lives', async () => {
    const code = await codeFor(house.browser());
    const nonce = await nonceOf(house);
    const proven = () => withProof(spa, key.prove(house, { claims: { nonce } }));
    const tokens = tokensIn(await exchange(house, proven(), code));
    refusedWith(await exchange(house, proven(), code), 'invalid_grant');
    tokensIn(await renewWith(house, key, tokens.refresh_token));
    // Somebody else with the code and the verifier: the family ends.
    refusedWith(await exchange(house, spa, code), 'invalid_grant');
    const end = await renewWith(house, key, tokens.refresh_token);
    assert.equal(end.body['error_cause'], 'code_replayed');
  });

  it('a store that fails answers 503 and not that anything was wrong', async () => {
    const broken = await openHouse();
    const { refresh_token } = await boundTokens(broken, key);
    const nonce = await nonceOf(broken);
    broken.service.store = failing(broken.service.store, () => true);
    const answer = await renew(broken, withProof(spa, key.prove(broken, { claims: { nonce } })), refresh_token);
    assert.deepEqual([answer.status, answer.body['error']], [503, 'temporarily_unavailable']);
    await broken.close();
  });
});

it('a proof in the log, the audit or an answer: never', async () => {
  const proof = key.prove(house, { claims: { nonce: await nonceOf(house), jti: 'jti-that-is-nowhere-to-be-seen' } });
  const { body } = await ask(proof);
  refusedWith(await ask(proof), 'invalid_dpop_proof');
  const told = JSON.stringify(body) + house.log.join('');
  for (const secret of [proof, 'jti-that-is-nowhere-to-be-seen', encode({ typ: 'dpop+jwt' }).slice(0, 12)])
    assert.ok(!told.includes(secret));
});
