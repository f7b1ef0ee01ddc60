import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { beforeEach, describe, it } from 'node:test';
import { createClient } from './client.ts';
import type { Client, ClientOptions } from './client.ts';
import { VirtualBrowser } from './virtual-browser.fixture.ts';
import type { VirtualTab } from './virtual-browser.fixture.ts';
import { VirtualProvider } from './virtual-provider.fixture.ts';

const hourMs = 3_600_000;
const appUrl = 'https://app.example/';

let provider: VirtualProvider;
let browser: VirtualBrowser;
beforeEach(() => {
  provider = new VirtualProvider();
  browser = new VirtualBrowser({ server: provider.serve });
  provider.clock = browser;
});

function load(tab: VirtualTab, options: Partial<ClientOptions> = {}): Client {
  const { issuer } = provider;
  const redirectUri = `${appUrl}callback`;
  return createClient({ issuer, clientId: 'spa', redirectUri, storage: 'memory', ...options }, tab.environment());
}

/** Goes to the provider and back, as a page that is loaded anew. */
async function signedIn(tab: VirtualTab, options: Partial<ClientOptions> = {}): Promise<Client> {
  const before = load(tab, options);
  await before.signIn();
  before.close();
  tab.href = provider.authorize(tab.visited.at(-1) ?? '');
  const client = load(tab, options);
  await client.handleCallback();
  return client;
}

function refreshes(): number {
  return browser.requests.filter(({ body }) => body.includes('grant_type=refresh_token')).length;
}

describe('signing in', () => {
  it('comes back to where the user was, with a user and a token', async () => {
    const tab = browser.openTab({ href: `${appUrl}notes/7` });
    const before = load(tab);
    await before.signIn();
    tab.href = provider.authorize(tab.visited[0] ?? '');
    const client = load(tab);
    assert.equal(client.isSignedIn, false);
    assert.deepEqual(await client.handleCallback(), { returnTo: `${appUrl}notes/7` });
    assert.equal(client.user?.sub, 'ada');
    assert.equal(client.isSignedIn, true);
    assert.match(await client.getAccessToken(), /^at-f0-0-/);
    assert.equal(tab.href, `${appUrl}callback`, 'the code has left the address bar');
  });

  it('gives one answer to a callback that is handled twice', async () => {
    const tab = browser.openTab();
    await load(tab).signIn();
    tab.href = provider.authorize(tab.visited[0] ?? '');
    const client = load(tab);
    const [first, second] = await Promise.all([client.handleCallback(), client.handleCallback()]);
    assert.deepEqual(first, second);
    assert.equal(provider.families.length, 1);
  });

  it('tells where the user was when the provider refused a silent sign-in', async () => {
    const tab = browser.openTab({ href: `${appUrl}notes/7` });
    await load(tab).signIn({ prompt: 'none' });
    provider.sub = undefined;
    tab.href = provider.authorize(tab.visited[0] ?? '');
    const refused = { code: 'interaction_required', error: 'login_required', returnTo: `${appUrl}notes/7` };
    await assert.rejects(load(tab).handleCallback(), refused);
  });

  it('refuses an answer that belongs to no sign-in of this tab', async () => {
    const client = load(browser.openTab({ href: `${appUrl}callback?code=forged&state=forged` }));
    await assert.rejects(client.handleCallback(), { name: 'SessionError', code: 'bad_response' });
  });
});

describe('what a sign-in is bound to', () => {
  /** Leaves for the provider, and comes back with the answer to a request that was changed on the way. */
  async function answeredTo(change: (request: URLSearchParams) => void): Promise<{ tab: VirtualTab; client: Client }> {
    const tab = browser.openTab();
    await load(tab).signIn();
    const url = new URL(tab.visited[0] ?? '');
    change(url.searchParams);
    tab.href = provider.authorize(url.href);
    return { tab, client: load(tab) };
  }

  it('CVE-2026-34511, CVE-2020-7692: a verifier of its own, of which the address shows the S256 alone', async () => {
    const tab = browser.openTab();
    await load(tab).signIn();
    const asked = new URL(tab.visited[0] ?? '').searchParams;
    const kept = tab
      .environment()
      .storage('session')
      ?.getItem(`ostiary.spa@${provider.issuer}.${asked.get('state')}`);
    const { verifier } = JSON.parse(kept ?? '{}') as { verifier: string };
    assert.equal(asked.get('code_challenge_method'), 'S256');
    assert.equal(asked.get('code_challenge'), createHash('sha256').update(verifier).digest('base64url'));
    assert.equal(new Set([verifier, ...['state', 'nonce', 'code_challenge'].map((name) => asked.get(name))]).size, 4);
    assert.ok(!(tab.visited[0] ?? '').includes(verifier));
  });

  for (const [what, change] of [
    ['without the nonce', (asked: URLSearchParams) => asked.delete('nonce')],
    ['with the nonce of another sign-in', (asked: URLSearchParams) => asked.set('nonce', 'of-another')],
  ] as const) {
    it(`CVE-2026-15612: an ID token ${what} is refused`, async () => {
      const { client } = await answeredTo(change);
      await assert.rejects(client.handleCallback(), { name: 'SessionError', code: 'bad_response' });
      assert.equal(client.isSignedIn, false);
    });
  }

  it('mix-up (RFC 9207): an answer that names another issuer is refused, and its code goes nowhere', async () => {
    const { tab, client } = await answeredTo(() => {});
    tab.href += '&iss=https%3A%2F%2Fevil.example';
    await assert.rejects(client.handleCallback(), { name: 'SessionError', code: 'bad_response' });
    assert.deepEqual(provider.families, []);
  });
});

describe('keeping the session', () => {
  it('renews ahead of need, day after day, while the wall clock is an hour wrong', async () => {
    browser.wallErrorMs = -hourMs;
    const client = await signedIn(browser.openTab());
    await browser.advance(48 * hourMs);
    assert.equal(client.state.kind, 'active');
    assert.ok(refreshes() >= 48 && refreshes() <= 100, String(refreshes()));
  });

  it('survives three days of sleep', async () => {
    const client = await signedIn(browser.openTab());
    await browser.sleep(72 * hourMs);
    assert.match(await client.getAccessToken(), /^at-f0-1-/);
  });

  it('gets the same successor after a lost answer', async () => {
    const client = await signedIn(browser.openTab());
    await browser.sleep(0.99 * hourMs);
    let isFirst = true;
    browser.fault = (request) => {
      if (!isFirst || !request.url.endsWith('/token')) return undefined;
      isFirst = false;
      return { kind: 'dropAnswer' };
    };
    const token = client.getAccessToken();
    await browser.advance(10_000);
    assert.match(await token, /^at-f0-1-/);
    assert.equal(provider.families[0]?.isEnded, false);
  });

  it('of ten callers makes one renewal', async () => {
    const client = await signedIn(browser.openTab(), { renew: 'onUse' });
    await browser.advance(hourMs);
    const tokens = await Promise.all(Array.from({ length: 10 }, () => client.getAccessToken()));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(refreshes(), 1);
  });
});

describe('signing out', () => {
  it('reaches the other tabs, and a renewal under way brings nothing back', async () => {
    const options = { storage: 'local', scriptsMayTakeRefreshTokens: true, renew: 'onUse' } as const;
    const one = await signedIn(browser.openTab(), options);
    const other = load(browser.openTab(), options);
    assert.equal(other.isSignedIn, true);
    await browser.advance(hourMs);
    browser.fault = (request) => (request.url.endsWith('/token') ? { kind: 'delay', ms: 5_000 } : undefined);
    const renewal = assert.rejects(other.getAccessToken(), { code: 'sign_in_required' });
    await browser.advance(1_000);
    await one.signOut({ atProvider: false });
    await browser.advance(1_000);
    assert.deepEqual(other.state, { kind: 'signedOut', reason: 'signedOutElsewhere' });
    await browser.advance(10_000);
    await renewal;
    assert.equal(browser.local.getItem('ostiary.spa@https://id.example'), null);
    assert.equal(provider.families[0]?.isEnded, true);
  });
});
