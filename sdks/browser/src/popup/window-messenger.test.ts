import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createClient } from '../client.ts';
import type { Client } from '../client.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import type { VirtualTab } from '../virtual-browser.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import type { PopupWindow } from './popup-window.ts';
import { answerChannel, windowMessenger } from './window-messenger.ts';

const appUrl = 'https://app.example/';

/** A window that a test moves by hand. */
class VirtualWindow implements PopupWindow {
  url = '';
  place: ReturnType<PopupWindow['look']> = 'here';
  isClosed = false;
  go(url: string): void {
    this.url = url;
  }
  look(): ReturnType<PopupWindow['look']> {
    return this.place;
  }
  close(): void {
    this.isClosed = true;
  }
}

let provider: VirtualProvider;
let browser: VirtualBrowser;
let tab: VirtualTab;
let client: Client;
let windows: VirtualWindow[];
beforeEach(() => {
  provider = new VirtualProvider();
  browser = new VirtualBrowser({ server: provider.serve });
  provider.clock = browser;
  tab = browser.openTab();
  const settings = { issuer: provider.issuer, clientId: 'spa', redirectUri: `${appUrl}callback` };
  client = createClient(settings, tab.environment());
  windows = [];
});

const byWindow = (signal?: AbortSignal) =>
  windowMessenger({
    open: () => windows[windows.push(new VirtualWindow()) - 1],
    redirectUri: `${appUrl}popup`,
    signal,
    timeoutMs: 600_000,
  });

/** What the page in the window does with the answer. */
function answer(url: string): { isTaken: boolean } {
  const { search, searchParams } = new URL(provider.authorize(url));
  const heard = { isTaken: false };
  const page = browser.openTab().environment();
  const channel = page.channel(answerChannel(searchParams.get('state') ?? ''), () => (heard.isTaken = true));
  channel?.post(search);
  return heard;
}

describe('signing in by a window', () => {
  it('opens the window at once, within the click, and takes the answer while the page stays', async () => {
    const signingIn = client.signIn({ by: byWindow() });
    assert.equal(windows.length, 1, 'before anything is waited for');
    await browser.advance(1_000);
    const url = windows[0]?.url ?? '';
    assert.equal(new URL(url).searchParams.get('redirect_uri'), `${appUrl}popup`);
    const heard = answer(url);
    await browser.advance(1_000);
    await signingIn;
    assert.equal(client.user?.sub, 'ada');
    assert.ok(heard.isTaken && windows[0]?.isClosed);
    assert.deepEqual(tab.visited, []);
  });

  it('says that the browser opened none', async () => {
    const by = windowMessenger({ open: () => undefined, redirectUri: undefined, signal: undefined, timeoutMs: 1 });
    await assert.rejects(client.signIn({ by }), { code: 'interaction_required', error: 'popup_blocked' });
  });

  it('says that the user closed it', async () => {
    const rejected = assert.rejects(client.signIn({ by: byWindow() }), { error: 'popup_closed' });
    await browser.advance(1_000);
    if (windows[0]) windows[0].place = 'away';
    await browser.advance(1_000);
    if (windows[0]) windows[0].place = 'gone';
    await browser.advance(2_000);
    await rejected;
    assert.equal(client.isSignedIn, false);
  });

  it('takes no isolated window for a closed one', async () => {
    const signingIn = client.signIn({ by: byWindow() });
    await browser.advance(1_000);
    // Between the two it may seem away for a moment.
    if (windows[0]) windows[0].place = 'away';
    await browser.advance(300);
    if (windows[0]) windows[0].place = 'gone';
    await browser.advance(300_000);
    answer(windows[0]?.url ?? '');
    await browser.advance(1_000);
    await signingIn;
    assert.equal(client.isSignedIn, true);
  });

  it('gives up when the app says so, when another takes its place, and after ten minutes', async () => {
    const cancel = new AbortController();
    const cancelled = assert.rejects(client.signIn({ by: byWindow(cancel.signal) }), { error: 'popup_closed' });
    await browser.advance(1_000);
    cancel.abort();
    await cancelled;
    const replaced = assert.rejects(client.signIn({ by: byWindow() }), { error: 'popup_closed' });
    await browser.advance(1_000);
    const late = assert.rejects(client.signIn({ by: byWindow() }), { error: 'popup_closed' });
    await replaced;
    await browser.advance(601_000);
    await late;
    assert.ok(windows.every(({ isClosed }) => isClosed));
  });
});
