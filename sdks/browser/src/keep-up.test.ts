import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { SessionState } from '@ostiary/session';
import { createClient } from './client.ts';
import type { Client, ClientOptions } from './client.ts';
import { VirtualBrowser } from './virtual-browser.fixture.ts';
import type { VirtualTab } from './virtual-browser.fixture.ts';
import { VirtualProvider } from './virtual-provider.fixture.ts';

const minuteMs = 60_000;
const shared = { storage: 'local', scriptsMayTakeRefreshTokens: true } as const;

let provider: VirtualProvider;
let browser: VirtualBrowser;
beforeEach(() => {
  provider = new VirtualProvider();
  browser = new VirtualBrowser({ server: provider.serve });
  provider.clock = browser;
});

function load(tab: VirtualTab, options: Partial<ClientOptions>): Client {
  const redirectUri = 'https://app.example/callback';
  return createClient(
    { issuer: provider.issuer, clientId: 'spa', redirectUri, ...shared, ...options },
    tab.environment(),
  );
}

async function signedIn(options: Partial<ClientOptions>, tab = browser.openTab()): Promise<Client> {
  const client = load(tab, options);
  await client.signIn();
  await client.handleCallback(provider.authorize(tab.visited.at(-1) ?? ''));
  return client;
}

/** The kinds of state that a client goes through, without repetitions. */
function kindsOf(client: Client): string[] {
  const kinds: string[] = [];
  client.onState(({ kind }) => kinds.at(-1) === kind || kinds.push(kind));
  return kinds;
}

function secondsLeft(state: SessionState): number {
  return state.kind === 'expiring' ? state.secondsLeft : Number.NaN;
}

describe('a session that nobody uses, renewed on use alone', () => {
  const options = { renew: 'onUse' } as const;
  beforeEach(() => {
    provider.lifetimeSeconds = 300;
    provider.refreshSeconds = 900;
  });

  it('says second by second how long is left, from two minutes on', async () => {
    const client = await signedIn(options);
    await browser.advance(12.9 * minuteMs);
    assert.equal(client.state.kind, 'active');
    await browser.advance(0.2 * minuteMs);
    const left = secondsLeft(client.state);
    assert.ok(left > 110 && left <= 120, String(left));
    await browser.advance(30_000);
    assert.deepEqual(client.state, { kind: 'expiring', secondsLeft: left - 30, canExtend: true });
  });

  it('says so as early as it is told to', async () => {
    const client = await signedIn({ ...options, warnSeconds: 300 });
    await browser.advance(10.1 * minuteMs);
    assert.ok(secondsLeft(client.state) > 290);
  });

  it('is extended, and then the end is far', async () => {
    const client = await signedIn(options);
    await browser.advance(14 * minuteMs);
    await client.extend();
    assert.equal(client.state.kind, 'active');
    await browser.advance(12 * minuteMs);
    assert.equal(client.state.kind, 'active');
    assert.equal(client.isSignedIn, true);
  });

  it('is extended in another tab, also for one that was not told', async () => {
    const one = await signedIn(options);
    const other = load(browser.openTab(), options);
    const tab = browser.openTab();
    const deaf = load(tab, options);
    await browser.advance(14 * minuteMs);
    assert.deepEqual([other.state.kind, deaf.state.kind], ['expiring', 'expiring']);
    browser.hasChannels = false;
    await one.extend();
    await browser.advance(2_000);
    assert.deepEqual(
      [one, other, deaf].map(({ state }) => state.kind),
      ['active', 'active', 'active'],
    );
  });

  it('is extended in another tab at once, also where this one could not reach the server', async () => {
    const one = await signedIn(options);
    const other = load(browser.openTab(), options);
    const kindNow = () => other.state.kind;
    await browser.advance(10 * minuteMs);
    browser.fault = (_, tab) => (tab === browser.tabs[1] ? { kind: 'refuse' } : undefined);
    const refused = assert.rejects(other.extend(), { code: 'try_later' });
    await browser.advance(30_000);
    await refused;
    assert.equal(kindNow(), 'degraded');
    await one.extend();
    await browser.advance(10);
    assert.equal(kindNow(), 'active');
    await browser.advance(14 * minuteMs);
    assert.equal(kindNow(), 'expiring');
    await one.extend();
    await browser.advance(10);
    assert.equal(kindNow(), 'active');
  });

  it('ends when its time is over and the server says so', async () => {
    const client = await signedIn(options);
    await browser.advance(16 * minuteMs);
    assert.deepEqual(client.state, { kind: 'ended', reason: { code: 'expired', error: { code: 'invalid_grant' } } });
  });

  it('ends for the same reason in the other tabs', async () => {
    const clients = [await signedIn(options), load(browser.openTab(), options)];
    await browser.advance(16 * minuteMs);
    assert.deepEqual(
      clients.map(({ state }) => state.kind === 'ended' && state.reason.code),
      ['expired', 'expired'],
    );
  });

  it('ends on waking, when its time went by in sleep', async () => {
    const client = await signedIn(options);
    await browser.sleep(600 * minuteMs);
    await browser.advance(5_000);
    assert.equal(client.state.kind, 'ended');
  });

  it('is not said to have ended while the server cannot be asked', async () => {
    const client = await signedIn(options);
    browser.isOnline = false;
    await browser.advance(60 * minuteMs);
    assert.equal(client.isSignedIn, true);
    provider.refreshSeconds = 86_400; // The operator was generous meanwhile.
    browser.isOnline = true;
    for (const tab of browser.tabs) tab.wake();
    await browser.advance(5_000);
    assert.equal(client.state.kind, 'active');
  });

  it('stays near its end while an extension fails, and is extended when the server answers again', async () => {
    const client = await signedIn(options);
    await browser.advance(14 * minuteMs);
    const kinds = kindsOf(client);
    browser.fault = () => ({ kind: 'answer', response: () => new Response('', { status: 503 }) });
    const refused = assert.rejects(client.extend(), { code: 'try_later' });
    await browser.advance(20_000);
    await refused;
    assert.deepEqual(kinds, ['expiring']);
    browser.fault = () => undefined;
    await client.extend();
    assert.deepEqual(kinds, ['expiring', 'active']);
  });

  it('shorter than the time of the warning is not near its end at once', async () => {
    provider.refreshSeconds = 100;
    const client = await signedIn(options);
    await browser.advance(45_000);
    assert.equal(client.state.kind, 'active');
    await browser.advance(10_000);
    assert.equal(client.state.kind, 'expiring');
  });
});

describe('a session renewed in stealth', () => {
  it('is never near an end that renewing moves', async () => {
    provider.refreshSeconds = 900;
    const client = await signedIn({});
    const kinds = kindsOf(client);
    await browser.advance(240 * minuteMs);
    assert.ok(!kinds.includes('expiring'), kinds.join(' '));
    assert.equal(client.state.kind, 'active');
  });

  it('is near the end that nothing moves, once and without a flicker, and then ends', async () => {
    provider.lifetimeSeconds = 60;
    provider.sessionSeconds = 1_800;
    const client = await signedIn({});
    await browser.advance(27 * minuteMs);
    const kinds = kindsOf(client);
    await browser.advance(2 * minuteMs);
    assert.equal(client.state.kind === 'expiring' && client.state.canExtend, false);
    assert.ok(secondsLeft(client.state) <= 62);
    await browser.advance(5 * minuteMs);
    assert.deepEqual(kinds.slice(kinds.indexOf('expiring')), ['expiring', 'ended']);
  });

  it('says that the end is near when renewing fails, and goes on by itself', async () => {
    provider.refreshSeconds = 900;
    const client = await signedIn({});
    browser.fault = () => ({ kind: 'refuse' });
    const sent = browser.requests.length;
    await browser.advance(14.5 * minuteMs);
    assert.equal(client.state.kind, 'expiring');
    assert.ok(browser.requests.length - sent < 60, 'the server is left in peace');
    browser.fault = () => undefined;
    await browser.advance(30_000);
    assert.equal(client.state.kind, 'active');
  });
});
