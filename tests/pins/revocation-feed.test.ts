import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { batchIn, byApi, handTimer, labApiWithSecret, type HandTimer } from '@ostiary/http/feed-fixture';
import { openIssuer, redeem, type TestIssuer } from '@ostiary/http/fixture';
import type { AccessTokenClaims, ClientId, RevocationAnswer, RevocationBatch, UserId } from '@ostiary/wire';

describe('the feed of revocations', () => {
  let issuer: TestIssuer;
  let timer: HandTimer;
  before(async () => {
    timer = handTimer();
    issuer = await openIssuer({ timer, settings: { apis: [labApiWithSecret()] } });
  });
  after(() => issuer.close());

  const ask = (query = '', headers = {}) =>
    issuer.request(`/revocations${query}`, { headers: { ...byApi, ...headers } });

  /** Random and signed parts by their names. */
  const named = ({ feed, entries, ...batch }: RevocationBatch) => ({
    ...batch,
    feed: /^[A-Za-z0-9_-]{22}$/.test(feed) ? 'FEED' : feed,
    entries: entries.map(({ h, ...entry }) => ({
      ...entry,
      h: h.replace(/^(fam|ses|dev)_[A-Za-z0-9_-]{22}$/, '$1_HANDLE').replace(/^[A-Za-z0-9_-]{43}$/, 'SHA-256'),
    })),
  });

  it('answers a batch at a time like this', async () => {
    const answer = await ask();
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const { batch, next, ...rest } = (await answer.json()) as RevocationAnswer;
    assert.deepEqual(rest, {});
    const header: unknown = JSON.parse(Buffer.from(batch.split('.')[0] ?? '', 'base64url').toString());
    const { kid } = issuer.service.keyring.signingKey('ES256');
    assert.deepEqual(header, { alg: 'ES256', typ: 'revocations+jwt', kid });
    const payload = batchIn(batch);
    assert.equal(next, `${payload.feed}:1`);
    assert.deepEqual(named(payload), {
      iss: 'http://localhost:4000',
      iat: 1_780_315_200,
      feed: 'FEED',
      seq: 1,
      full: true,
      entries: [],
    });
  });

  it('has entries like these', async () => {
    const { service, clock } = issuer;
    const { body } = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
    const revoke = (token: unknown) =>
      issuer.request('/revoke', {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'lab-spa', token: String(token) }),
      });
    await revoke(body['access_token']);
    const payload = Buffer.from(String(body['access_token']).split('.')[1] ?? '', 'base64url').toString();
    const { sub } = JSON.parse(payload) as AccessTokenClaims;
    const [clientId, otherClientId] = ['lab-spa', 'lab-web'] as [ClientId, ClientId];
    const [userId, atMs] = [sub as UserId, clock.now()];
    const [session] = await service.store.sessions.listLiving(userId);
    assert.ok(session);
    const plan = { expects: [], consumes: [], advances: [], inserts: [], touches: [], events: [] };
    await service.store.commit({
      ...plan,
      ends: [
        { kind: 'families', of: { userId }, cause: 'signed_out', atMs },
        { kind: 'session', id: session.id, cause: 'signed_out', atMs },
        { kind: 'device', id: session.deviceId, atMs },
        { kind: 'user', id: userId, disable: false, atMs },
        { kind: 'consent', userId, clientId, atMs },
      ],
    });
    await service.store.clients.sync([otherClientId], atMs);
    timer.pass(60_000);
    const answer = (await (await ask()).json()) as RevocationAnswer;
    const entries = named(batchIn(answer.batch)).entries.filter(
      ({ k }, index, all) => all.findIndex((each) => each.k === k) === index,
    );
    const [at, exp] = [1_780_315_200, 1_780_315_200 + 15 + 3600];
    assert.deepEqual(
      entries.map(({ k, ...entry }) => (k === 'jti' ? { k, ...entry, h: entry.h.length } : { k, ...entry })),
      [
        { k: 'fam', exp, h: 'fam_HANDLE' },
        { k: 'sid', exp, h: 'ses_HANDLE' },
        { k: 'dev', exp, h: 'dev_HANDLE' },
        { k: 'usr', uep: 1, exp, h: 'SHA-256' },
        { k: 'jti', exp: at + 3600, h: 22 },
        { k: 'con', iat: at + 15, exp, h: 'SHA-256' },
        { k: 'cli', iat: at + 15, exp, h: 'lab-spa' },
      ],
    );
  });

  it('streams like this', async () => {
    const answer = await ask('', { accept: 'text/event-stream' });
    assert.deepEqual(
      ['content-type', 'cache-control', 'x-accel-buffering', 'access-control-allow-origin'].map((name) =>
        answer.headers.get(name),
      ),
      ['text/event-stream', 'no-store', 'no', null],
    );
    const reader = answer.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    const text = new TextDecoder().decode(value);
    assert.match(text, /^id: [\w-]{22}:\d+\nevent: revocations\ndata: [\w-]+\.[\w-]+\.[\w-]+\n\n$/);
    await reader?.cancel();
  });
});
