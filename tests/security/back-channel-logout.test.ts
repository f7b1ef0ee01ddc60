import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { api, issuer, labWeb, type TestBrowser } from '@ostiary/http/fixture';
import { disableUser, signOutUser, tellOfLogouts, type Courier } from '@ostiary/service';
import type { ClientId, ClientMetadata } from '@ostiary/wire';
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { withSecret } from '../support/served-issuer.ts';
import { codeFor, decode, openHouse, userinfo, type House, type Party } from './house.fixture.ts';

const uriOf = (id: string) => `https://${id}.example/backchannel-logout`;
const app = partyOf('app');
const strict = partyOf('strict');
const silent = partyOf('silent');

function partyOf(id: string): Party {
  return { id, redirectUri: `https://${id}.example/callback`, fields: {}, headers: {} };
}

function clientOf({ id, redirectUri }: Party, changes: Partial<ClientMetadata> = {}) {
  return withSecret(
    labWeb({
      client_id: id as ClientId,
      redirect_uris: [redirectUri],
      id_token_signed_response_alg: 'RS256',
      ...changes,
    }),
  );
}

let house: House;
before(async () => {
  house = await openHouse({
    settings: {
      clients: [
        clientOf(app, { backchannel_logout_uri: uriOf(app.id), id_token_signed_response_alg: 'PS256' }),
        clientOf(strict, { backchannel_logout_uri: uriOf(strict.id), backchannel_logout_session_required: true }),
        clientOf(silent),
      ],
    },
  });
});
after(() => house.close());

interface Post {
  url: string;
  token: string;
}

/** Takes what is posted, and answers as told. */
function courier(answer: Awaited<ReturnType<Courier['post']>> = { status: 200 }): Courier & { posts: Post[] } {
  const posts: Post[] = [];
  return {
    posts,
    post: async (url, form) => {
      assert.deepEqual([...form.keys()], ['logout_token']);
      posts.push({ url, token: form.get('logout_token') ?? '' });
      return answer;
    },
  };
}

async function told(answer?: Awaited<ReturnType<Courier['post']>>): Promise<Post[]> {
  const messenger = courier(answer);
  await tellOfLogouts(house.service, messenger);
  return messenger.posts;
}

async function signOut(browser: TestBrowser): Promise<void> {
  await browser.submit(await browser.open('/end-session'), { decision: 'sign_out' });
}

async function signedIn(...clients: Party[]): Promise<TestBrowser> {
  const browser = house.browser();
  for (const client of clients) await codeFor(browser, client, { scope: 'openid', resource: api });
  return browser;
}

const eventsOf = async (kind: string) =>
  (await house.service.store.audit.listRecent(50)).filter((e) => e.kind === kind);

describe('row 140 (Back-Channel Logout 2.4): the logout token', () => {
  it('is signed as the ID tokens of the client, typ logout+jwt, lives two minutes, and has no nonce', async () => {
    const browser = await signedIn(app);
    await signOut(browser);
    const [post] = await told();
    assert.equal(post?.url, uriOf(app.id));
    const keys = (await (await house.request('/jwks')).json()) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(post?.token ?? '', createLocalJWKSet(keys), {
      issuer,
      audience: app.id,
      typ: 'logout+jwt',
      currentDate: new Date(house.clock.now()),
    });
    const { iat = 0, exp = 0, jti, sid, sub, events, ...rest } = payload;
    assert.deepEqual([protectedHeader.alg, exp - iat], ['PS256', 120]);
    assert.deepEqual(events, { 'http://schemas.openid.net/event/backchannel-logout': {} });
    assert.match(String(sid), /^ses_/);
    assert.match(String(sub), /^usr_/);
    assert.ok(jti);
    assert.deepEqual(rest, { iss: issuer, aud: app.id });
  });

  it('2.6: names the session that the ID token named; the user too, unless the client wants the session alone', async () => {
    const browser = await signedIn(app, strict);
    const code = await codeFor(browser, silent, { scope: 'openid' });
    assert.ok(code);
    await signOut(browser);
    const claims = new Map((await told()).map(({ url, token }) => [url, decode(token).claims]));
    const [both, alone] = [claims.get(uriOf(app.id)), claims.get(uriOf(strict.id))];
    assert.equal(both?.['sid'], alone?.['sid']);
    assert.deepEqual([typeof both?.['sub'], alone?.['sub']], ['string', undefined]);
    assert.equal(claims.size, 2);
  });

  it('row 95: is neither an access token nor a hint', async () => {
    await signOut(await signedIn(app));
    const [post] = await told();
    assert.equal((await userinfo(house, post?.token ?? '')).status, 401);
    assert.equal((await house.browser().open(`/end-session?id_token_hint=${post?.token}`)).status, 400);
  });
});

describe('row 140: who is told, and when', () => {
  it('nobody while the session lives, and nobody who had no part in it', async () => {
    const browser = await signedIn(app);
    assert.deepEqual(await told(), []);
    await signedIn(silent);
    await signOut(browser);
    assert.equal((await told()).length, 1);
    assert.deepEqual(await told(), []);
  });

  it('of a device that was removed elsewhere', async () => {
    const [phone, laptop] = [await signedIn(strict), await signedIn(silent)];
    const page = await laptop.open('/account');
    const asked = await laptop.submit({ ...page, action: '/account/devices/remove-others' }, {});
    await laptop.submit(asked, { confirm: 'yes' });
    assert.ok(phone);
    assert.deepEqual(
      (await told()).map(({ url }) => url),
      [uriOf(strict.id)],
    );
  });

  it('of a session that another person took the place of', async () => {
    const browser = await signedIn(strict);
    await browser.submit(await browser.open('/sign-in'), {
      username: 'bob@example.com',
      password: 'bob-demo-password',
    });
    assert.deepEqual(
      (await told()).map(({ url }) => url),
      [uriOf(strict.id)],
    );
    const [delivered] = await eventsOf('logout_delivered');
    assert.equal(delivered?.cause, 'session_replaced');
  });

  for (const [what, end] of [
    ['signed out everywhere', signOutUser],
    ['was disabled', disableUser],
  ] as const) {
    it(`of a user who ${what}: the user is named to everybody`, async () => {
      const bob = house.browser();
      for (const client of [app, strict]) await codeFor(bob, client, { scope: 'openid' }, 'bob');
      await end(house.service, 'bob@example.com');
      const subjects = (await told()).map(({ token }) => typeof decode(token).claims['sub']);
      assert.deepEqual(subjects, ['string', 'string']);
    });
  }
});

describe('row 140 (Back-Channel Logout 2.8): a client that does not take it', () => {
  for (const [what, answer, reason] of [
    ['400', { status: 400 }, 'http_400'],
    ['500', { status: 500 }, 'http_500'],
    ['307, which is not followed', { status: 307 }, 'http_307'],
    ['a time-out', { fault: 'timeout' as const }, 'timeout'],
    ['nobody there', { fault: 'unreachable' as const }, 'unreachable'],
  ] as const) {
    it(`${what}: is told again, with a token of its own, and both are recorded`, async () => {
      await signOut(await signedIn(strict));
      const [first] = await told(answer);
      assert.deepEqual(await told(), [], 'not at once');
      const [delayed] = await eventsOf('logout_delayed');
      assert.deepEqual([delayed?.clientId, delayed?.reason, delayed?.cause], [strict.id, reason, 'signed_out']);
      house.clock.advance(5);
      const [second] = await told();
      assert.ok(first && second);
      assert.notEqual(decode(first.token).claims['jti'], decode(second.token).claims['jti']);
      assert.equal(decode(first.token).claims['sid'], decode(second.token).claims['sid']);
      const [delivered] = await eventsOf('logout_delivered');
      assert.equal(delivered?.sessionId, delayed?.sessionId);
      house.clock.advance(3600);
      assert.deepEqual(await told(), []);
    });
  }

  it('is told with pauses, for a day, and not longer', async () => {
    await signOut(await signedIn(strict));
    let attempts = 0;
    for (let minute = 0; minute < 26 * 60; minute += 1) {
      attempts += (await told({ status: 503 })).length;
      house.clock.advance(60);
    }
    assert.ok(attempts >= 20 && attempts <= 60, `${attempts}`);
    const [undelivered, ...more] = await eventsOf('logout_undelivered');
    assert.deepEqual([undelivered?.reason, more.length], ['http_503', 0]);
  });

  it('is counted: what was postponed, told, and given up', async () => {
    const outcomes: string[] = [];
    const counting = (status: number) => {
      const meter = { ...house.service.meter, toldOfLogout: (outcome: string) => void outcomes.push(outcome) };
      return tellOfLogouts({ ...house.service, meter }, courier({ status }));
    };
    await signOut(await signedIn(strict));
    await counting(503);
    house.clock.advance(5);
    await counting(200);
    await signOut(await signedIn(strict));
    await counting(503);
    house.clock.advance(24 * 3600);
    await counting(503);
    assert.deepEqual(outcomes, ['postponed', 'told', 'postponed', 'given_up']);
  });

  it('is told again when the node that had it is gone', async () => {
    await signOut(await signedIn(strict));
    const { store, clock } = house.service;
    const dead = await store.participants.claim(clock.now(), clock.now() + 30_000, 10);
    assert.equal(dead.length, 1);
    assert.deepEqual(await told(), []);
    house.clock.advance(30);
    assert.equal((await told()).length, 1);
  });

  it('row 47: what is recorded names neither token nor address', async () => {
    const lines = house.log.filter((line) => line.includes('logout_'));
    assert.ok(lines.length > 0);
    for (const line of lines) assert.doesNotMatch(line, /eyJ|https:/);
  });
});

/** What a node posts that does not have this client in its configuration. */
async function toldWithout(client: Party): Promise<string[]> {
  const clients = new Map(house.service.clients);
  clients.delete(client.id);
  const messenger = courier();
  await tellOfLogouts({ ...house.service, clients }, messenger);
  return messenger.posts.map(({ url }) => url);
}

describe('a client that is not in the configuration', () => {
  it('of one node is told by another, and holds nobody up', async () => {
    await signOut(await signedIn(app, strict));
    assert.deepEqual(await toldWithout(app), [uriOf(strict.id)]);
    const [delayed] = await eventsOf('logout_delayed');
    assert.deepEqual([delayed?.clientId, delayed?.reason], [app.id, 'not_configured']);
    house.clock.advance(5);
    assert.deepEqual(
      (await told()).map(({ url }) => url),
      [uriOf(app.id)],
    );
  });

  it('of any is not told, and that is recorded', async () => {
    await signOut(await signedIn(app));
    const ids = house.service.settings.clients.map(({ metadata }) => metadata.client_id);
    const left = ids.filter((id) => id !== app.id);
    await house.service.store.clients.sync(left, house.clock.now());
    assert.deepEqual(await toldWithout(app), []);
    const [undelivered] = await eventsOf('logout_undelivered');
    assert.deepEqual([undelivered?.clientId, undelivered?.reason], [app.id, 'client_disabled']);
    house.clock.advance(3600);
    assert.deepEqual(await told(), []);
  });
});
