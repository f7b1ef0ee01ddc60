import assert from 'node:assert/strict';
import type { Client, ClientOptions } from '@ostiary/browser';
import type { Fault } from '@ostiary/browser/fixture';
import type { VirtualFault } from './faults.ts';
import { hourMs, type HouseOptions, type World } from './virtual-world.ts';

/** One fault: what happens, and the clients that must still be signed in when it is over. */
interface Row {
  house?: HouseOptions;
  run: (world: World) => Promise<Client[]>;
}

const refuse: Fault = { kind: 'refuse' };
const dropAnswer: Fault = { kind: 'dropAnswer' };
const onUse = { renew: 'onUse' } as const;
const strict = { retrySeconds: 0 };

/** What each fault of the list does on the virtual clock. */
export const virtualFaults: Record<VirtualFault, Row> = {
  callers: {
    run: async (world) => {
      const [client] = await tabs(world, 1, onUse);
      await world.browser.sleep(2 * hourMs);
      const before = world.tokenRequests();
      const tokens = await Promise.all([1, 2, 3].map(() => world.through(client.getAccessToken())));
      assert.equal(new Set(tokens).size, 1);
      assert.equal(world.tokenRequests() - before, 1);
      return [client];
    },
  },
  tabs: {
    house: strict,
    run: async (world) => {
      const clients = await tabs(world, 10, onUse);
      await world.browser.sleep(2 * hourMs);
      const before = world.tokenRequests();
      const tokens = await Promise.all(clients.map((client) => world.through(client.getAccessToken())));
      assert.equal(new Set(tokens).size, 1);
      assert.equal(world.tokenRequests() - before, 1);
      return clients;
    },
  },
  networkError: { run: (world) => renewedThrough(world, refuse) },
  busy: { run: (world) => renewedThrough(world, page(503), json(503, { error: 'temporarily_unavailable' })) },
  tooMany: {
    run: async (world) => {
      const [client] = await tabs(world, 1, onUse);
      await world.browser.sleep(2 * hourMs);
      world.faultNext(json(429, { error: 'temporarily_unavailable' }, { 'retry-after': '30' }));
      await assert.rejects(world.through(client.getAccessToken()), { code: 'try_later' });
      const before = world.tokenRequests();
      await assert.rejects(world.through(client.getAccessToken()), { code: 'try_later' });
      assert.equal(world.tokenRequests(), before, 'the server is asked again when it said');
      await world.browser.advance(31_000);
      return [client];
    },
  },
  lostAnswer: { house: strict, run: (world) => renewedThrough(world, dropAnswer) },
  lostAnswerAndPage: {
    house: strict,
    run: async (world) => {
      const tab = world.browser.openTab();
      const client = await world.signIn(tab, { storage: 'session', ...onUse });
      await world.browser.sleep(2 * hourMs);
      world.faultNext(dropAnswer, dropAnswer, dropAnswer);
      await assert.rejects(world.through(client.getAccessToken()), { code: 'try_later' });
      client.close();
      await world.browser.sleep(72 * hourMs);
      return [world.load(tab, { storage: 'session', ...onUse })];
    },
  },
  slowAnswer: { house: strict, run: (world) => renewedThrough(world, { kind: 'delay', ms: 40_000 }) },
  silence: { run: (world) => renewedThrough(world, { kind: 'hang' }, { kind: 'hang' }) },
  html: { run: (world) => renewedThrough(world, page(200)) },
  truncated: {
    house: strict,
    run: (world) =>
      renewedThrough(
        world,
        changed((text) => text.slice(0, text.length / 2)),
      ),
  },
  noExpiresIn: { run: (world) => renewedThrough(world, without('expires_in')) },
  noIdToken: { run: (world) => renewedThrough(world, without('id_token')) },
  narrowerScope: {
    run: async (world) =>
      renewedThrough(
        world,
        changed((text) => JSON.stringify({ ...JSON.parse(text), scope: 'openid' })),
      ),
  },
  noNewRefreshToken: {
    house: { rotation: 'off' },
    run: async (world) => {
      world.browser.fault = (request) =>
        request.url.endsWith('/token') ? withoutOnRefresh(request.clone()) : undefined;
      const [client] = await tabs(world, 1);
      await world.browser.advance(10 * hourMs);
      return [client];
    },
  },
  killedWithLock: {
    house: strict,
    run: async (world) => {
      const [first, second] = await tabs(world, 2, onUse);
      await world.browser.sleep(2 * hourMs);
      world.faultNext({ kind: 'delay', ms: 5_000 });
      void first.getAccessToken().catch(() => {});
      await world.browser.advance(1_000);
      world.browser.tabs[0]?.close();
      return [second];
    },
  },
  frozenWithLock: {
    house: strict,
    run: async (world) => {
      const [first, second] = await tabs(world, 2, onUse);
      await world.browser.sleep(2 * hourMs);
      world.faultNext({ kind: 'delay', ms: 5_000 });
      const held = first.getAccessToken();
      await world.browser.advance(1_000);
      world.browser.tabs[0]?.freeze();
      await world.through(second.getAccessToken());
      await world.browser.sleep(2 * hourMs);
      await world.through(second.getAccessToken());
      await world.browser.tabs[0]?.thaw();
      await world.through(held);
      return [first, second];
    },
  },
  killedBeforeStoring: {
    house: strict,
    run: async (world) => {
      const tab = world.browser.openTab();
      const client = await world.signIn(tab, onUse);
      await world.browser.sleep(2 * hourMs);
      world.faultNext({ kind: 'delay', ms: 5_000 });
      void client.getAccessToken().catch(() => {});
      await world.browser.advance(1_000);
      tab.close();
      await world.browser.sleep(24 * hourMs);
      return [world.load(world.browser.openTab())];
    },
  },
  noLocks: { house: strict, run: (world) => tabsWithout(world, () => (world.browser.hasLocks = false)) },
  locksThrow: { house: strict, run: (world) => tabsWithout(world, () => (world.browser.refusesLocks = true)) },
  noChannels: { house: strict, run: (world) => tabsWithout(world, () => (world.browser.hasChannels = false)) },
  quota: {
    run: async (world) => {
      const clients = await tabs(world, 3);
      world.browser.local.quotaLeft = 0;
      await world.browser.advance(10 * hourMs);
      return clients;
    },
  },
  privateMode: {
    run: async (world) => {
      const tab = world.browser.openTab();
      await world.leave(tab, {});
      world.browser.local.quotaLeft = tab.session.quotaLeft = 0;
      const client = world.load(tab);
      await client.handleCallback();
      await world.browser.advance(10 * hourMs);
      return [client];
    },
  },
  sleep: {
    run: async (world) => {
      const clients = await tabs(world, 3);
      await world.browser.sleep(72 * hourMs);
      return clients;
    },
  },
  sleepOverRefreshToken: {
    run: async (world) => {
      const clients = await tabs(world, 2);
      await world.browser.sleep(13 * 24 * hourMs);
      await Promise.all(clients.map((client) => world.through(client.getAccessToken())));
      await world.browser.sleep(15 * 24 * hourMs);
      await Promise.all(clients.map((client) => ended(world, client)));
      return [];
    },
  },
  sleepOverAbsoluteEnd: {
    house: { absoluteSeconds: 86_400 },
    run: async (world) => {
      const clients = await tabs(world, 2);
      await world.browser.advance(23 * hourMs);
      await Promise.all(clients.map((client) => world.through(client.getAccessToken())));
      await world.browser.sleep(2 * hourMs);
      await Promise.all(clients.map((client) => ended(world, client)));
      return [];
    },
  },
  clockAhead: { run: (world) => keptUp(world, () => (world.browser.wallErrorMs = hourMs)) },
  clockBehind: { run: (world) => keptUp(world, () => (world.browser.wallErrorMs = -hourMs)) },
  clockJumps: {
    run: async (world) => {
      const [client] = await tabs(world, 1, onUse);
      for (const jumpMs of [hourMs, -2 * hourMs, hourMs]) {
        await world.browser.sleep(2 * hourMs);
        world.faultNext({ kind: 'delay', ms: 5_000 });
        const asked = client.getAccessToken();
        await world.browser.advance(2_000);
        world.browser.wallErrorMs += jumpMs;
        await world.through(asked);
        await steady(world, 4);
        await world.browser.sleep(1.1 * hourMs);
        assert.notEqual(await world.through(client.getAccessToken()), await asked, 'that one is over');
      }
      return [client];
    },
  },
  clockSetBetweenPages: {
    run: async (world) => {
      world.browser.wallErrorMs = hourMs;
      const tab = world.browser.openTab();
      const before = await world.signIn(tab);
      before.close();
      await world.browser.advance(0.9 * hourMs);
      world.browser.wallErrorMs = 0;
      const client = world.load(tab, onUse);
      await world.browser.advance(hourMs);
      return [client];
    },
  },
  clockSetAfterSignOut: {
    run: async (world) => {
      world.browser.wallErrorMs = hourMs;
      const tab = world.browser.openTab();
      const before = await world.signIn(tab);
      await before.signOut({ atProvider: false });
      before.close();
      await world.browser.advance(60_000);
      const client = await world.signIn(tab);
      world.browser.wallErrorMs = -hourMs;
      await world.browser.advance(3 * hourMs);
      return [client];
    },
  },
  backForwardCache: {
    house: strict,
    run: async (world) => {
      const [first, second] = await tabs(world, 2);
      world.browser.tabs[0]?.freeze();
      await world.browser.advance(10 * hourMs);
      await world.browser.tabs[0]?.thaw();
      return [first, second];
    },
  },
  signOutDuringRenewal: {
    run: async (world) => {
      const [first, second] = await tabs(world, 2, onUse);
      await world.browser.sleep(2 * hourMs);
      world.faultNext({ kind: 'delay', ms: 5_000 });
      const asked = second.getAccessToken().catch(() => 'none');
      await world.browser.advance(1_000);
      await first.signOut({ atProvider: false });
      await world.browser.advance(1_000);
      assert.equal(second.isSignedIn, false, 'within a second');
      assert.equal(await world.through(asked), 'none');
      await world.browser.advance(hourMs);
      assert.deepEqual([first.isSignedIn, second.isSignedIn, world.browser.local.length], [false, false, 1]);
      return [];
    },
  },
  otherUser: {
    run: async (world) => {
      const seen: string[] = [];
      const first = await world.signIn(world.browser.openTab());
      first.onState(() => seen.push(`${first.state.kind} ${first.user?.sub}`));
      const ada = first.user?.sub;
      await world.leaveProvider();
      const second = await world.signIn(world.browser.openTab(), {}, 'bob');
      await world.browser.advance(1_000);
      assert.notEqual(second.user?.sub, ada);
      assert.equal(first.user?.sub, second.user?.sub, 'one user in all tabs of one store');
      assert.match(seen[0] ?? '', /^signedOut /, 'and the app was told');
      return [first, second];
    },
  },
  otherUserApart: {
    run: async (world) => {
      const apart = { storage: 'session' } as const;
      const first = await world.signIn(world.browser.openTab(), apart);
      await world.leaveProvider();
      const second = await world.signIn(world.browser.openTab(), apart, 'bob');
      await world.browser.advance(1_000);
      assert.deepEqual(first.state, { kind: 'signedOut', reason: 'signedOutElsewhere' });
      return [second];
    },
  },
  longTimer: {
    house: { accessSeconds: 40 * 86_400, idleSeconds: 100 * 86_400, absoluteSeconds: 300 * 86_400 },
    run: async (world) => {
      const [client] = await tabs(world, 1);
      const before = world.tokenRequests();
      await world.browser.advance(30 * 24 * hourMs);
      assert.equal(world.tokenRequests(), before);
      await world.browser.advance(30 * 24 * hourMs);
      return [client];
    },
  },
  shortLife: {
    house: { accessSeconds: 5 },
    run: async (world) => {
      const clients = await tabs(world, 3);
      await steady(world, 70);
      return clients;
    },
  },
  duplicate: {
    house: strict,
    run: async (world) => {
      const apart = { storage: 'session' } as const;
      const tab = world.browser.openTab();
      const first = await world.signIn(tab, apart);
      const second = world.load(world.browser.openTab({ copyOf: tab }), apart);
      await world.browser.advance(10 * hourMs);
      return [first, second];
    },
  },
  frozenDuplicate: {
    house: strict,
    run: async (world) => {
      const apart = { storage: 'session' } as const;
      const tab = world.browser.openTab();
      const first = await world.signIn(tab, apart);
      const copy = world.browser.openTab({ copyOf: tab });
      const second = world.load(copy, apart);
      copy.freeze();
      await world.browser.advance(10 * hourMs);
      // Its timers and callers come first, what it was told while it stood still comes later.
      await Promise.all([world.through(second.getAccessToken()), copy.thaw()]);
      return [first, second];
    },
  },
  lateDuplicate: {
    house: strict,
    run: async (world) => {
      const apart = { storage: 'session' } as const;
      const tab = world.browser.openTab();
      const first = await world.signIn(tab, apart);
      // The browser restores a copy of hours ago.
      const copy = world.browser.openTab({ copyOf: tab });
      await world.browser.advance(10 * hourMs);
      return [world.load(copy, apart), first];
    },
  },
  lostCodeAnswer: {
    run: async (world) => {
      const tab = world.browser.openTab();
      await world.leave(tab);
      world.faultNext(dropAnswer);
      const before = world.load(tab);
      void before.handleCallback();
      await world.browser.advance(60_000);
      assert.equal(tab.visited.length, 2, 'it went to the provider once more by itself');
      await world.comeBack(tab);
      const client = world.load(tab);
      await client.handleCallback();
      return [client];
    },
  },
  codeNotSent: {
    run: async (world) => {
      const tab = world.browser.openTab();
      await world.leave(tab);
      world.faultNext(refuse, page(503));
      const client = world.load(tab);
      await world.through(client.handleCallback());
      return [client];
    },
  },
  discoveryOutage: {
    run: async (world) => {
      const tab = world.browser.openTab();
      const before = await world.signIn(tab, onUse);
      before.close();
      await world.browser.sleep(2 * hourMs);
      const client = world.load(tab, onUse);
      world.browser.fault = ({ url }) => (url.includes('.well-known') ? page(503) : undefined);
      await assert.rejects(world.through(client.getAccessToken()), { code: 'try_later' });
      world.browser.fault = () => undefined;
      await world.browser.advance(60_000);
      return [client];
    },
  },
  offline: {
    run: async (world) => {
      const clients = await tabs(world, 3);
      world.browser.isOnline = false;
      await world.browser.advance(10 * hourMs);
      assert.ok(clients.every(({ isSignedIn }) => isSignedIn));
      await assert.rejects(world.through(clients[0].getAccessToken()), { code: 'try_later' });
      world.browser.isOnline = true;
      for (const tab of world.browser.tabs) tab.wake();
      return clients;
    },
  },
  outage: {
    run: async (world) => {
      const clients = await tabs(world, 3);
      const before = world.tokenRequests();
      world.browser.fault = ({ url }) => (url.endsWith('/token') ? page(503) : undefined);
      await world.browser.advance(4 * hourMs);
      const perHourAndTab = (world.tokenRequests() - before) / 9;
      assert.ok(perHourAndTab < 150, `${perHourAndTab} requests an hour`);
      world.browser.fault = () => undefined;
      await world.browser.advance(120_000);
      return clients;
    },
  },
};

/** A tab that signs in and others that find the session in the store. */
async function tabs<Count extends number>(world: World, count: Count, options: Partial<ClientOptions> = {}) {
  const first = await world.signIn(world.browser.openTab(), options);
  const rest = Array.from({ length: count - 1 }, () => world.load(world.browser.openTab(), options));
  return [first, ...rest] as [Client, Client, ...Client[]];
}

/** One caller asks while these befall the requests; it may be told to try later, and the next call works. */
async function renewedThrough(world: World, ...faults: Fault[]): Promise<Client[]> {
  const [client] = await tabs(world, 1, onUse);
  await world.browser.sleep(2 * hourMs);
  world.faultNext(...faults);
  await world.through(client.getAccessToken());
  await world.browser.sleep(2 * hourMs);
  return [client];
}

async function tabsWithout(world: World, take: () => unknown): Promise<Client[]> {
  take();
  const clients = await tabs(world, 5);
  await world.browser.sleep(2 * hourMs);
  await Promise.all(clients.map((client) => world.through(client.getAccessToken())));
  await world.browser.advance(10 * hourMs);
  return clients;
}

async function keptUp(world: World, change: () => unknown): Promise<Client[]> {
  change();
  const clients = await tabs(world, 2);
  await steady(world, 4);
  await world.browser.advance(24 * hourMs);
  return clients;
}

/** A minute in which no tab asks the server more often than once a second. */
async function steady(world: World, most: number): Promise<void> {
  const before = world.tokenRequests();
  await world.browser.advance(60_000);
  const requests = world.tokenRequests() - before;
  assert.ok(requests <= most, `${requests} requests in a minute`);
}

async function ended(world: World, client: Client): Promise<void> {
  await assert.rejects(world.through(client.getAccessToken()), { code: 'sign_in_required' });
  await world.browser.advance(1_000);
  assert.match(JSON.stringify(client.state), /"ended".*"(grantEnded|expired)".*"invalid_grant"/, 'every tab knows why');
}

function page(status: number): Fault {
  const headers = { 'content-type': 'text/html' };
  return {
    kind: 'answer',
    response: () => new Response('<!doctype html><p>Welcome to the airport', { status, headers }),
  };
}

function json(status: number, body: object, headers: Record<string, string> = {}): Fault {
  return { kind: 'answer', response: () => Response.json(body, { status, headers }) };
}

function changed(change: (text: string) => string): Fault {
  return {
    kind: 'change',
    change: async (response) => new Response(change(await response.text()), response),
  };
}

function without(name: string): Fault {
  return changed((text) => JSON.stringify({ ...JSON.parse(text), [name]: undefined }));
}

/** As servers answer that keep the refresh token as it is. */
function withoutOnRefresh(request: Request): Fault {
  return {
    kind: 'change',
    change: async (response) => {
      const body = (await response.json()) as Record<string, unknown>;
      const isRefresh = (await request.text()).includes('grant_type=refresh_token');
      return Response.json({ ...body, ...(isRefresh && { refresh_token: undefined }) }, response);
    },
  };
}
