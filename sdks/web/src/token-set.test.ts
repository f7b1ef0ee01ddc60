import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenSet } from './token-set.ts';
import { openVirtualHouse, VirtualVisitor } from './virtual-app.fixture.ts';

describe('tokens that are put into a session', () => {
  it('do no harm when the refresh token among them is an old one', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    let kept: TokenSet | undefined;
    for (let round = 0; round < 5; round += 1) {
      visitor.house.provider.nowMs += 3_601_000;
      const answer = await visitor.ask('/', async ({ oidc, putTokens }) => {
        const old = oidc.tokens as TokenSet;
        const renewed = { ...(await old.refresh()), refresh_token: kept?.refresh_token ?? old.refresh_token };
        putTokens(renewed);
        kept = old;
        return new Response(oidc.accessToken?.access_token);
      });
      assert.equal(answer.status, 200);
    }
    assert.deepEqual(
      [visitor.house.provider.families[0]?.generation, visitor.house.provider.families[0]?.isEnded],
      [5, false],
    );
  });

  it('are not taken when the session has newer ones', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    const answer = await visitor.ask('/', async ({ oidc, putTokens }) => {
      const old = oidc.tokens as TokenSet;
      await old.refresh();
      putTokens(old);
      return new Response(null);
    });
    assert.equal(answer.status, 200);
    assert.equal(await (await visitor.ask('/', ({ oidc }) => new Response(oidc.tokens?.access_token))).text(), 'at-2');
  });

  it('leave the refresh token as it is when they bring the one of before', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    await visitor.ask('/', async ({ oidc, putTokens }) => {
      await oidc.tokens?.refresh();
      putTokens({ access_token: 'mine', refresh_token: 'rt-0-0' });
      return new Response(null);
    });
    const seen = await visitor.ask('/', ({ oidc }) => Response.json([oidc.tokens?.access_token, oidc.refreshToken]));
    assert.deepEqual(await seen.json(), ['mine', 'rt-0-1']);
  });

  it('are taken when they are the app’s own', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    await visitor.ask('/', ({ putTokens }) => {
      putTokens({ access_token: 'mine', refresh_token: 'mine too', expires_at: 2_000_000_000 });
      return new Response(null);
    });
    const seen = await visitor.ask('/', ({ oidc }) => Response.json([oidc.tokens?.access_token, oidc.refreshToken]));
    assert.deepEqual(await seen.json(), ['mine', 'mine too']);
  });
});

describe('a token set', () => {
  it('says whether it is over, and renews itself; whoever holds an old one gets the present one', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    const seen = await visitor.ask('/', async ({ oidc }) => {
      const first = oidc.tokens as TokenSet;
      const before = [first.expired(), first.expires_in];
      visitor.house.provider.nowMs += 3_601_000;
      const renewed = await first.refresh();
      return Response.json([...before, first.expired(), renewed.access_token, (await first.refresh()).access_token]);
    });
    assert.deepEqual(await seen.json(), [false, 3600, true, 'at-2', 'at-2']);
    assert.equal(visitor.house.provider.refreshes(), 1);
  });

  it('asks for userinfo about the same user', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    await visitor.signIn();
    const ask = () => visitor.ask('/', async ({ oidc }) => Response.json(await oidc.fetchUserInfo()));
    assert.equal((await (await ask()).json()).email, 'ada@example.com');
    visitor.house.provider.sub = 'bob';
    assert.equal((await ask()).status, 400);
  });
});
