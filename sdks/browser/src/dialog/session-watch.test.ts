import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createClient } from '../client.ts';
import type { Client, ClientOptions } from '../client.ts';
import { VirtualBrowser } from '../virtual-browser.fixture.ts';
import type { VirtualTab } from '../virtual-browser.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { watchSession } from './session-watch.ts';
import type { DialogAnswer, DialogView, SessionWatchPorts } from './session-watch.ts';

const minuteMs = 60_000;

let provider: VirtualProvider;
let browser: VirtualBrowser;
beforeEach(() => {
  provider = new VirtualProvider();
  provider.lifetimeSeconds = 300;
  provider.refreshSeconds = 900;
  browser = new VirtualBrowser({ server: provider.serve });
  provider.clock = browser;
});

/** A dialog that is told what would be shown. */
class SeenView implements DialogView {
  isOpen = false;
  shown: { secondsLeft: number; canExtend: boolean } | undefined;
  progress: string | undefined;
  opened = 0;
  answer: (answer: DialogAnswer) => void = () => {};

  show(shown: { secondsLeft: number; canExtend: boolean }): void {
    if (!this.isOpen) this.opened += 1;
    this.isOpen = true;
    this.shown = shown;
  }
  setProgress(progress: string): void {
    this.progress = progress;
  }
  close(): void {
    this.isOpen = false;
  }
  onAnswer(listener: (answer: DialogAnswer) => void): void {
    this.answer = listener;
  }
}

interface Watched {
  client: Client;
  tab: VirtualTab;
  view: SeenView;
  page: { isVisible: boolean };
  stop: () => void;
}

function watch(tab: VirtualTab, client: Client, ports: Partial<SessionWatchPorts> = {}): Watched {
  const view = new SeenView();
  const page = { isVisible: true };
  const environment = tab.environment();
  const stop = watchSession(client, {
    view,
    channel: (onMessage) => environment.channel('ostiary.dialog', onMessage),
    isVisible: () => page.isVisible,
    onVisible: environment.onWake,
    ...ports,
  });
  return { client, tab, view, page, stop };
}

function load(tab: VirtualTab, options: Partial<ClientOptions>): Client {
  const redirectUri = 'https://app.example/callback';
  const settings = { issuer: provider.issuer, clientId: 'spa', redirectUri, renew: 'onUse' } as const;
  return createClient(
    { ...settings, storage: 'local', scriptsMayTakeRefreshTokens: true, ...options },
    tab.environment(),
  );
}

async function signedIn(
  options: Partial<ClientOptions> = {},
  ports: Partial<SessionWatchPorts> = {},
): Promise<Watched> {
  const tab = browser.openTab();
  const client = load(tab, options);
  await client.signIn();
  await client.handleCallback(provider.authorize(tab.visited.at(-1) ?? ''));
  return watch(tab, client, ports);
}

function beside(options: Partial<ClientOptions> = {}): Watched {
  const tab = browser.openTab();
  return watch(tab, load(tab, options));
}

describe('the dialog about the end of a session', () => {
  it('is open from the warning on, counts down, and closes with the answer', async () => {
    const { view, client } = await signedIn();
    await browser.advance(12.9 * minuteMs);
    assert.equal(view.isOpen, false);
    await browser.advance(minuteMs);
    assert.equal(view.isOpen, true);
    const left = view.shown?.secondsLeft ?? 0;
    assert.ok(left > 60 && left < 70, String(left));
    view.answer('continued');
    await browser.advance(1_000);
    assert.equal(view.isOpen, false);
    await browser.advance(12 * minuteMs);
    assert.deepEqual([view.isOpen, client.state.kind], [false, 'active']);
  });

  it('is open in every visible tab, and answered once for all that share the session', async () => {
    const tabs = [await signedIn(), beside(), beside()];
    await browser.advance(13.5 * minuteMs);
    assert.deepEqual(
      tabs.map(({ view }) => view.isOpen),
      [true, true, true],
    );
    const sent = browser.requests.length;
    tabs[1]?.view.answer('continued');
    await browser.advance(1_000);
    assert.deepEqual(
      tabs.map(({ view }) => view.isOpen),
      [false, false, false],
    );
    assert.equal(browser.requests.length - sent, 2, 'metadata and one renewal');
  });

  it('answered in one tab, extends the sessions that other tabs have of their own', async () => {
    const memory = { storage: 'memory', scriptsMayTakeRefreshTokens: false } as const;
    const tabs = [await signedIn(memory), await signedIn(memory)];
    await browser.advance(13.5 * minuteMs);
    tabs[0]?.view.answer('continued');
    await browser.advance(1_000);
    assert.deepEqual(
      tabs.map(({ view }) => view.isOpen),
      [false, false],
    );
    await browser.advance(5 * minuteMs);
    assert.deepEqual(
      tabs.map(({ client }) => client.isSignedIn),
      [true, true],
    );
  });

  it('does not answer for another user of another tab', async () => {
    const memory = { storage: 'memory', scriptsMayTakeRefreshTokens: false } as const;
    const ada = await signedIn(memory);
    provider.sub = 'bob';
    const bob = await signedIn({ ...memory, clientId: 'spa' });
    await browser.advance(13.5 * minuteMs);
    ada.view.answer('continued');
    await browser.advance(1_000);
    assert.deepEqual([ada.view.isOpen, bob.view.isOpen], [false, true]);
  });

  it('waits until a hidden tab is seen', async () => {
    const { view, page, tab } = await signedIn();
    page.isVisible = false;
    await browser.advance(13.5 * minuteMs);
    assert.equal(view.isOpen, false);
    page.isVisible = true;
    tab.wake();
    assert.equal(view.isOpen, true);
  });

  it('stays open and says so while there is no answer', async () => {
    const { view } = await signedIn();
    await browser.advance(13.5 * minuteMs);
    browser.fault = () => ({ kind: 'answer', response: () => new Response('', { status: 503 }) });
    view.answer('continued');
    await browser.advance(20_000);
    assert.deepEqual([view.isOpen, view.progress, view.opened], [true, 'unanswered', 1]);
    browser.fault = () => undefined;
    view.answer('continued');
    await browser.advance(5_000);
    assert.equal(view.isOpen, false);
  });

  it('tells of an end that nothing moves once, and is dismissed in all tabs', async () => {
    provider.refreshSeconds = undefined;
    provider.sessionSeconds = 1_800;
    const tabs = [await signedIn({ renew: 'stealth' }), beside({ renew: 'stealth' })];
    await browser.advance(28.5 * minuteMs);
    assert.deepEqual(
      tabs.map(({ view }) => view.shown?.canExtend),
      [false, false],
    );
    tabs[0]?.view.answer('dismissed');
    await browser.advance(20_000);
    assert.deepEqual(
      tabs.map(({ view }) => [view.isOpen, view.opened]),
      [
        [false, 1],
        [false, 1],
      ],
    );
  });

  it('closes when the session has ended, and tells whose it was', async () => {
    const ends: unknown[] = [];
    const { view } = await signedIn({}, { onEnded: ({ code }, user) => ends.push([code, user?.sub]) });
    await browser.advance(17 * minuteMs);
    assert.deepEqual([view.isOpen, ends], [false, [['expired', 'ada']]]);
  });

  it('signs out when told to', async () => {
    const { view, client, tab } = await signedIn();
    await browser.advance(13.5 * minuteMs);
    view.answer('signedOut');
    await browser.advance(1_000);
    assert.deepEqual([view.isOpen, client.isSignedIn], [false, false]);
    assert.match(tab.visited.at(-1) ?? '', /end-session/);
  });

  it('is gone when it was removed', async () => {
    const { view, stop } = await signedIn();
    await browser.advance(13.5 * minuteMs);
    stop();
    assert.equal(view.isOpen, false);
    await browser.advance(5_000);
    assert.equal(view.isOpen, false);
  });
});
