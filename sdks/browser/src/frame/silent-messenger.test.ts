import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Opener } from '../ask.ts';
import { createClient } from '../client.ts';
import type { Client, ClientOptions } from '../client.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import type { VirtualTab } from '../virtual-browser.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { silentMessenger } from './silent-messenger.ts';

const hourMs = 3_600_000;
const appUrl = 'https://app.example/';
const near = () => true;
const far = () => false;

let provider: VirtualProvider;
let browser: VirtualBrowser;
/** Addresses that frames were opened at. */
let asked: string[];
beforeEach(() => {
  provider = new VirtualProvider();
  provider.givesRefreshTokens = false;
  browser = new VirtualBrowser({ server: provider.serve });
  provider.clock = browser;
  asked = [];
});

/** A frame as it works where cookies come along. */
const answered: Opener = async ({ url }) => {
  asked.push(url);
  return new URL(provider.authorize(url)).searchParams;
};
/** A frame that the provider's cookies do not reach. */
const cookieless: Opener = async ({ url, state }) => {
  asked.push(url);
  return new URLSearchParams({ state, error: 'login_required' });
};

function load(tab: VirtualTab, open: Opener, isNear = near, options: Partial<ClientOptions> = {}): Client {
  return createClient(
    {
      issuer: provider.issuer,
      clientId: 'spa',
      redirectUri: `${appUrl}callback`,
      silentSignIn: silentMessenger({ open, redirectUri: `${appUrl}silent`, isNear }),
      ...options,
    },
    tab.environment(),
  );
}

/** Comes back from the provider as a page that is loaded anew. */
async function comeBack(tab: VirtualTab, open: Opener, isNear = near, options: Partial<ClientOptions> = {}) {
  tab.href = provider.authorize(tab.visited.at(-1) ?? '');
  const client = load(tab, open, isNear, options);
  await client.handleCallback();
  return client;
}

async function signedIn(tab: VirtualTab, open: Opener, isNear = near, options: Partial<ClientOptions> = {}) {
  const before = load(tab, open, isNear, options);
  await before.signIn();
  before.close();
  return comeBack(tab, open, isNear, options);
}

describe('silent renewal', () => {
  it('renews on schedule, at the address that shows nothing', async () => {
    const client = await signedIn(browser.openTab(), answered);
    await browser.advance(24 * hourMs);
    assert.equal(client.state.kind, 'active');
    assert.ok(asked.length >= 24 && asked.length <= 50, String(asked.length));
    const { searchParams } = new URL(asked[0] ?? '');
    assert.equal(searchParams.get('prompt'), 'none');
    assert.equal(searchParams.get('redirect_uri'), `${appUrl}silent`);
  });

  it('renews once after a 401', async () => {
    const client = await signedIn(browser.openTab(), answered);
    const stale = await client.getAccessToken();
    const api: string[] = [];
    browser.fault = (request) => {
      if (!request.url.startsWith('https://api.example')) return undefined;
      const token = request.headers.get('authorization') ?? '';
      api.push(token);
      return { kind: 'answer', response: () => new Response('', { status: token === `Bearer ${stale}` ? 401 : 200 }) };
    };
    await browser.advance(1_000);
    const [one, two] = await Promise.all([1, 2].map((n) => client.fetch(`https://api.example/${n}`)));
    assert.deepEqual([one?.status, two?.status], [200, 200]);
    assert.equal(asked.length, 1);
    assert.equal(api.length, 4);
  });

  it('finds the session again when the page is loaded anew with its tokens in memory', async () => {
    const tab = browser.openTab();
    (await signedIn(tab, answered)).close();
    const client = load(tab, answered);
    assert.equal(client.isSignedIn, false);
    assert.match(await client.getAccessToken(), /^at-f1-0-/);
    assert.equal(client.user?.sub, 'ada');
  });

  it('of five tabs with tokens in memory makes one renewal', async () => {
    for (let n = 0; n < 5; n += 1) await signedIn(browser.openTab(), answered);
    await browser.advance(1.2 * hourMs);
    assert.equal(asked.length, 1);
  });

  it('tries again when the provider is slow, and keeps the session', async () => {
    let isSlow = true;
    const client = await signedIn(browser.openTab(), async (request) =>
      isSlow ? { code: 'timeout', description: 'slow' } : answered(request),
    );
    await browser.advance(0.95 * hourMs);
    assert.equal(client.state.kind, 'degraded');
    isSlow = false;
    await browser.advance(0.1 * hourMs);
    assert.equal(client.state.kind, 'active');
  });
});

describe('the end of the sign-in at the provider', () => {
  it('ends the session only when the access token is over, and says why', async () => {
    const client = await signedIn(browser.openTab(), answered);
    const states: string[] = [];
    client.onState(({ kind }) => states.push(kind));
    provider.sub = undefined;
    await browser.advance(0.99 * hourMs);
    assert.equal(client.state.kind, 'degraded');
    assert.match(await client.getAccessToken(), /^at-f0-0-/);
    await browser.advance(0.02 * hourMs);
    assert.deepEqual(client.state, {
      kind: 'ended',
      reason: { code: 'signInRequired', error: { code: 'login_required' } },
    });
    await assert.rejects(client.getAccessToken(), { code: 'sign_in_required' });
  });

  it('leaves the session when the provider knows another user by now', async () => {
    const client = await signedIn(browser.openTab(), answered);
    provider.sub = 'bob';
    await browser.advance(hourMs);
    assert.deepEqual(client.state, { kind: 'signedOut', reason: 'signedOutElsewhere' });
    assert.equal(client.user, undefined);
  });

  it('brings nothing back to a page that signed out while it asked', async () => {
    const tab = browser.openTab();
    (await signedIn(tab, answered)).close();
    const client = load(tab, async (request) => {
      await client.signOut({ atProvider: false });
      return answered(request);
    });
    await assert.rejects(client.getAccessToken(), { code: 'sign_in_required' });
    assert.deepEqual(client.state, { kind: 'signedOut', reason: 'signedOut' });
  });
});

describe('a provider on another site', () => {
  const beforeRedirect = () => void kept.push('draft');
  let kept: string[];
  beforeEach(() => (kept = []));

  it('is not believed about login_required: nothing ends, and without leave the page stays', async () => {
    const tab = browser.openTab();
    const client = await signedIn(tab, cookieless, far);
    await browser.advance(2 * hourMs);
    assert.deepEqual(client.state, { kind: 'degraded', reason: 'interactionNeeded', retryAtMs: Infinity });
    await assert.rejects(client.getAccessToken(), { code: 'interaction_required', error: 'frame_blocked' });
    assert.equal(tab.visited.length, 1);
  });

  it('is gone to when the tokens are over, after the app kept what the user was doing', async () => {
    const tab = browser.openTab();
    const before = await signedIn(tab, cookieless, far, { beforeRedirect });
    await browser.advance(0.98 * hourMs);
    assert.deepEqual([kept, tab.visited.length], [[], 1], 'not while the token is good');
    await browser.advance(0.03 * hourMs);
    assert.deepEqual([kept, tab.visited.length], [['draft'], 2]);
    assert.equal(new URL(tab.visited[1] ?? '').searchParams.get('prompt'), 'none');
    before.close();
    const client = await comeBack(tab, cookieless, far, { beforeRedirect });
    assert.match(await client.getAccessToken(), /^at-f1-0-/);
  });

  it('is not asked in vain by a page that comes back with its answer', async () => {
    const tab = browser.openTab();
    const options: Partial<ClientOptions> = { beforeRedirect, storage: 'session' };
    (await signedIn(tab, cookieless, far, options)).close();
    await browser.advance(1.01 * hourMs);
    const before = load(tab, cookieless, far, options);
    await browser.advance(25_000);
    before.close();
    let answerFrame = () => {};
    const slow: Opener = async (request) => {
      await new Promise<void>((resolve) => (answerFrame = resolve));
      return cookieless(request);
    };
    const client = await comeBack(tab, slow, far, options);
    await browser.advance(1_000);
    answerFrame();
    await browser.advance(1_000);
    assert.equal(client.state.kind, 'active');
  });

  it('is gone to after a 401, and not in circles', async () => {
    const tab = browser.openTab();
    browser.fault = ({ url }) =>
      url.startsWith('https://api.example')
        ? { kind: 'answer', response: () => new Response('', { status: 401 }) }
        : undefined;
    const before = await signedIn(tab, cookieless, far, { beforeRedirect });
    before.fetch('https://api.example/').catch(() => undefined);
    await browser.advance(1_000);
    assert.equal(tab.visited.length, 2);
    before.close();
    const client = await comeBack(tab, cookieless, far, { beforeRedirect });
    const response = client.fetch('https://api.example/');
    await browser.advance(25_000);
    assert.equal((await response).status, 401);
    assert.equal(tab.visited.length, 2);
  });

  it('is not gone to again after it refused a page of its own; the session ends by its word', async () => {
    const tab = browser.openTab();
    const options: Partial<ClientOptions> = { beforeRedirect, storage: 'session' };
    const before = await signedIn(tab, cookieless, far, options);
    await browser.advance(1.01 * hourMs);
    before.close();
    provider.sub = undefined;
    tab.href = provider.authorize(tab.visited[1] ?? '');
    const client = load(tab, cookieless, far, options);
    await assert.rejects(client.handleCallback(), { code: 'interaction_required', error: 'login_required' });
    await browser.advance(hourMs);
    assert.equal(tab.visited.length, 2);
    assert.deepEqual(client.state, {
      kind: 'ended',
      reason: { code: 'signInRequired', error: { code: 'login_required' } },
    });
  });

  it('is gone to by a page with nothing in memory, and again after somebody signed in', async () => {
    const tab = browser.openTab();
    provider.sub = undefined;
    const stranger = load(tab, cookieless, far, { beforeRedirect });
    stranger.getAccessToken().catch(() => undefined);
    await browser.advance(1_000);
    assert.equal(tab.visited.length, 1);
    stranger.close();
    tab.href = provider.authorize(tab.visited[0] ?? '');
    const refused = load(tab, cookieless, far, { beforeRedirect });
    await assert.rejects(refused.handleCallback(), { error: 'login_required' });
    await browser.advance(hourMs);
    await assert.rejects(refused.getAccessToken(), { code: 'sign_in_required' });
    assert.equal(tab.visited.length, 1, 'a stranger is asked once');
    provider.sub = 'ada';
    (await signedIn(tab, cookieless, far, { beforeRedirect })).close();
    await browser.advance(60_000);
    load(tab, cookieless, far, { beforeRedirect })
      .getAccessToken()
      .catch(() => undefined);
    await browser.advance(1_000);
    assert.equal(tab.visited.length, 3);
    assert.equal(new URL(tab.visited[2] ?? '').searchParams.get('prompt'), 'none');
  });
});
