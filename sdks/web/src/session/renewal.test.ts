import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryStore } from '../stores/memory-store.ts';
import { openVirtualHouse, token, VirtualVisitor } from '../virtual-app.fixture.ts';
import type { VirtualHouse } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';

/** A visitor whose access token is over. */
async function lateVisitor(house: VirtualHouse): Promise<VirtualVisitor> {
  const visitor = new VirtualVisitor(house);
  await visitor.signIn();
  house.provider.nowMs += 3_601_000;
  return visitor;
}

const kinds = {
  'a cookie session': () => openVirtualHouse(),
  'a stored session': () => {
    const provider = new VirtualProvider();
    return openVirtualHouse({ session: { store: memoryStore({ now: () => provider.nowMs }) } }, provider);
  },
};

/** Five requests at once with the cookies of now; what each of them got. */
async function five(visitor: VirtualVisitor, houses: VirtualHouse[] = [visitor.house]): Promise<string[]> {
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const asked = [0, 1, 2, 3, 4].map((each) =>
    visitor.ask('/', token, { headers: { cookie } }, houses[each % houses.length]),
  );
  return Promise.all(asked.map(async (answer) => (await answer).text()));
}

for (const [kind, open] of Object.entries(kinds)) {
  describe(`renewal of ${kind}`, () => {
    it('is one for five requests at once, and all of them get the new token', async () => {
      const visitor = await lateVisitor(open());
      assert.deepEqual(await five(visitor), Array(5).fill('at-2'));
      assert.equal(visitor.house.provider.refreshes(), 1);
    });

    it('serves a request that comes late with the old cookie', async () => {
      const visitor = await lateVisitor(open());
      const old = new Map(visitor.cookies);
      await visitor.ask('/', token);
      for (const [name, value] of old) visitor.cookies.set(name, value);
      assert.equal(await (await visitor.ask('/', token)).text(), 'at-2');
      assert.equal(visitor.house.provider.refreshes(), 1);
    });

    it('survives an answer that is lost: the same attempt gets the same successor', async () => {
      const visitor = await lateVisitor(open());
      visitor.house.provider.trouble = ['lose'];
      assert.equal(await (await visitor.ask('/', token)).text(), 'at-3');
      const [, first, second] = visitor.house.provider.forms.map((form) => form.get('attempt'));
      assert.equal(first, second);
      assert.equal(visitor.house.provider.families[0]?.generation, 1);
    });

    const troubles = {
      503: () => new Response('busy', { status: 503 }),
      429: () => new Response('{}', { status: 429, headers: { 'retry-after': '7' } }),
      'a page of HTML': () => new Response('<html>', { status: 200 }),
      temporarily_unavailable: () => Response.json({ error: 'temporarily_unavailable' }, { status: 400 }),
    };
    for (const [name, trouble] of Object.entries(troubles)) {
      it(`signs nobody out for ${name}`, async () => {
        const visitor = await lateVisitor(open());
        visitor.house.provider.trouble = [trouble(), trouble(), trouble()];
        const refused = await visitor.ask('/', token);
        assert.equal(refused.status, 503);
        assert.ok(Number(refused.headers.get('retry-after')) >= 1);
        visitor.house.provider.nowMs += 10_000;
        assert.equal((await visitor.ask('/', token)).status, 200);
      });
    }

    it('goes on with the old token while that lives and the provider does not answer', async () => {
      const visitor = new VirtualVisitor(open());
      await visitor.signIn();
      visitor.house.provider.nowMs += 3_570_000;
      visitor.house.provider.trouble = [new Response(null, { status: 500 })];
      assert.equal(await (await visitor.ask('/', token)).text(), 'at-1');
    });

    it('ends the session for a true invalid_grant: a page goes to the login, a call gets the cause', async () => {
      const visitor = await lateVisitor(open());
      for (const family of visitor.house.provider.families) family.isEnded = true;
      const called = await visitor.ask('/data', token, { headers: { accept: 'application/json' } });
      assert.equal(called.status, 401);
      assert.deepEqual(await called.json(), {
        error: 'session_ended',
        error_description: 'the session has ended',
        error_cause: 'invalid_grant',
      });
      assert.deepEqual(
        [...visitor.cookies.keys()].filter((name) => name.endsWith('appSession')),
        [],
      );
      const page = await visitor.ask('/page', token);
      assert.equal(new URL(page.headers.get('location') ?? '').pathname, '/authorize');
    });
  });
}

describe('renewal among processes', () => {
  it('is one for five requests in two processes that share a store', async () => {
    const one = kinds['a stored session']();
    const visitor = await lateVisitor(one);
    assert.deepEqual(await five(visitor, [one, one.another()]), Array(5).fill('at-2'));
    assert.equal(one.provider.refreshes(), 1);
  });

  it('names the attempt alike where each process has only the cookie, so that both get the same successor', async () => {
    const one = openVirtualHouse();
    const visitor = await lateVisitor(one);
    assert.equal(
      (await five(visitor, [one, one.another()])).every((text) => text.startsWith('at-')),
      true,
    );
    assert.equal(one.provider.families[0]?.generation, 1);
    assert.equal(one.provider.families[0]?.isEnded, false);
  });

  it('is taken over when the process that began it is gone', async () => {
    const one = kinds['a stored session']();
    const visitor = await lateVisitor(one);
    // The first process takes the lease, the provider rotates, and nothing is ever heard of it again.
    let isTaken = () => {};
    const taken = new Promise<void>((resolve) => (isTaken = resolve));
    const never = new Promise<void>(() => {});
    one.provider.trouble = [() => (isTaken(), never)];
    void visitor.ask('/', token);
    await taken;
    assert.equal(await (await visitor.ask('/', token, {}, one.another())).text(), 'at-2');
  });

  it('is not kept waiting by a machine whose clock is an hour ahead', async () => {
    const provider = new VirtualProvider();
    const session = { store: memoryStore({ now: () => provider.nowMs }) };
    const visitor = await lateVisitor(openVirtualHouse({ session }, provider));
    const ahead = openVirtualHouse({ session, environment: { now: () => provider.nowMs + 3_600_000 } }, provider);
    provider.trouble = [1, 2, 3].map(() => new Response(null, { status: 503 }));
    assert.equal((await visitor.ask('/', token, {}, ahead)).status, 503);
    provider.nowMs += 2_000;
    assert.equal(await (await visitor.ask('/', token)).text(), 'at-2');
    provider.nowMs += 3_601_000;
    let isTaken = () => {};
    const taken = new Promise<void>((resolve) => (isTaken = resolve));
    provider.trouble = [() => (isTaken(), new Promise<void>(() => {}))];
    void visitor.ask('/', token, {}, ahead);
    await taken;
    assert.equal(await (await visitor.ask('/', token)).text(), 'at-3');
  });

  it('does not overwrite what another process stored after the lease ran out', async () => {
    const one = kinds['a stored session']();
    one.provider.isRotating = false;
    const visitor = await lateVisitor(one);
    let goOn = () => {};
    const slow = new Promise<void>((resolve) => (goOn = resolve));
    let isTaken = () => {};
    const taken = new Promise<void>((resolve) => (isTaken = resolve));
    one.provider.trouble = [() => (isTaken(), slow)];
    const first = visitor.ask('/', token);
    await taken;
    const winner = await (await visitor.ask('/', token, {}, one.another())).text();
    goOn();
    assert.equal(await (await first).text(), winner);
    assert.equal(await (await visitor.ask('/', token)).text(), winner);
  });
});
