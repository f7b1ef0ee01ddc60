import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createElement, Fragment } from 'react';
import type { ReactNode } from 'react';
import { renderToString } from 'react-dom/server';
import { createClient } from '../client.ts';
import type { Client } from '../client.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import type { VirtualTab } from '../virtual-browser.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { RequireSignIn, SessionProvider, SignedIn, SignedOut, useAuth, useSession } from './react.ts';
import { sourceOf } from './session-source.ts';

const settings = { issuer: 'https://id.example', clientId: 'spa', redirectUri: 'https://app.example/callback' };

describe('on a server', () => {
  const render = (children: ReactNode) =>
    renderToString(createElement(SessionProvider, { client: createClient(settings) }, children));

  it('nobody is signed in, nothing of a page is touched, and what is not known is not shown', () => {
    const Shown = () => {
      const { isSignedIn, isLoading, user } = useSession();
      return JSON.stringify({ isSignedIn, isLoading, user });
    };
    const html = render(
      createElement(
        Fragment,
        null,
        createElement(Shown),
        createElement(SignedIn, null, 'in'),
        createElement(SignedOut, null, 'out'),
        createElement(RequireSignIn, { fallback: 'wait' }, 'secret'),
      ),
    );
    assert.equal(typeof window, 'undefined');
    assert.equal(
      html.replaceAll('&quot;', '"').replaceAll('<!-- -->', ''),
      '{"isSignedIn":false,"isLoading":true}wait',
    );
  });

  it('names that people know stand beside ours', () => {
    let known: ReturnType<typeof useAuth> | undefined;
    const Known = () => {
      known = useAuth();
      return null;
    };
    render(createElement(Known));
    assert.equal(known?.isAuthenticated, false);
    assert.deepEqual(
      [known?.loginWithRedirect, known?.logout, known?.getAccessTokenSilently],
      [known?.signIn, known?.signOut, known?.getAccessToken],
    );
  });

  it('a component without a provider says what is missing', () => {
    assert.throws(() => renderToString(createElement(SignedIn, null, 'in')), /no SessionProvider/);
  });
});

describe('what the components stand on', () => {
  let provider: VirtualProvider;
  let browser: VirtualBrowser;
  let tab: VirtualTab;
  beforeEach(() => {
    provider = new VirtualProvider();
    browser = new VirtualBrowser({ server: provider.serve });
    provider.clock = browser;
    tab = browser.openTab({ href: 'https://app.example/notes/7' });
  });
  const load = (): Client => createClient({ ...settings, storage: 'session' }, tab.environment());

  it('knows after a moment that nobody is signed in', async () => {
    const source = sourceOf(load());
    assert.equal(source.snapshot().isLoading, true);
    let changes = 0;
    source.subscribe(() => (changes += 1));
    source.begin(() => {});
    await browser.advance(0);
    const { isLoading, isSignedIn, error } = source.snapshot();
    assert.deepEqual(
      { isLoading, isSignedIn, error, changes },
      { isLoading: false, isSignedIn: false, error: undefined, changes: 1 },
    );
    assert.equal(source.snapshot(), source.snapshot());
  });

  it('leaves once, and takes the answer once, however often it is told to', async () => {
    const before = sourceOf(load());
    before.leave(undefined);
    before.leave(undefined);
    await browser.advance(0);
    before.leave(undefined);
    await browser.advance(0);
    assert.equal(tab.visited.length, 1);
    tab.href = provider.authorize(tab.visited[0] ?? '');
    const client = load();
    const source = sourceOf(client);
    assert.equal(sourceOf(client), source);
    const taken: string[] = [];
    for (const _ of [1, 2]) source.begin(({ returnTo }) => taken.push(returnTo));
    await browser.advance(0);
    assert.deepEqual(taken, ['https://app.example/notes/7']);
    assert.equal(source.snapshot().user?.sub, 'ada');
    assert.equal(source.snapshot().isSignedIn, true);
    assert.equal(provider.families.length, 1);
  });

  it('keeps the error of a sign-in that did not succeed', async () => {
    tab.href = 'https://app.example/callback?code=forged&state=forged';
    const source = sourceOf(load());
    source.begin(() => assert.fail('nobody signed in'));
    await browser.advance(0);
    assert.equal(source.snapshot().error?.code, 'bad_response');
    assert.equal(source.snapshot().isLoading, false);
  });
});
