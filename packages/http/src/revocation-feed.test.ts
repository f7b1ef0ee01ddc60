import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { reconfigure } from '@ostiary/service';
import { StorageUnavailable } from '@ostiary/storage';
import type { AccessTokenClaims, PublicJwk, RevocationAnswer } from '@ostiary/wire';
import { basic, openIssuer, redeem, type TestIssuer } from './issuer.fixture.ts';
import {
  apiSecret,
  batchIn,
  byApi,
  handTimer,
  isRefused,
  isSignedBy,
  labApiWithSecret,
  readStream,
  type HandTimer,
  type StreamReader,
} from './revocation-feed.fixture.ts';

let issuer: TestIssuer;
let timer: HandTimer;
before(async () => {
  timer = handTimer();
  issuer = await openIssuer({ timer, settings: { apis: [labApiWithSecret()] } });
});
after(() => issuer.close());

const streaming = { ...byApi, accept: 'text/event-stream' };
const follow = async (headers: Record<string, string> = {}): Promise<StreamReader> =>
  readStream(await issuer.request('/revocations', { headers: { ...streaming, ...headers } }));

async function poll(since?: string): Promise<RevocationAnswer> {
  const query = since === undefined ? '' : `?since=${since}`;
  const answer = await issuer.request(`/revocations${query}`, { headers: byApi });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return (await answer.json()) as RevocationAnswer;
}

interface Born {
  claims: AccessTokenClaims;
  token: string;
}

async function born(): Promise<Born> {
  const { body } = await redeem(issuer, (await issuer.browser().authorize()).get('code') ?? '');
  const accessToken = String(body['access_token']);
  const claims = JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()) as AccessTokenClaims;
  return { claims, token: String(body['refresh_token']) };
}

async function revoke(token: string): Promise<void> {
  const body = new URLSearchParams({ client_id: 'lab-spa', token });
  assert.equal((await issuer.request('/revoke', { method: 'POST', body })).status, 200);
}

describe('the feed of revocations as a stream', () => {
  it('begins with everything, signed by a key of the JWKS, and goes on with what is new', async () => {
    const before = await born();
    await revoke(before.token);
    timer.pass(1_000);
    const reader = await follow();
    const first = await reader.next();
    assert.ok(first?.batch.full);
    assert.equal(first.event, 'revocations');
    assert.equal(first.id, `${first.batch.feed}:${first.batch.seq}`);
    assert.equal(first.batch.iss, 'http://localhost:4000');
    assert.equal(first.batch.iat, issuer.clock.now() / 1000);
    assert.ok(isRefused(first.batch.entries, before.claims));
    const { keys } = (await (await issuer.request('/jwks')).json()) as { keys: PublicJwk[] };
    assert.ok(isSignedBy(first.text, keys));

    const { claims, token } = await born();
    assert.ok(!isRefused(first.batch.entries, claims));
    await revoke(token);
    timer.pass(250);
    const next = await reader.next();
    assert.equal(next?.batch.seq, first.batch.seq + 1);
    assert.equal(next.batch.full, false);
    assert.deepEqual(
      next.batch.entries.map(({ k, h }) => [k, h]),
      [['fam', claims.fam]],
    );
    await reader.leave();
  });

  it('sends what this very node ended sooner than the next look', async () => {
    const { claims, token } = await born();
    const reader = await follow();
    await reader.next();
    await revoke(token);
    timer.pass(100);
    assert.equal((await reader.next())?.batch.entries[0]?.h, claims.fam);
    await reader.leave();
  });

  it('has a heartbeat at least every 5 seconds, of the next number and without entries', async () => {
    const reader = await follow();
    const first = await reader.next();
    for (let elapsedMs = 0; elapsedMs < 4_500; elapsedMs += 250) {
      timer.pass(250);
      await new Promise(setImmediate);
    }
    const beat = await reader.next();
    assert.equal(beat?.batch.seq, (first?.batch.seq ?? 0) + 1);
    assert.deepEqual(beat.batch.entries, []);
    await reader.leave();
  });

  it('goes on after Last-Event-ID where that is remembered', async () => {
    const reader = await follow();
    const first = await reader.next();
    await reader.leave();
    const { claims, token } = await born();
    await revoke(token);
    timer.pass(1_000);
    const again = await follow({ 'last-event-id': first?.id ?? '' });
    const next = await again.next();
    assert.equal(next?.batch.full, false);
    assert.equal(next.batch.seq, (first?.batch.seq ?? 0) + 1);
    assert.equal(next.batch.entries[0]?.h, claims.fam);
    await again.leave();
  });

  for (const id of ['nobody:1', ':', '', 'x', '9']) {
    it(`begins anew after Last-Event-ID ${JSON.stringify(id)}, which is not of this feed`, async () => {
      const reader = await follow({ 'last-event-id': id });
      assert.equal((await reader.next())?.batch.full, true);
      await reader.leave();
    });
  }

  it('begins anew after a number that has not come yet', async () => {
    const { next } = await poll();
    const [feed] = next.split(':');
    for (const seq of ['9999999', '0', '-1', '1.0', '01']) {
      const reader = await follow({ 'last-event-id': `${feed}:${seq}` });
      assert.equal((await reader.next())?.batch.full, true, seq);
      await reader.leave();
    }
  });
});

describe('the feed of revocations by polling', () => {
  it('answers everything, then the next batch, which is made when it is asked for', async () => {
    const first = await poll();
    assert.ok(batchIn(first.batch).full);
    const second = await poll(first.next);
    const { seq, full, entries } = batchIn(second.batch);
    assert.deepEqual([seq, full, entries], [batchIn(first.batch).seq + 1, false, []]);
    const { claims, token } = await born();
    await revoke(token);
    timer.pass(250);
    assert.equal(batchIn((await poll(second.next)).batch).entries[0]?.h, claims.fam);
  });

  it('answers everything where the reader is several batches behind', async () => {
    const first = await poll();
    const second = await poll(first.next);
    const third = await poll(second.next);
    const late = await poll(first.next);
    assert.ok(batchIn(late.batch).full);
    assert.equal(late.next, third.next);
  });
});

describe('who may read the feed', () => {
  const ask = (headers: Record<string, string>, query = '') => issuer.request(`/revocations${query}`, { headers });

  it('an API by its secret, and a confidential client that may use an API', async () => {
    assert.equal((await ask(byApi)).status, 200);
    assert.equal((await ask(basic())).status, 200);
  });

  it('nobody else', async () => {
    for (const headers of [{}, basic(labApiWithSecret().identifier, 'wrong'), basic('lab-spa', ''), basic('x', 'y')]) {
      const answer = await ask(headers);
      assert.equal(answer.status, 401, JSON.stringify(headers));
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /);
    }
  });

  it('with 256 streams at most, and others go on', async () => {
    const open = await Promise.all(Array.from({ length: 256 }, () => follow()));
    const one = await ask(streaming);
    assert.equal(one.status, 429);
    assert.equal(one.headers.get('retry-after'), '5');
    assert.equal(((await one.json()) as Record<string, unknown>)['error'], 'slow_down');
    const other = await follow(basic());
    await Promise.all([...open, other].map((reader) => reader.leave()));
    await new Promise(setImmediate);
    assert.equal(issuer.service.feed.followers, 0);
    assert.equal((await ask(byApi)).status, 200);
  });

  it('nobody with credentials in the address', async () => {
    const answer = await ask({}, `?client_id=${encodeURIComponent(labApiWithSecret().identifier)}&client_secret=x`);
    assert.equal(answer.status, 400);
  });

  it('HEAD opens no stream', async () => {
    const { followers } = issuer.service.feed;
    const answer = await issuer.request('/revocations', { method: 'HEAD', headers: streaming });
    assert.equal(answer.status, 200);
    assert.equal(issuer.service.feed.followers, followers);
  });

  it('no page of another origin', async () => {
    const answer = await ask({ ...byApi, origin: 'http://localhost:4001' });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  it('whoever may not any more by a new configuration is sent away, the others stay', async () => {
    const [going, staying] = [await follow(), await follow(basic())];
    await Promise.all([going.next(), staying.next()]);
    await reconfigure(issuer.service, {
      ...issuer.service.settings,
      apis: [labApiWithSecret({ secretHash: undefined })],
    });
    assert.equal(await going.next(), undefined);
    timer.pass(60_000);
    assert.ok(await staying.next());
    await staying.leave();
  });

  it('says nothing secret in the log', () => {
    assert.ok(!issuer.log.join('\n').includes(apiSecret));
  });
});

describe('while the store cannot be read', () => {
  it('nothing is sent, not even a heartbeat, and a newcomer is told to come back', async () => {
    const { revocations } = issuer.service.store;
    const reader = await follow();
    const first = await reader.next();
    const { endedSince } = revocations;
    revocations.endedSince = () => Promise.reject(new StorageUnavailable('out'));
    for (let beat = 0; beat < 40; beat += 1) {
      timer.pass(250);
      await new Promise(setImmediate);
    }
    const newcomer = await issuer.request('/revocations', { headers: streaming });
    assert.equal(newcomer.status, 503);
    assert.ok(newcomer.headers.get('retry-after'));
    revocations.endedSince = endedSince;
    timer.pass(250);
    assert.equal((await reader.next())?.batch.seq, (first?.batch.seq ?? 0) + 1, 'the first since');
    const told = issuer.log.filter((line) => line.includes('revocations_unreadable'));
    assert.equal(told.length, 1);
    assert.ok(issuer.log.some((line) => line.includes('revocations_readable')));
    await reader.leave();
  });
});

it('a closed feed ends its streams and takes no new ones', async () => {
  const reader = await follow();
  await reader.next();
  issuer.service.feed.close();
  assert.equal(await reader.next(), undefined);
  const late = await issuer.request('/revocations', { headers: streaming });
  assert.equal(late.status, 503);
});
