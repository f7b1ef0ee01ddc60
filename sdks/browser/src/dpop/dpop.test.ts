import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify, type JsonWebKey as NodeJwk } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { createClient } from '../client.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import type { ProvenRequest } from '../settings.ts';
import { dpop } from './dpop.ts';
import { VirtualIndexedDb } from './virtual-indexed-db.fixture.ts';

const nowMs = 1_800_000_000_000;
const token = { method: 'POST', url: 'https://id.example/token', nowMs };

let data: VirtualIndexedDb;
beforeEach(() => {
  data = new VirtualIndexedDb();
});

/** What one more tab of the same browser has. */
function tab(database?: string) {
  const maker = dpop({ ...(database !== undefined && { database }) }, () => data.factory());
  /** The proof of a request that is answered by `answer`; of a repeated one, the last. */
  const prove = async (request: ProvenRequest, answer: () => Response = () => new Response()) => {
    let proof = '';
    const make = async (headers: Record<string, string>) => {
      proof = headers['DPoP'] ?? '';
      return answer();
    };
    await maker.send(make, request);
    return proof;
  };
  /** An answer that tells a nonce and asks for nothing. */
  const learnNonce = (url: string, nonce: string) =>
    prove({ ...token, url }, () => new Response(null, { headers: { 'dpop-nonce': nonce } }));
  return { ...maker, prove, learnNonce };
}

function partsOf(proof: string) {
  const [header = '', claims = '', signature = ''] = proof.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return { header: read(header), claims: read(claims), input: `${header}.${claims}`, signature };
}

describe('a proof (RFC 9449 section 4.2)', () => {
  it('names method, address without query, server time and the hash of the access token, signed by its key', async () => {
    const url = 'https://api.example/notes?page=2#top';
    const proof = await tab().prove({ method: 'GET', url, nowMs, accessToken: 'at' });
    const { header, claims, input, signature } = partsOf(proof);
    const { jti, ...rest } = claims;
    const ath = createHash('sha256').update('at').digest('base64url');
    assert.deepEqual(rest, { htm: 'GET', htu: 'https://api.example/notes', iat: nowMs / 1000, ath });
    assert.match(String(jti), /^[\w-]{22}$/);
    assert.deepEqual([header['typ'], header['alg']], ['dpop+jwt', 'ES256']);
    const key = createPublicKey({ key: header['jwk'] as NodeJwk, format: 'jwk' });
    const bytes = Buffer.from(signature, 'base64url');
    assert.ok(verify('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }, bytes));
  });

  it('holds the public half alone; the private one cannot be taken out of the browser', async () => {
    const { header } = partsOf(await tab().prove(token));
    assert.deepEqual(Object.keys(header['jwk'] as object), ['crv', 'kty', 'x', 'y']);
    const kept = data.databases.get('ostiary-dpop')?.get('key') as { privateKey: CryptoKey };
    assert.equal(kept.privateKey.extractable, false);
  });

  it('never has the jti of another', async () => {
    const maker = tab();
    const proofs = await Promise.all(Array.from({ length: 20 }, () => maker.prove(token)));
    assert.equal(new Set(proofs.map((proof) => partsOf(proof).claims['jti'])).size, 20);
  });
});

describe('the key', () => {
  it('is one for all tabs, however many make it at once', async () => {
    const thumbprints = await Promise.all(Array.from({ length: 8 }, () => tab().thumbprint()));
    assert.equal(new Set(thumbprints).size, 1);
    assert.equal(await tab().thumbprint(), thumbprints[0]);
  });

  it('signs with the thumbprint that it told', async () => {
    const maker = tab();
    const { jwk } = partsOf(await maker.prove(token)).header as { jwk: Record<string, string> };
    const { crv, kty, x, y } = jwk;
    const digest = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
    assert.equal(await maker.thumbprint(), digest);
  });

  it('goes at sign-out, for tabs that used it too: all of them go on with the next', async () => {
    const [here, there] = [tab(), tab()];
    const before = await here.thumbprint();
    assert.equal(await there.thumbprint(), before);
    await here.forget();
    const [next, same] = [await there.thumbprint(), await here.thumbprint()];
    assert.notEqual(next, before);
    assert.equal(same, next);
  });

  it('is made anew when the user cleared the data of the site, under an open page', async () => {
    const maker = tab();
    const before = await maker.thumbprint();
    data.clearSiteData();
    assert.notEqual(await maker.thumbprint(), before);
  });

  it('that cannot be reached now is not taken for lost', async () => {
    const maker = tab();
    const before = await maker.thumbprint();
    data.fault = new DOMException('the disk is slow', 'UnknownError');
    await assert.rejects(maker.prove(token), { name: 'SessionError', code: 'try_later' });
    data.fault = undefined;
    assert.equal(await maker.thumbprint(), before);
  });

  it('cannot be had where there is no IndexedDB', async () => {
    await assert.rejects(dpop({}, () => undefined).thumbprint(), /no IndexedDB/);
  });

  it('of another database is another', async () => {
    const other = tab('other');
    assert.notEqual(await other.thumbprint(), await tab().thumbprint());
  });
});

describe('nonces', () => {
  it('are kept for each origin, and shared by all tabs', async () => {
    await tab().learnNonce('https://id.example/token', 'of the provider');
    await tab().learnNonce('https://api.example/notes', 'of the API');
    const nonceAt = async (url: string) => partsOf(await tab().prove({ ...token, url })).claims['nonce'];
    assert.equal(await nonceAt('https://id.example/other'), 'of the provider');
    assert.equal(await nonceAt('https://api.example/'), 'of the API');
    assert.equal(await nonceAt('https://api.example:8443/'), undefined);
  });

  it('learned a moment ago are in the next proof', async () => {
    const maker = tab();
    for (const nonce of ['first', 'second', 'second', 'third']) {
      await maker.learnNonce(token.url, nonce);
      assert.equal(partsOf(await maker.prove(token)).claims['nonce'], nonce);
    }
  });
});

describe('a server that wants its nonce', () => {
  const wants: [string, () => Response][] = [
    ['a provider, in its answer', () => Response.json({ error: 'use_dpop_nonce' }, { status: 400 })],
    [
      'an API, in its challenge',
      () => new Response(null, { status: 401, headers: { 'www-authenticate': 'DPoP error="use_dpop_nonce"' } }),
    ],
  ];
  for (const [who, refusal] of wants)
    it(`gets the request once more with it: ${who}`, async () => {
      const answers = [refusal(), new Response('done')];
      answers[0]?.headers.set('dpop-nonce', 'wanted');
      const proofs: string[] = [];
      const make = async (headers: Record<string, string>) => {
        proofs.push(headers['DPoP'] ?? '');
        return answers[proofs.length - 1] ?? Response.error();
      };
      const response = await tab().send(make, token);
      assert.equal(await response.text(), 'done');
      assert.deepEqual(
        proofs.map((proof) => partsOf(proof).claims['nonce']),
        [undefined, 'wanted'],
      );
    });

  it('and asks for another each time is asked twice, not for ever', async () => {
    let asked = 0;
    const refusal = () => {
      asked += 1;
      return Response.json({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'dpop-nonce': `n${asked}` } });
    };
    await tab().prove(token, refusal);
    assert.equal(asked, 2);
  });
});

describe('in a client', () => {
  it('a key that cannot be reached ends no session: the next renewal is later', async () => {
    const provider = new VirtualProvider();
    const browser = new VirtualBrowser({ server: provider.serve });
    provider.clock = browser;
    const page = browser.openTab();
    const key = tab();
    const proof = {
      ...key,
      send: (...call: Parameters<typeof key.send>) => browser.inRealTime(() => key.send(...call)),
    };
    const load = () =>
      createClient(
        {
          issuer: provider.issuer,
          clientId: 'spa',
          redirectUri: 'https://app.example/callback',
          storage: 'local',
          proof,
        },
        page.environment(),
      );
    const before = load();
    await before.signIn();
    before.close();
    const asked = new URL(page.visited[0] ?? '').searchParams;
    assert.equal(asked.get('dpop_jkt'), await tab().thumbprint());
    page.href = provider.authorize(page.visited[0] ?? '');
    const client = load();
    await client.handleCallback();
    data.fault = new DOMException('the disk is slow', 'UnknownError');
    await browser.advance(3_600_000);
    assert.equal(client.state.kind, 'degraded');
    data.fault = undefined;
    await browser.advance(600_000);
    assert.equal(client.state.kind, 'active');
    client.close();
  });
});
