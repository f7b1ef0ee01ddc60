import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JWTPayload } from 'jose';
import { memoryStore } from '../stores/memory-store.ts';
import type { SessionStore } from '../stores/session-store.ts';
import { home, openVirtualHouse, VirtualVisitor } from '../virtual-app.fixture.ts';
import type { VirtualHouse } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';

describe('a sign-out', () => {
  it('ends the session here, revokes its refresh token, and goes home', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    const answer = await visitor.ask('/logout');
    assert.equal(answer.headers.get('location'), `${home}/`);
    assert.deepEqual(visitor.house.provider.revoked, ['rt-0-0']);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
  });

  it('goes on at the provider where the app wants it, in either way of saying so', async () => {
    const location = async (options: Parameters<typeof openVirtualHouse>[0]) => {
      const visitor = new VirtualVisitor(openVirtualHouse(options));
      await visitor.signIn();
      return new URL((await visitor.ask('/logout')).headers.get('location') ?? '');
    };
    const usual = await location({ idpLogout: true });
    assert.equal(usual.pathname, '/logout');
    assert.equal(usual.searchParams.get('post_logout_redirect_uri'), home);
    assert.ok(usual.searchParams.has('id_token_hint'));
    const older = await location({ auth0Logout: true });
    assert.equal(`${older.pathname}${older.search}`, `/v2/logout?client_id=web&returnTo=${encodeURIComponent(home)}`);
  });

  it('is a sign-out for a request that still carries the old cookie', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    const old = new Map(visitor.cookies);
    await visitor.ask('/logout');
    for (const [name, value] of old) visitor.cookies.set(name, value);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
  });
});

const kinds = {
  'of stored sessions': (provider: VirtualProvider) =>
    openVirtualHouse(
      { backchannelLogout: true, session: { store: memoryStore({ now: () => provider.nowMs }) } },
      provider,
    ),
  'of cookie sessions': (provider: VirtualProvider) =>
    openVirtualHouse({ backchannelLogout: { store: memoryStore({ now: () => provider.nowMs }) } }, provider),
};

/** What the provider sends, and what a test changes of it. */
async function tell(house: VirtualHouse, changes: JWTPayload = {}, header: { typ?: string } = { typ: 'logout+jwt' }) {
  const { provider } = house;
  const iat = Math.floor(provider.nowMs / 1000);
  const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
  const usual = {
    iss: provider.issuer,
    aud: 'web',
    iat,
    exp: iat + 120,
    jti: `jti-${Math.random()}`,
    events,
    sid: provider.sid,
  };
  const claims = Object.fromEntries(
    Object.entries({ ...usual, ...changes }).filter(([, value]) => value !== undefined),
  );
  const body = new URLSearchParams({ logout_token: await provider.sign(claims, header) });
  return house.auth.handle(
    new Request(`${home}/backchannel-logout`, { method: 'POST', body }),
    () => new Response('app'),
  );
}

/** A store of which verbs fail as long as a test likes. */
function failing(store: SessionStore) {
  const down = { isDown: (_verb: string) => false };
  const verbs = Object.entries(store).map(([verb, work]) => [
    verb,
    async (...args: unknown[]) =>
      down.isDown(verb) ? Promise.reject(new Error('down')) : Reflect.apply(work, store, args),
  ]);
  return Object.assign(down, Object.fromEntries(verbs) as SessionStore);
}

for (const aheadMs of [-30_000, 30_000]) {
  it(`ends sessions from before it and none from after it, with a clock ${aheadMs / 1000} s ahead of the provider's`, async () => {
    const provider = new VirtualProvider();
    const now = () => provider.nowMs + aheadMs;
    const house = openVirtualHouse(
      { backchannelLogout: { store: memoryStore({ now }) }, environment: { now } },
      provider,
    );
    const visitor = new VirtualVisitor(house);
    await visitor.signIn();
    provider.nowMs += 5_000;
    assert.equal((await tell(house, { sid: undefined, sub: 'ada' })).status, 200);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    provider.nowMs += 5_000;
    await visitor.signIn();
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
  });
}

describe('a store of sign-outs that does not answer', () => {
  it('signs nobody out: 503, and the cookie stays', async () => {
    const provider = new VirtualProvider();
    const store = failing(memoryStore({ now: () => provider.nowMs }));
    const visitor = new VirtualVisitor(openVirtualHouse({ backchannelLogout: { store } }, provider));
    await visitor.signIn();
    store.isDown = () => true;
    const answer = await visitor.ask('/');
    assert.deepEqual([answer.status, answer.headers.getSetCookie()], [503, []]);
    store.isDown = () => false;
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
  });
});

for (const [kind, open] of Object.entries(kinds)) {
  describe(`the provider's word ${kind}`, () => {
    it('ends the session of that sign-in, and no other', async () => {
      const house = open(new VirtualProvider());
      const [ada, other] = [new VirtualVisitor(house), new VirtualVisitor(house)];
      await ada.signIn();
      house.provider.sid = 'ses-2';
      await other.signIn();
      assert.equal((await tell(house, { sid: 'ses-1' })).status, 200);
      assert.equal(await (await ada.ask('/')).text(), 'nobody');
      assert.equal(await (await other.ask('/')).text(), 'ada');
    });

    it('ends all sessions of a user, and not the one of a later sign-in', async () => {
      const house = open(new VirtualProvider());
      const visitor = new VirtualVisitor(house);
      await visitor.signIn();
      house.provider.nowMs += 5_000;
      assert.equal((await tell(house, { sid: undefined, sub: 'ada' })).status, 200);
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
      house.provider.nowMs += 5_000;
      await visitor.signIn();
      assert.equal(await (await visitor.ask('/')).text(), 'ada');
    });

    const forged: Record<string, [JWTPayload, { typ?: string }?]> = {
      'has a nonce, as an ID token has': [{ nonce: 'n' }],
      'has no event': [{ events: undefined }],
      'has another event': [{ events: { 'https://other.example': {} } }],
      'is for another client': [{ aud: 'other' }],
      'is of another issuer': [{ iss: 'https://evil.example' }],
      'is about nobody': [{ sid: undefined }],
      'has no id': [{ jti: undefined }],
      'is old': [{ iat: 1_700_000_000 }],
      'is over': [{ exp: 1_700_000_000 }],
      'is an access token by its type': [{}, { typ: 'at+jwt' }],
    };
    for (const [what, [changes, header]] of Object.entries(forged)) {
      it(`is refused when it ${what}`, async () => {
        const house = open(new VirtualProvider());
        const visitor = new VirtualVisitor(house);
        await visitor.signIn();
        assert.equal((await tell(house, changes, header ?? { typ: 'logout+jwt' })).status, 400);
        assert.equal(await (await visitor.ask('/')).text(), 'ada');
      });
    }

    it('is not taken back by an older one that comes late', async () => {
      const house = open(new VirtualProvider());
      const visitor = new VirtualVisitor(house);
      const iat = Math.floor(house.provider.nowMs / 1000);
      house.provider.nowMs += 5_000;
      await visitor.signIn();
      house.provider.nowMs += 5_000;
      assert.equal((await tell(house, { sid: undefined, sub: 'ada' })).status, 200);
      assert.equal((await tell(house, { sid: undefined, sub: 'ada', iat })).status, 200);
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    });

    it('is good once', async () => {
      const house = open(new VirtualProvider());
      assert.equal((await tell(house, { jti: 'same' })).status, 200);
      assert.equal((await tell(house, { jti: 'same' })).status, 400);
    });

    it('is good when it is sent again because the store did not answer', async () => {
      const provider = new VirtualProvider();
      const store = failing(memoryStore({ now: () => provider.nowMs }));
      const house = openVirtualHouse(
        kind === 'of stored sessions'
          ? { backchannelLogout: true, session: { store } }
          : { backchannelLogout: { store } },
        provider,
      );
      const visitor = new VirtualVisitor(house);
      await visitor.signIn();
      store.isDown = (verb) => verb === 'removeTagged' || verb === 'replace';
      assert.equal((await tell(house, { jti: 'same' })).status, 503);
      store.isDown = (verb) => verb === 'removeTagged';
      if (kind === 'of stored sessions') assert.equal((await tell(house, { jti: 'same' })).status, 503);
      store.isDown = () => false;
      assert.equal((await tell(house, { jti: 'same' })).status, 200);
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    });

    it('is refused without a word of it, and when it is no token', async () => {
      const house = open(new VirtualProvider());
      for (const body of ['', 'logout_token=x', `logout_token=${'x'.repeat(100_000)}`]) {
        const request = new Request(`${home}/backchannel-logout`, { method: 'POST', body: new URLSearchParams(body) });
        assert.equal((await house.auth.handle(request, () => new Response('app'))).status, 400);
      }
    });

    it('makes the provider read its keys no more than twice a minute, whoever sends unknown ones', async () => {
      const house = open(new VirtualProvider());
      for (let round = 0; round < 20; round += 1) {
        const body = new URLSearchParams({ logout_token: await house.provider.sign({}, { kid: `unknown-${round}` }) });
        await house.auth.handle(
          new Request(`${home}/backchannel-logout`, { method: 'POST', body }),
          () => new Response('app'),
        );
      }
      assert.equal(house.provider.log.filter((line) => line.endsWith('/jwks')).length, 1);
    });
  });
}
