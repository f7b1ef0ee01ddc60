import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AuthContext } from '../fetch/fetch.ts';
import { hello, home, openVirtualHouse, VirtualVisitor } from '../virtual-app.fixture.ts';

const guarded = async (context: AuthContext) => (await context.requiresAuth()) ?? hello(context);

describe('a sign-in', () => {
  it('goes to the provider with state, nonce and PKCE, and comes back to the page that was asked for', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const away = await visitor.ask('/expenses?month=6', guarded);
    const asked = new URL(away.headers.get('location') ?? '').searchParams;
    assert.equal(away.status, 303);
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.ok(
      [asked.get('state'), asked.get('nonce'), asked.get('code_challenge')].every((value) => (value?.length ?? 0) > 20),
    );
    const back = await visitor.follow(away);
    assert.equal(back.headers.get('location'), `${home}/expenses?month=6`);
    assert.equal(await (await visitor.ask('/expenses', guarded)).text(), 'ada');
  });
});
