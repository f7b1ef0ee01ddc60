import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { memoryStore } from '../stores/memory-store.ts';
import type { SessionStore } from '../stores/session-store.ts';
import { hello, openVirtualHouse, token, VirtualVisitor } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';

const name = '__Host-appSession';

async function signedIn(options: Parameters<typeof openVirtualHouse>[0] = {}, provider = new VirtualProvider()) {
  const visitor = new VirtualVisitor(openVirtualHouse(options, provider));
  await visitor.signIn();
  return visitor;
}

async function inStore(limits = {}) {
  const provider = new VirtualProvider();
  const store = memoryStore({ now: () => provider.nowMs });
  return { store, visitor: await signedIn({ session: { store, ...limits } }, provider) };
}

describe('a session in a cookie', () => {
  it('is for this host alone, for no script, and not for caches', async () => {
    const visitor = new VirtualVisitor(openVirtualHouse());
    const answer = await visitor.signIn();
    const line = answer.headers.getSetCookie().find((each) => each.startsWith(`${name}=`));
    assert.match(line ?? '', /; Path=\/; Max-Age=604800; HttpOnly; Secure; SameSite=Lax$/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  it('goes to a store when it outgrows a cookie, and nobody notices', async () => {
    const visitor = await signedIn({
      afterCallback: (_request, _response, session) => ({ ...session, roles: 'r'.repeat(4_000) }),
    });
    assert.match(visitor.cookies.get(name) ?? '', /^~[\w-]{43}$/);
    assert.equal(
      visitor.house.events.some(({ kind }) => kind === 'sessionSpilled'),
      true,
    );
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
    visitor.house.provider.nowMs += 3_601_000;
    assert.equal(await (await visitor.ask('/', token)).text(), 'at-2');
    await visitor.ask('/logout');
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
  });

  it('fits where the sum of all lines is what browsers take: no size of claims in between is lost', async () => {
    for (let size = 1_500; size <= 2_600; size += 100) {
      const visitor = await signedIn({
        afterCallback: (_request, _response, session) => ({ ...session, roles: 'r'.repeat(size) }),
      });
      assert.equal(await (await visitor.ask('/')).text(), 'ada', `${size} bytes`);
    }
  });

  it('is estimated at start', () => {
    const { events } = openVirtualHouse();
    const estimate = events.find(({ kind }) => kind === 'cookieEstimated');
    assert.ok(estimate?.kind === 'cookieEstimated' && estimate.bytes > 2_000 && estimate.bytes < 4_096);
  });

  it('is not put back by a late answer: use is noted in a cookie of its own', async () => {
    const visitor = await signedIn();
    visitor.house.provider.nowMs += 3_400_000;
    const used = await visitor.ask('/', async (context) => (await context.requiresAuth()) ?? hello(context));
    assert.deepEqual(
      used.headers.getSetCookie().map((line) => line.split('=')[0]),
      [`${name}.use`],
    );
  });

  it('opens no more when it was changed, or made with another secret', async () => {
    const visitor = await signedIn();
    const value = visitor.cookies.get(name) ?? '';
    visitor.cookies.set(name, `${value.slice(0, 200)}${value[200] === 'A' ? 'B' : 'A'}${value.slice(201)}`);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    const other = await signedIn({ secret: 'another secret, of thirty-two characters' });
    visitor.cookies.set(name, other.cookies.get(name) ?? '');
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
  });

  it('is left to whoever can open it: a process that has the new secret already, another app of this machine', async () => {
    const visitor = await signedIn({ secret: 'the secret of tomorrow, thirty-two characters' });
    const behind = openVirtualHouse({}, visitor.house.provider);
    assert.equal(await (await visitor.ask('/', hello, {}, behind)).text(), 'nobody');
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
  });

  it('keeps what is told to its user out of caches, unless the app says otherwise', async () => {
    const visitor = await signedIn();
    assert.equal((await visitor.ask('/')).headers.get('cache-control'), 'no-store');
    const rule = { headers: { 'cache-control': 'private, max-age=60' } };
    const said = await visitor.ask('/', () => new Response('', rule));
    assert.equal(said.headers.get('cache-control'), 'private, max-age=60');
    const nobody = await new VirtualVisitor(visitor.house).ask('/');
    assert.equal(nobody.headers.get('cache-control'), null);
  });
});

describe('a session in a store', () => {
  it('is an opaque id in the browser, and nothing that can be read in the store', async () => {
    const written: string[] = [];
    const provider = new VirtualProvider();
    const inner = memoryStore({ now: () => provider.nowMs });
    const store: SessionStore = {
      ...inner,
      replace: (key, seen, entry) => {
        written.push(JSON.stringify([key, entry]));
        return inner.replace(key, seen, entry);
      },
    };
    const visitor = await signedIn({ session: { store } }, provider);
    const id = (visitor.cookies.get(name) ?? '').slice(1);
    assert.match(id, /^[\w-]{43}$/);
    assert.ok(written.length > 0);
    assert.ok(written.every((text) => !text.includes(id) && !/at-1|rt-0|ada/.test(text)));
  });

  it('is another one after a new sign-in, and the old one is gone', async () => {
    const { visitor } = await inStore();
    const old = visitor.cookies.get(name) ?? '';
    await visitor.signIn();
    assert.notEqual(visitor.cookies.get(name), old);
    visitor.cookies.set(name, old);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
  });

  it('is never under an id that somebody else chose', async () => {
    const { visitor } = await inStore();
    visitor.cookies.set(name, `~${'a'.repeat(43)}`);
    await visitor.signIn();
    assert.notEqual(visitor.cookies.get(name), `~${'a'.repeat(43)}`);
  });

  it('is nobody’s loss when the store does not answer: 503, and the cookie stays', async () => {
    const provider = new VirtualProvider();
    const inner = memoryStore({ now: () => provider.nowMs });
    let isAway = false;
    const store: SessionStore = {
      ...inner,
      read: (key) => (isAway ? Promise.reject(new Error('away')) : inner.read(key)),
    };
    const visitor = await signedIn({ session: { store } }, provider);
    isAway = true;
    const refused = await visitor.ask('/');
    assert.deepEqual([refused.status, refused.headers.getSetCookie()], [503, []]);
    isAway = false;
    assert.equal(await (await visitor.ask('/')).text(), 'ada');
  });

  it('goes on when the store fails between the provider’s answer and the write', async () => {
    const provider = new VirtualProvider();
    const inner = memoryStore({ now: () => provider.nowMs });
    let fails = false;
    const store: SessionStore = {
      ...inner,
      replace: (key, seen, entry) =>
        fails && provider.refreshes() > 0 ? Promise.reject(new Error('crashed')) : inner.replace(key, seen, entry),
    };
    const visitor = await signedIn({ session: { store } }, provider);
    provider.nowMs += 3_601_000;
    fails = true;
    assert.equal((await visitor.ask('/', token)).status, 503);
    fails = false;
    provider.nowMs += 11_000;
    assert.equal((await visitor.ask('/', token)).status, 200);
    assert.deepEqual([provider.families[0]?.generation, provider.families[0]?.isEnded], [1, false]);
  });
});

for (const [kind, limits] of Object.entries({ 'a cookie': {}, 'a store': { isStored: true } })) {
  describe(`the end of a session in ${kind}`, () => {
    const open = async (session: { rolling?: boolean; rollingDuration?: number; absoluteDuration?: number | false }) =>
      'isStored' in limits ? (await inStore(session)).visitor : signedIn({ session });
    const guarded: Parameters<VirtualVisitor['ask']>[1] = async (context) =>
      (await context.requiresAuth()) ?? hello(context);

    it('comes without use, and use moves it', async () => {
      const visitor = await open({ rollingDuration: 1_000 });
      for (let round = 0; round < 3; round += 1) {
        visitor.house.provider.nowMs += 900_000;
        assert.equal((await visitor.ask('/', guarded)).status, 200, `round ${round}`);
      }
      visitor.house.provider.nowMs += 1_001_000;
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    });

    it('comes at last, however much it is used', async () => {
      const visitor = await open({ rollingDuration: 1_000, absoluteDuration: 2_000 });
      for (let round = 0; round < 2; round += 1) {
        visitor.house.provider.nowMs += 900_000;
        await visitor.ask('/', guarded);
      }
      visitor.house.provider.nowMs += 250_000;
      assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    });

    it('says to a call that there was one', async () => {
      const visitor = await open({ rollingDuration: 1_000 });
      visitor.house.provider.nowMs += 1_001_000;
      const refused = await visitor.ask('/', guarded, { headers: { accept: 'application/json' } });
      assert.deepEqual([refused.status, (await refused.json()).error], [401, 'session_ended']);
    });
  });
}
