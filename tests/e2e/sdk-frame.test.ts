import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, withSdkApps, type PlainSettings } from './sdk-app.ts';
import { claimsOf } from './token-endpoint.ts';

const daySeconds = 86_400;

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** On the issuer's site; its callback page runs the whole app. `unframed` forbids frames there. */
let near: SdkPage;
let unframed: SdkPage;
/** On another site. */
let far: SdkPage;

/** An app as its author writes it: one page for all addresses. */
const appBody = `<textarea id="note"></textarea><script type="module">
  globalThis.starts = Number(sessionStorage.getItem('starts') ?? 0) + 1;
  sessionStorage.setItem('starts', String(globalThis.starts));
  globalThis.note = document.querySelector('#note');
  globalThis.note.value = sessionStorage.getItem('draft') ?? '';
</script>`;
const pages = { '/': appBody, '/callback': appBody };

before(async () => {
  [near, unframed, far] = await Promise.all([
    serveSdkPage({ pages }),
    serveSdkPage({ pages, headers: { '/callback': { 'x-frame-options': 'DENY' } } }),
    serveSdkPage({ pages, host: '127.0.0.1' }),
  ]);
  [house, browser] = await Promise.all([openLabHouse(withSdkApps({ near, unframed, far })), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close(), near.close(), unframed.close(), far.close()]));

beforeEach(async () => {
  await house.advance(60);
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

describe('S3.1 renewal without a refresh token, by the SDK', () => {
  it('asks in a hidden frame in which the app does not start again', async () => {
    await signIn(near, 'near');
    const first = await page.evaluate(() => client.getAccessToken());
    const starts = await page.evaluate('starts');
    await house.advance(3590);
    const [renewed, frames] = await page.evaluate(async () => {
      await client.extend();
      return [await client.getAccessToken(), document.querySelectorAll('iframe').length] as const;
    });
    assert.equal(claimsOf(renewed)['sub'], claimsOf(first)['sub']);
    assert.ok(Number(claimsOf(renewed)['iat']) >= Number(claimsOf(first)['iat']) + 3590);
    assert.equal(frames, 0);
    assert.equal(await page.evaluate("sessionStorage.getItem('starts')"), String(starts));
  });

  it('finds the session again after a reload, with its tokens in memory', async () => {
    await signIn(near, 'near');
    await page.goto(`${near.origin}/`);
    await open(near, 'near');
    assert.equal(await page.evaluate(() => client.isSignedIn), false);
    const token = await page.evaluate(() => client.getAccessToken());
    assert.equal(claimsOf(token)['client_id'], 'near');
    assert.equal(await page.evaluate(() => client.isSignedIn), true);
    assert.equal(page.url(), `${near.origin}/`);
  });

  it('says what forbids the frame, and ends nothing', async () => {
    await signIn(unframed, 'unframed', false);
    const fault = await extended();
    assert.equal(fault?.code, 'interaction_required');
    assert.match(fault?.message ?? '', /X-Frame-Options/);
    assert.match(fault?.message ?? '', /\/callback/);
    assert.equal(await page.evaluate(() => client.isSignedIn), true);
  });

  it('keeps the session when the provider hangs, and when the page takes the frame away', async () => {
    await signIn(near, 'near');
    await page.goto(`${near.origin}/`);
    await open(near, 'near', true, { timeoutMs: 1_000 });
    await page.evaluate(() => client.getAccessToken());
    await page.route(/\/authorize\?/, () => undefined);
    assert.equal((await extended())?.code, 'try_later');
    await page.unroute(/\/authorize\?/);
    await page.evaluate(() => {
      const cleaner = new MutationObserver(() => document.querySelector('iframe')?.remove());
      cleaner.observe(document.body, { childList: true });
      Object.assign(globalThis, { cleaner });
    });
    assert.equal((await extended())?.code, 'try_later');
    await page.evaluate('cleaner.disconnect()');
    const untilMs = Date.now() + 20_000;
    while ((await extended()) !== undefined) assert.ok(Date.now() < untilMs, 'it never renews again');
    assert.equal(await page.evaluate(() => client.state.kind), 'active');
  });

  it('leaves the page of another site only after it kept what the user was doing', async () => {
    await signIn(far, 'far');
    await page.evaluate("history.replaceState(null, '', '/'); note.value = 'half a sentence'");
    const leaving = page.waitForRequest(/\/authorize\?.*prompt=none/);
    // Playwright's own waiting ends with the page.
    await page.evaluate(() => void client.extend());
    await leaving;
    await page.waitForURL((url) => url.origin === far.origin && url.searchParams.has('code'));
    await open(far, 'far');
    const back = await page.evaluate(() => client.handleCallback());
    assert.deepEqual(back, { returnTo: `${far.origin}/` });
    assert.equal(claimsOf(await page.evaluate(() => client.getAccessToken()))['client_id'], 'far');
    await page.waitForFunction("globalThis.note?.value === 'half a sentence'");
  });
});

describe('S3.2 the authentication cookie is over', () => {
  it('is login_required: the session ends, says why, and the app signs in again', async () => {
    await signIn(near, 'near');
    await house.advance(3 * daySeconds + 60);
    // The page's own clock has not moved: it learns the server's time from the next answer.
    const state = await page.evaluate(async () => {
      await client.extend().catch(() => undefined);
      return client.state;
    });
    assert.equal(state.kind, 'degraded', 'the access token is not over by the clock of this page');
    await page.goto(`${near.origin}/`);
    await open(near, 'near');
    const fault = await page.evaluate(() =>
      client.getAccessToken().then(
        () => undefined,
        ({ code, error }: { code: string; error: string }) => ({ code, error }),
      ),
    );
    assert.deepEqual(fault, { code: 'sign_in_required', error: 'login_required' });
    await signIn(near, 'near');
    assert.equal(await page.evaluate(() => client.isSignedIn), true);
  });

  it('comes after thirty days, however often the app renews', async () => {
    await signIn(near, 'near');
    for (let day = 2; day < 30; day += 2) {
      await house.advance(2 * daySeconds);
      assert.equal(await extended(), undefined, `on day ${day}`);
    }
    await house.advance(2 * daySeconds);
    assert.equal((await extended())?.error, 'login_required');
  });
});

/** Loads the client into the page; if it may leave, it keeps the note before. */
async function open(app: SdkPage, clientId: string, mayLeave = true, frame = {}): Promise<void> {
  const settings = { ...settingsOf(house.issuer, clientId, app), mayLeave, frame };
  await page.evaluate(
    async ({
      mayLeave: mayGo,
      frame: frameOptions,
      ...options
    }: PlainSettings & { mayLeave: boolean; frame: object }) => {
      const [{ createClient }, { silentFrame }] = await Promise.all([
        import('@ostiary/browser'),
        import('@ostiary/browser/frame'),
      ]);
      globalThis.client = createClient({
        ...options,
        silentSignIn: silentFrame(frameOptions),
        ...(mayGo && {
          beforeRedirect() {
            const note = document.querySelector<HTMLTextAreaElement>('#note');
            sessionStorage.setItem('draft', note?.value ?? '');
          },
        }),
      });
    },
    settings,
  );
}

async function signIn(app: SdkPage, clientId: string, mayLeave = true): Promise<void> {
  await page.goto(`${app.origin}/`);
  await open(app, clientId, mayLeave);
  await page.evaluate(() => client.signIn());
  await page.waitForURL((url) => url.origin === house.issuer);
  await signInAs(page, 'ada', new RegExp(`^${app.origin}/callback`));
  await open(app, clientId, mayLeave);
  await page.evaluate(() => client.handleCallback());
}

/** What `extend` throws. */
function extended(): Promise<{ code: string; error: string | undefined; message: string } | undefined> {
  return page.evaluate(() =>
    client.extend().then(
      () => undefined,
      ({ code, error, message }: { code: string; error: string | undefined; message: string }) => ({
        code,
        error,
        message,
      }),
    ),
  );
}
