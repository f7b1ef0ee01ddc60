import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createAccessTokenVerifier } from '../verifier.ts';
import { bearer, issuerUrl, makeKey, VirtualIssuer } from '../virtual-issuer.fixture.ts';
import type { ApiSettings } from '../settings.ts';

const jwks = `${issuerUrl}/jwks`;

function open(changes: Partial<ApiSettings> = {}) {
  const issuer = new VirtualIssuer();
  const verifier = createAccessTokenVerifier(issuer.settings(changes));
  const verify = async (token = issuer.token()) => {
    const result = await verifier.verify(bearer(token));
    return result.ok ? 'accepted' : result.refusal.reason;
  };
  const timesAsked = () => issuer.asked.filter((url) => url === jwks).length;
  return { issuer, verifier, verify, timesAsked };
}

describe('keys of the issuer', () => {
  it('are read once for all who wait for them', async () => {
    const { verify, timesAsked } = open();
    const all = await Promise.all(Array.from({ length: 50 }, () => verify()));
    assert.deepEqual(new Set(all), new Set(['accepted']));
    assert.equal(timesAsked(), 1);
  });

  it('that are published before they sign are known before they are met', async () => {
    const { issuer, verify, timesAsked } = open();
    assert.equal(await verify(), 'accepted');
    const next = makeKey('ES256');
    issuer.keys = [...issuer.keys, next];
    await issuer.clock.advance(360_000);
    issuer.outage = () => new Error('the issuer is away');
    assert.equal(await verify(issuer.token({}, {}, next)), 'accepted');
    assert.equal(timesAsked(), 2);
  });

  it('are read again when one is met that is not known', async () => {
    const { issuer, verify } = open();
    assert.equal(await verify(), 'accepted');
    issuer.keys = [makeKey('ES256')];
    assert.equal(await verify(), 'accepted');
  });

  it('are asked for as often as the JWKS says', async () => {
    const { issuer, verify, timesAsked } = open();
    issuer.jwksHeaders = { 'cache-control': 'public, max-age=300' };
    assert.equal(await verify(), 'accepted');
    await issuer.clock.advance(150_000);
    assert.equal(timesAsked(), 2);
  });

  it('without a name are found where only one fits', async () => {
    const { issuer, verify } = open();
    assert.equal(await verify(issuer.token({}, { kid: undefined })), 'accepted');
    issuer.keys = [...issuer.keys, makeKey('ES256')];
    await issuer.clock.advance(600_000);
    assert.equal(await verify(issuer.token({}, { kid: undefined })), 'key_unknown');
  });

  it('for encryption, of other kinds or too weak are passed over', async () => {
    const { issuer, verify } = open();
    const [key] = issuer.keys;
    assert.ok(key);
    for (const jwk of [
      { ...key.jwk, use: 'enc' },
      { ...key.jwk, kty: 'oct', k: 'c2VjcmV0' },
      { ...key.jwk, x: 'AA' },
      null,
      7,
    ]) {
      issuer.keys = [{ ...key, jwk: jwk as Record<string, unknown> }];
      await issuer.clock.advance(1_300_000);
      assert.equal(await verify(), 'key_unknown');
    }
  });
});

describe('keys that are not known (security.md 196)', () => {
  it('do not make us ask without end', async () => {
    const { issuer, verify, timesAsked } = open();
    assert.equal(await verify(), 'accepted');
    for (let second = 0; second < 60; second += 1) {
      await Promise.all(
        Array.from({ length: 20 }, (_, each) => verify(issuer.token({}, { kid: `k${second}-${each}` }))),
      );
      await issuer.clock.advance(1_000);
    }
    assert.ok(timesAsked() <= 4, `${timesAsked()} in a minute`);
  });

  it('of tokens that are refused anyhow make nobody ask', async () => {
    const { issuer, verify, timesAsked } = open();
    assert.equal(await verify(), 'accepted');
    assert.equal(await verify(issuer.token({ iss: 'https://evil.example' }, { kid: 'k' })), 'issuer_wrong');
    assert.equal(await verify(issuer.token({ exp: 1 }, { kid: 'k' })), 'expired');
    assert.equal(timesAsked(), 1);
  });
});

describe('an issuer that is away', () => {
  for (const [what, outage] of [
    ['does not answer', () => new Error('connection refused')],
    ['answers 503', () => new Response('busy', { status: 503 })],
    ['answers with a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['answers too much', () => new Response('x'.repeat(300_000))],
    ['answers with a list', () => Response.json([])],
    ['is another', () => Response.json({ issuer: 'https://evil.example', jwks_uri: jwks })],
    ['leads elsewhere', () => Response.json({ issuer: issuerUrl, jwks_uri: 'http://evil.example/jwks' })],
  ] as const)
    it(`and ${what}: 503 with a time, not 401`, async () => {
      const { issuer, verifier } = open();
      issuer.outage = outage;
      const result = await verifier.verify(bearer(issuer.token()));
      assert.ok(!result.ok);
      assert.equal(result.refusal.reason, 'keys_unavailable');
      assert.equal(result.answer.status, 503);
      assert.equal(result.answer.headers['Retry-After'], '1');
      assert.equal(result.answer.headers['WWW-Authenticate'], undefined);
    });

  it('leaves its keys in use for an hour, and says so once', async () => {
    const kept: string[] = [];
    const { issuer, verify, verifier } = open({ onKeysKept: (why) => kept.push(why) });
    assert.equal(await verify(), 'accepted');
    issuer.outage = () => new Response(null, { status: 502 });
    await issuer.clock.advance(600_000 + 3_590_000);
    assert.equal(await verify(), 'accepted');
    assert.deepEqual(kept, [`${jwks} answered 502`]);
    assert.equal(verifier.state().keys.trouble, `${jwks} answered 502`);
    await issuer.clock.advance(20_000);
    assert.equal(await verify(), 'keys_unavailable');
  });

  it('is found again by itself', async () => {
    const { issuer, verify } = open();
    issuer.outage = () => new Error('away');
    assert.equal(await verify(), 'keys_unavailable');
    issuer.outage = undefined;
    await issuer.clock.advance(1_000);
    assert.equal(await verify(), 'accepted');
  });

  it('is not asked by every request', async () => {
    const { issuer, verify } = open();
    issuer.outage = () => new Error('away');
    for (let request = 0; request < 20; request += 1) await verify();
    assert.equal(issuer.asked.length, 1);
  });

  it('is not waited for longer than that', async () => {
    const issuer = new VirtualIssuer();
    const slow = createAccessTokenVerifier({
      ...issuer.settings({ timeoutDuration: 3_000 }),
      fetch: (_url, init) =>
        new Promise((_resolve, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    });
    const verifying = slow.verify(bearer(issuer.token()));
    await issuer.clock.advance(3_000);
    const result = await verifying;
    assert.ok(!result.ok && result.refusal.reason === 'keys_unavailable');
  });
});

describe('a rotation of keys under load', () => {
  it('fails not one verification', async () => {
    const { issuer, verify } = open();
    issuer.jwksHeaders = { 'cache-control': 'public, max-age=300' };
    const results = new Map<string, number>();
    const load = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 10) {
        for (const result of await Promise.all([verify(), verify(), verify()]))
          results.set(result, (results.get(result) ?? 0) + 1);
        await issuer.clock.advance(10_000);
      }
    };
    await load(400);
    for (let rotation = 0; rotation < 3; rotation += 1) {
      const next = makeKey('ES256');
      // As this issuer does it: published for 10 minutes, then it signs; its predecessor stays until its last token has expired.
      issuer.keys = [...issuer.keys.slice(0, 1), next];
      await load(600);
      issuer.keys = [next, ...issuer.keys.slice(0, 1)];
      await load(600);
      issuer.keys = [next];
      await load(400);
    }
    assert.deepEqual([...results.keys()], ['accepted']);
  });
});
