import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { SessionRecord } from '@ostiary/browser';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, withSdkApps } from './sdk-app.ts';
import { claimsOf } from './token-endpoint.ts';

type Kind = 'indexed-db' | 'cookie' | 'worker';

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let app: SdkPage;

before(async () => {
  app = await serveSdkPage();
  [house, browser] = await Promise.all([openLabHouse(withSdkApps({ app })), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close(), app.close()]));

beforeEach(async () => {
  await house.advance(60);
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

describe('a session in IndexedDB', () => {
  it('is one for two tabs: sign-in, renewal and sign-out', async () => {
    await signIn('indexed-db');
    const other = await context.newPage();
    await other.goto(`${app.origin}/`);
    await open(other, 'indexed-db');
    const first = await page.evaluate(() => client.getAccessToken());
    assert.equal(await other.evaluate(() => client.getAccessToken()), first);
    await other.evaluate(() => client.extend());
    const renewed = await other.evaluate(() => client.getAccessToken());
    assert.notEqual(renewed, first);
    assert.equal(await page.evaluate(() => client.getAccessToken()), renewed);
    await page.evaluate(() => client.signOut({ atProvider: false }));
    await other.waitForFunction(() => client.state.kind === 'signedOut');
  });

  it('outlives local storage, and, while the page stands, the database itself', async () => {
    await signIn('indexed-db');
    await page.evaluate(async () => {
      localStorage.clear();
      await client.getAccessToken();
      const [{ name = '' } = {}] = await indexedDB.databases();
      await new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase(name);
        request.addEventListener('success', resolve);
        request.addEventListener('error', reject);
      });
      await client.extend();
    });
    assert.equal(await page.evaluate(() => client.isSignedIn), true);
    await page.reload();
    await open(page, 'indexed-db');
    assert.ok(claimsOf(await page.evaluate(() => client.getAccessToken()))['sub'], 'it was stored again');
  });

  it('serves from memory where the browser refuses', async () => {
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('private', 'SecurityError');
      };
    });
    await signIn('indexed-db');
    await page.evaluate(() => client.extend());
    assert.ok(await page.evaluate(() => client.getAccessToken()));
  });

  it('divides no change of two tabs', async () => {
    const other = await context.newPage();
    const count = async (tab: Page) => {
      await tab.goto(`${app.origin}/`);
      await tab.evaluate(async () => {
        const { indexedDb } = await import('@ostiary/browser/indexed-db');
        const store = indexedDb()('counted');
        const next = (current: SessionRecord | undefined): SessionRecord => ({
          id: 'counter',
          generation: 0,
          tokens: { accessToken: 'a', tokenType: 'Bearer', obtainedAtMs: 0 },
          offsetMs: (current?.offsetMs ?? 0) + 1,
        });
        await Promise.all(Array.from({ length: 50 }, async () => store.update(next)));
      });
    };
    await Promise.all([count(page), count(other)]);
    const total = await page.evaluate(async () => {
      const { indexedDb } = await import('@ostiary/browser/indexed-db');
      return (await indexedDb()('counted').read())?.offsetMs;
    });
    assert.equal(total, 100);
  });
});

describe('a session in cookies that script writes', () => {
  it('is found after a reload and by another tab, and gone after sign-out', async () => {
    await signIn('cookie');
    const token = await page.evaluate(() => client.getAccessToken());
    const cookies = await ownCookies();
    assert.ok(cookies.length > 0 && cookies.every(({ sameSite }) => sameSite === 'Strict'));
    const other = await context.newPage();
    await other.goto(`${app.origin}/`);
    await open(other, 'cookie');
    assert.equal(await other.evaluate(() => client.getAccessToken()), token);
    await other.evaluate(() => client.signOut({ atProvider: false }));
    assert.deepEqual(await ownCookies(), []);
  });
});

describe('refresh tokens in a worker', () => {
  it('are in no storage, message or answer that a script of the page could see, and renew all the same', async () => {
    await context.addInitScript(() => {
      const seen: string[] = [];
      const spy = <Args extends unknown[], Result>(work: (...args: Args) => Result) =>
        function (this: unknown, ...args: Args): Result {
          seen.push(JSON.stringify(args.map((arg) => (arg instanceof URLSearchParams ? String(arg) : arg))));
          return work.apply(this, args);
        };
      Worker.prototype.postMessage = spy(Worker.prototype.postMessage) as Worker['postMessage'];
      BroadcastChannel.prototype.postMessage = spy(BroadcastChannel.prototype.postMessage);
      Storage.prototype.setItem = spy(Storage.prototype.setItem);
      globalThis.fetch = spy(globalThis.fetch);
      const listen = EventTarget.prototype.addEventListener;
      EventTarget.prototype.addEventListener = function (type: string, ...rest) {
        if (type === 'message')
          listen.call(this, type, (event) => seen.push(JSON.stringify((event as MessageEvent).data)));
        listen.call(this, type, ...rest);
      };
      Response.prototype.text = new Proxy(Response.prototype.text, {
        apply: async (read, self: Response) => {
          const text = await Reflect.apply(read, self, []);
          seen.push(text);
          return text;
        },
      });
      Object.assign(globalThis, { seen });
    });
    const sent: string[] = [];
    context.on('request', (request) => {
      if (request.url() === `${house.issuer}/token`) sent.push(request.postData() ?? '');
    });
    await signIn('worker');
    const first = await page.evaluate(() => client.getAccessToken());
    for (let round = 0; round < 3; round += 1) await page.evaluate(() => client.extend());
    assert.notEqual(await page.evaluate(() => client.getAccessToken()), first);
    const seen = await page.evaluate<string[]>(
      'seen.concat(Object.values(localStorage), Object.values(sessionStorage))',
    );
    assert.ok(
      seen.some((text) => text.includes('vault.')),
      'the spies see the handle',
    );
    assert.deepEqual(
      seen.filter((text) => text.includes('ort_')),
      [],
    );
    const renewals = sent.filter((body) => body.includes('grant_type=refresh_token'));
    assert.ok(renewals.length === 3 && renewals.every((body) => body.includes('refresh_token=ort_')));
  });

  it('end with sign-out, at the server too', async () => {
    await signIn('worker');
    const revoking = context.waitForEvent('request', (request) => request.url().endsWith('/revoke'));
    await page.evaluate(() => client.signOut({ atProvider: false }));
    assert.match((await revoking).postData() ?? '', /token=ort_/);
  });
});

/** Loads a client with this storage into the page. */
async function open(tab: Page, kind: Kind): Promise<void> {
  const settings = { ...settingsOf(house.issuer, 'app', app), scope: 'openid offline_access read:reports' };
  await tab.evaluate(
    async ([options, how]) => {
      const { createClient } = await import('@ostiary/browser');
      const more =
        how === 'worker'
          ? { transport: (await import('@ostiary/browser/worker')).workerVault() }
          : {
              storage:
                how === 'cookie'
                  ? (await import('@ostiary/browser/cookie')).scriptCookies()
                  : (await import('@ostiary/browser/indexed-db')).indexedDb(),
              scriptsMayTakeRefreshTokens: true,
            };
      globalThis.client = createClient({ ...options, ...more });
    },
    [settings, kind] as const,
  );
}

async function signIn(kind: Kind): Promise<void> {
  await page.goto(`${app.origin}/`);
  await open(page, kind);
  await page.evaluate(() => client.signIn());
  await page.waitForURL((url) => url.origin === house.issuer);
  await signInAs(page, 'ada', new RegExp(`^${app.origin}/callback`));
  await open(page, kind);
  await page.evaluate(() => client.handleCallback());
}

async function ownCookies() {
  return (await context.cookies(app.origin)).filter(({ name }) => name.startsWith('ostiary.'));
}
