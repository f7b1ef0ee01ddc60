import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { GrantError, TokenRefused } from './grant-error.ts';
import { virtualWorkers } from './virtual-workers.fixture.ts';
import type { VirtualWorkers } from './virtual-workers.fixture.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

let all: VirtualWorkers;
beforeEach(() => {
  all = virtualWorkers();
});

const same = async (token: string) => token;
const code = (wanted: string) => (fault: unknown) => fault instanceof GrantError && fault.code === wanted;
const kinds = ({ told }: ReturnType<VirtualWorkers['open']>) => told.map(({ kind }) => kind);

describe('a grant that was handed over', () => {
  it('gives its access token without asking the server while that is fresh', async () => {
    const worker = all.open();
    const tokens = all.issuer.signIn();
    const id = await worker.keep(tokens, { subject: 'usr_ada' });
    assert.equal(await worker.withGrant(id, same), tokens.access_token);
    assert.equal(all.host.sentTo('/token').length, 0);
    const grant = await worker.read(id);
    assert.deepEqual(
      [grant?.subject, grant?.scope, grant?.state.kind],
      ['usr_ada', 'read:feed read:reports', 'active'],
    );
  });

  it('is renewed when a token is asked for that is near its end', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(59.5 * minuteMs);
    assert.match(await worker.withGrant(id, same), /^at-0-1-/);
    assert.deepEqual(kinds(worker), ['renewed']);
  });

  it('is renewed when the token would not last for what is to be done', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(30 * minuteMs);
    assert.match(await worker.withGrant(id, same, { forSeconds: 1799 }), /^at-0-0-/);
    assert.match(await worker.withGrant(id, same, { forSeconds: 1801 }), /^at-0-1-/);
    assert.match(await worker.withGrant(id, same, { forSeconds: 7200 }), /^at-0-2-/, 'the longest that there is');
  });

  it('lies in the store with its tokens sealed', async () => {
    const worker = all.open();
    const tokens = all.issuer.signIn();
    const id = await worker.keep(tokens);
    const stored = JSON.stringify(await all.store.read(id));
    for (const secret of [tokens.access_token, tokens.refresh_token]) assert.ok(secret && !stored.includes(secret));
    assert.ok(!JSON.stringify([await worker.list(), await worker.read(id)]).includes('sealed'));
  });

  it('needs a refresh token', async () => {
    const { refresh_token: _, ...tokens } = all.issuer.signIn();
    await assert.rejects(all.open().keep(tokens), code('misconfigured'));
  });

  it('needs no access token, nor to know when it ends', async () => {
    const worker = all.open();
    const { refresh_token } = all.issuer.signIn();
    const id = await worker.keep({ refresh_token });
    assert.match(await worker.withGrant(id, same), /^at-0-1-/);
    const opaque = await worker.keep({ access_token: 'opaque', refresh_token: all.issuer.signIn().refresh_token });
    worker.start();
    await all.host.settle();
    assert.match(await worker.withGrant(opaque, same), /^at-1-1-/);
  });

  it("is nobody else's: another client sees nothing of it", async () => {
    const id = await all.open().keep(all.issuer.signIn());
    const other = all.open({ clientId: 'other' });
    assert.equal(await other.read(id), undefined);
    assert.deepEqual(await other.list(), []);
    await assert.rejects(other.withGrant(id, same), code('unknown_grant'));
    await other.forget(id);
    assert.ok(await all.store.read(id));
  });
});

describe('an API that refuses the token', () => {
  it('gets a new one, once', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    const seen: string[] = [];
    const work = async (token: string) => {
      seen.push(token);
      throw new TokenRefused();
    };
    await assert.rejects(worker.withGrant(id, work), TokenRefused);
    assert.equal(seen.length, 2);
    assert.notEqual(seen[0], seen[1]);
    assert.equal(all.host.sentTo('/token').length, 1);
  });

  it('gets it by fetch, which hands on the second answer as it comes', async () => {
    const refusing = virtualWorkers();
    refusing.host.fault = ({ url }) =>
      url.startsWith('https://api.example')
        ? { kind: 'answer', response: () => new Response('no', { status: 401 }) }
        : undefined;
    const worker = refusing.open();
    const id = await worker.keep(refusing.issuer.signIn());
    const response = await worker.fetch(id, 'https://api.example/feed', { method: 'POST', body: 'b' });
    assert.deepEqual([response.status, await response.text()], [401, 'no']);
    const sent = refusing.host.sentTo('/feed').map(({ headers }) => headers.get('authorization'));
    assert.equal(new Set(sent).size, 2);
    await assert.rejects(worker.fetch(id, 'http://api.example/feed'), code('misconfigured'));
  });
});

describe('the schedule', () => {
  it('renews ahead of every end, at moments that differ', async () => {
    const worker = all.open();
    await worker.keep(all.issuer.signIn());
    worker.start();
    await all.host.advance(dayMs);
    const times = all.host.sentTo('/token').map(({ atMs }) => atMs);
    assert.ok(times.length >= 24 && times.length <= 31, String(times.length));
    const pauses = times.slice(1).map((atMs, index) => (atMs - (times[index] ?? 0)) / minuteMs);
    assert.ok(Math.max(...pauses) <= 59.6, String(Math.max(...pauses)));
    assert.ok(Math.max(...pauses) - Math.min(...pauses) > 5);
    await worker.stop();
    await all.host.advance(dayMs);
    assert.equal(all.host.sentTo('/token').length, times.length);
  });

  it('renews on use alone where it is told to, but never lets a grant idle out', async () => {
    all.issuer.idleSeconds = 2 * 24 * 3600;
    const worker = all.open({ renewal: 'onUse' });
    const id = await worker.keep(all.issuer.signIn());
    worker.start();
    await all.host.advance(9 * dayMs);
    const renewals = all.host.sentTo('/token').length;
    assert.ok(renewals >= 4 && renewals <= 7, String(renewals));
    assert.equal((await worker.read(id))?.state.kind, 'active');
    assert.match(await worker.withGrant(id, same), /^at-0-/);
  });

  it('goes on after the machine slept', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    worker.start();
    await all.host.advance(minuteMs);
    await all.host.sleep(3 * dayMs);
    await all.host.advance(minuteMs);
    assert.match(await worker.withGrant(id, same), /^at-0-1-/);
  });

  it('asks for many at a time, and never for more than it was told', async () => {
    const worker = all.open({ concurrency: 4 });
    for (let count = 0; count < 200; count += 1) await worker.keep(all.issuer.signIn());
    let most = 0;
    let now = 0;
    all.host.beforeSending = async ({ url }) => {
      if (url.endsWith('/token')) most = Math.max(most, (now += 1));
    };
    all.host.beforeAnswer = async ({ url }) => {
      if (url.endsWith('/token')) now -= 1;
    };
    await all.host.sleep(2 * hourMs);
    worker.start();
    await all.host.advance(minuteMs);
    assert.equal(most, 4);
    assert.equal(
      new Set(all.host.sentTo('/token').map(({ form }) => form.get('refresh_token')?.split('.')[0])).size,
      200,
    );
    assert.ok((await worker.list()).every(({ dueAtMs = 0 }) => dueAtMs > all.host.nowMs));
  });

  it("goes by the issuer's clock, however wrong its own is", async () => {
    const worker = all.open({}, { wallErrorMs: -5 * hourMs });
    const right = all.open();
    const id = await right.keep(all.issuer.signIn());
    worker.start();
    await all.host.advance(hourMs);
    assert.equal(all.host.sentTo('/token').length, 1);
    assert.ok(((await right.read(id))?.expiresAtMs ?? 0) > all.host.nowMs);
    assert.ok(((await right.read(id))?.expiresAtMs ?? 0) < all.host.nowMs + hourMs);
  });

  it('lets what runs come to its end when it is stopped', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    all.host.beforeAnswer = async ({ url }) => (url.endsWith('/token') ? held : undefined);
    worker.start();
    await all.host.advance(hourMs);
    let isStopped = false;
    const stopped = worker.stop().then(() => (isStopped = true));
    await all.host.advance(minuteMs);
    assert.equal(isStopped, false);
    letGo();
    await stopped;
    assert.equal((await all.store.read(id))?.attempt, undefined);
    assert.deepEqual(kinds(worker), ['renewed']);
  });

  it('tells that the store does not answer, and asks it again', async () => {
    let isAway = true;
    const store = {
      ...all.store,
      claim: (...call: Parameters<typeof all.store.claim>) =>
        isAway ? Promise.reject(new Error('away')) : all.store.claim(...call),
    };
    const worker = all.open({ store });
    await worker.keep(all.issuer.signIn());
    worker.start();
    await all.host.advance(hourMs);
    assert.ok(kinds(worker).every((kind) => kind === 'storeFailed') && worker.told.length > 100);
    isAway = false;
    await all.host.advance(minuteMs);
    assert.equal(kinds(worker).at(-1), 'renewed');
  });
});

describe('a server in trouble', () => {
  const busy = (seconds: number) => () =>
    Response.json({ error: 'temporarily_unavailable' }, { status: 503, headers: { 'retry-after': String(seconds) } });

  it('loses nothing: the same attempt goes again until it is answered', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    all.host.fault = ({ url }) => (url.endsWith('/token') ? { kind: 'dropAnswer' } : undefined);
    worker.start();
    await all.host.advance(70 * minuteMs);
    const attempts = all.host.sentTo('/token').map(({ form }) => form.get('attempt'));
    assert.ok(attempts.length > 5);
    assert.equal(new Set(attempts).size, 1);
    assert.deepEqual((await worker.read(id))?.problem, { kind: 'offline' });
    await assert.rejects(worker.withGrant(id, same), code('try_later'));
    all.host.fault = () => undefined;
    await all.host.advance(2 * minuteMs);
    assert.match(await worker.withGrant(id, same), /^at-0-1-/);
    assert.equal(all.issuer.families[0]?.endCause, undefined);
    assert.equal((await worker.read(id))?.problem, undefined);
  });

  it('is not asked again before it said', async () => {
    const worker = all.open();
    for (let count = 0; count < 20; count += 1) await worker.keep(all.issuer.signIn());
    all.host.fault = ({ url }) => (url.endsWith('/token') ? { kind: 'answer', response: busy(600) } : undefined);
    worker.start();
    await all.host.advance(59 * minuteMs);
    const before = all.host.sentTo('/token').length;
    assert.ok(before <= 8 + 1, `${before} requests`);
    await all.host.advance(30 * minuteMs);
    assert.ok(all.host.sentTo('/token').length - before <= 3);
  });

  it('is not asked more often because many ask', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(2 * hourMs);
    all.host.fault = ({ url }) => (url.endsWith('/token') ? { kind: 'answer', response: busy(30) } : undefined);
    for (let count = 0; count < 10; count += 1) await assert.rejects(worker.withGrant(id, same), code('try_later'));
    assert.equal(all.host.sentTo('/token').length, 1);
  });

  it('leaves a token that is not over in use', async () => {
    const worker = all.open();
    const tokens = all.issuer.signIn();
    const id = await worker.keep(tokens);
    await all.host.advance(59.5 * minuteMs);
    all.host.fault = () => ({ kind: 'refuse' });
    assert.equal(await worker.withGrant(id, same), tokens.access_token);
  });

  it('is asked for others when it fails for one', async () => {
    const worker = all.open();
    for (let count = 0; count < 5; count += 1) await worker.keep(all.issuer.signIn());
    const failing = async (request: Request) => {
      const form = new URLSearchParams(await request.clone().text());
      if (form.get('refresh_token')?.startsWith('2.')) throw new TypeError('fetch failed');
    };
    all.host.beforeSending = failing;
    worker.start();
    await all.host.advance(4 * hourMs);
    const grants = await worker.list();
    assert.equal(grants.filter(({ failures }) => failures > 0).length, 1);
    assert.ok(
      grants.filter(({ failures }) => failures === 0).every(({ expiresAtMs = 0 }) => expiresAtMs > all.host.nowMs),
    );
  });
});

describe('a client that the server does not know', () => {
  const refused = () => Response.json({ error: 'invalid_client' }, { status: 401 });

  it('keeps everything, says so, and does not loop', async () => {
    const worker = all.open();
    for (let count = 0; count < 20; count += 1) await worker.keep(all.issuer.signIn());
    all.host.fault = ({ url }) => (url.endsWith('/token') ? { kind: 'answer', response: refused } : undefined);
    worker.start();
    await all.host.advance(dayMs);
    assert.ok(all.host.sentTo('/token').length < 50, String(all.host.sentTo('/token').length));
    const grants = await worker.list();
    assert.ok(grants.every(({ state }) => state.kind === 'active'));
    const [failed] = grants.filter(({ failures }) => failures > 0);
    assert.deepEqual(failed?.problem, { kind: 'misconfigured', detail: 'invalid_client' });
    await assert.rejects(worker.withGrant(failed?.id ?? '', same), code('misconfigured'));
  });
});

describe('a grant that the server ended', () => {
  it('needs the user, says why, and holds no token any more', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    worker.start();
    const [family] = all.issuer.families;
    if (family) family.endCause = 'user_disabled';
    await all.host.advance(2 * hourMs);
    assert.equal(all.host.sentTo('/token').length, 1);
    const [{ kind, event } = {}] = worker.told;
    assert.ok(kind === 'needsReconnect' && event && 'cause' in event);
    assert.equal(event.cause, 'user_disabled');
    await assert.rejects(worker.withGrant(id, same), (fault) => {
      assert.ok(fault instanceof GrantError);
      assert.deepEqual([fault.code, fault.reason], ['needs_reconnect', 'user_disabled']);
      return true;
    });
    assert.equal((await all.store.read(id))?.sealed, '');
  });

  it('lives again with new tokens, under its id', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    Object.assign(all.issuer.families[0] ?? {}, { endCause: 'consent_withdrawn' });
    await all.host.advance(hourMs);
    await assert.rejects(worker.withGrant(id, same), code('needs_reconnect'));
    assert.equal(await worker.keep(all.issuer.signIn(), { id }), id);
    assert.match(await worker.withGrant(id, same), /^at-1-0-/);
  });

  it('is never the grant of another user: an id that is not theirs is refused', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn(), { subject: 'usr_ada' });
    await all.host.advance(minuteMs);
    await assert.rejects(worker.keep(all.issuer.signIn(), { id, subject: 'usr_eve' }), code('misconfigured'));
    assert.equal((await worker.read(id))?.subject, 'usr_ada');
    assert.match(await worker.withGrant(id, same), /^at-0-0-/);
    const other = all.open({ clientId: 'other' });
    await assert.rejects(other.keep(all.issuer.signIn(), { id, subject: 'usr_ada' }), code('misconfigured'));
  });

  it('is not ended by an answer about a token that was replaced meanwhile', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(hourMs);
    Object.assign(all.issuer.families[0] ?? {}, { endCause: 'consent_withdrawn' });
    all.host.beforeAnswer = async ({ url }) => {
      if (url.endsWith('/token')) await worker.keep(all.issuer.signIn(), { id });
    };
    assert.match(await worker.withGrant(id, same), /^at-1-0-/);
    assert.deepEqual(kinds(worker), []);
  });

  it('is over by its time where the server gives no cause', async () => {
    all.issuer.idleSeconds = 7200;
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(3 * hourMs);
    all.host.fault = ({ url }) =>
      url.endsWith('/token')
        ? { kind: 'answer', response: () => Response.json({ error: 'invalid_grant' }, { status: 400 }) }
        : undefined;
    await assert.rejects(worker.withGrant(id, same), /ended: expired/);
  });
});

describe('a scope that is gone', () => {
  it('is told with the token that lacks it', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    worker.start();
    Object.assign(all.issuer.families[0] ?? {}, { scope: 'read:feed' });
    await all.host.advance(hourMs);
    assert.deepEqual(kinds(worker), ['renewed', 'narrowed']);
    assert.deepEqual(worker.told[1]?.event, { grant: await worker.read(id), lost: ['read:reports'] });
    assert.equal((await worker.read(id))?.scope, 'read:feed');
  });
});

describe('a grant that is forgotten', () => {
  it('is revoked at the server and gone', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await worker.forget(id);
    assert.equal(all.issuer.families[0]?.endCause, 'revoked_by_client');
    assert.equal(await worker.read(id), undefined);
    await assert.rejects(worker.withGrant(id, same), code('unknown_grant'));
    await worker.forget(id);
  });

  it('gives no token from that moment on, and is revoked as soon as the server answers', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    worker.start();
    all.host.fault = () => ({ kind: 'refuse' });
    await worker.forget(id);
    assert.equal((await worker.read(id))?.state.kind, 'leaving');
    await assert.rejects(worker.withGrant(id, same), code('unknown_grant'));
    await all.host.advance(10 * minuteMs);
    all.host.fault = () => undefined;
    await all.host.advance(2 * minuteMs);
    assert.equal(all.issuer.families[0]?.endCause, 'revoked_by_client');
    assert.equal(await worker.read(id), undefined);
  });

  it('is not brought back by a renewal that was under way', async () => {
    const worker = all.open();
    const id = await worker.keep(all.issuer.signIn());
    await all.host.advance(hourMs);
    all.host.beforeAnswer = async ({ url }) => {
      if (url.endsWith('/token')) await worker.forget(id);
    };
    await assert.rejects(worker.withGrant(id, same), code('unknown_grant'));
    assert.equal(all.issuer.families[0]?.endCause, 'revoked_by_client');
    assert.equal(await worker.read(id), undefined);
  });
});
