import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.ts';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { serveOnLoopback, type LoopbackServer } from '../support/loopback-server.ts';
import { browserModule, libraries, password, startExampleIssuer } from './served-snippets.ts';
import type * as WithFetch from './snippets/spa-fetch.ts';
import type * as WithLibrary from './snippets/spa-oidc-client-ts.ts';

/** What the page of the app made of its module. */
declare const withFetch: typeof WithFetch;
declare const withLibrary: typeof WithLibrary;

const appPage = (name: string, file: string) => `<!doctype html><title>App</title><link rel="icon" href="data:,">
<script type="importmap">{ "imports": { "oidc-client-ts": "/oidc-client-ts.js", "jwt-decode": "/jwt-decode.js" } }</script>
<script type="module">import * as app from '/${file}.js'; globalThis.${name} = app; document.title = 'ready';</script>`;

let app: LoopbackServer;
let issuer: IssuerProgram;
let chromium: Browser;
let context: BrowserContext;
let shown = '';

before(async () => {
  app = await serveOnLoopback((request) => {
    const { pathname } = new URL(request.url);
    const addresses = { 'http://localhost:4000': issuer.issuer, 'http://localhost:3000': app.origin };
    const script = (text: string) => new Response(text, { headers: { 'Content-Type': 'text/javascript' } });
    const library = libraries[pathname];
    if (library !== undefined) return script(library);
    if (pathname.endsWith('.js')) return script(browserModule(pathname.slice(1, -3) + '.ts', addresses));
    return new Response(shown, { headers: { 'Content-Type': 'text/html' } });
  });
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  await app?.close();
});

// A new issuer for each test: consent is remembered, and its clock is moved.
beforeEach(async () => {
  issuer = await startExampleIssuer({ 'http://localhost:3000': app.origin });
  context = await chromium.newContext();
  context.setDefaultTimeout(20_000);
});
afterEach(async () => {
  await context?.close();
  await issuer?.close();
});

async function openApp(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${app.origin}/`);
  await page.waitForFunction(() => document.title === 'ready');
  return page;
}

/** Ada signs in at the issuer, allows what is asked, and comes back to the app. */
async function signInOn(page: Page): Promise<void> {
  await page.locator('input[name=username]').fill('ada@example.com');
  await page.locator('input[name=password]').fill(password);
  await page.locator('input[name=password]').press('Enter');
  await page.locator('button[name=decision][value=allow]').click();
  await page.waitForURL(`${app.origin}/callback?*`);
  await page.waitForFunction(() => document.title === 'ready');
}

/** Lets the stored access token look as if it were nearly over. */
function ageTokens(page: Page): Promise<void> {
  return page.evaluate(() => {
    for (const [key, text] of Object.entries(localStorage)) {
      const value: Record<string, unknown> = JSON.parse(String(text));
      const soon = { ...('expires_at' in value && { expires_at: Math.floor(Date.now() / 1000) + 5 }) };
      localStorage.setItem(
        key,
        JSON.stringify({ ...value, ...soon, ...('expiresAtMs' in value && { expiresAtMs: 0 }) }),
      );
    }
  });
}

/** What comes in place of the issuer's answer at the token endpoint. */
interface Failure {
  status: number;
  contentType?: string;
  body: string;
}

const failures: Record<string, Failure | 'no answer'> = {
  'no answer': 'no answer',
  'a busy server': { status: 503, contentType: 'application/json', body: '{"error":"temporarily_unavailable"}' },
  'too many tries': { status: 429, contentType: 'application/json', body: '{"error":"slow_down"}' },
  'the page of a proxy': { status: 502, contentType: 'text/html', body: '<h1>Bad gateway</h1>' },
  'half an answer': { status: 200, contentType: 'application/json', body: '{"access_token":"ey' },
};

/** The next request of the token endpoint fails; where `reaches` says so, the issuer has done its work all the same. */
async function failOnce(page: Page, failure: Failure | 'no answer', { reaches = false } = {}): Promise<void> {
  await page.route(
    `${issuer.issuer}/token`,
    async (route) => {
      if (reaches) await route.fetch();
      if (failure === 'no answer') return route.abort();
      return route.fulfill({ ...failure, headers: { 'Access-Control-Allow-Origin': app.origin } });
    },
    { times: 1 },
  );
}

describe('a single-page app with fetch alone', () => {
  before(() => {
    shown = appPage('withFetch', 'spa-fetch');
  });

  async function signedIn(): Promise<Page> {
    const page = await openApp();
    await page.evaluate(() => void withFetch.signIn());
    await signInOn(page);
    await page.evaluate(() => withFetch.finishSignIn());
    return page;
  }
  const getToken = (page: Page) => page.evaluate(() => withFetch.getAccessToken());

  test('signs in, and takes the code out of the address', async () => {
    const page = await signedIn();
    assert.equal(page.url(), `${app.origin}/callback`);
    assert.equal((await getToken(page)).kind, 'ready');
  });

  test('renews when the token is nearly over, and not before', async () => {
    const page = await signedIn();
    const first = await getToken(page);
    assert.deepEqual(await getToken(page), first);
    await ageTokens(page);
    const second = await getToken(page);
    assert.equal(second.kind, 'ready');
    assert.notDeepEqual(second, first);
  });

  test('refuses an answer that belongs to another sign-in, or comes from another issuer', async () => {
    const page = await openApp();
    for (const query of ['code=1&state=2', `code=1&state=2&iss=${encodeURIComponent(issuer.issuer)}`]) {
      await page.goto(`${app.origin}/callback?${query}`);
      await page.waitForFunction(() => document.title === 'ready');
      await assert.rejects(
        page.evaluate(() => withFetch.finishSignIn()),
        /belongs to no sign-in/,
      );
    }
  });

  for (const [what, failure] of Object.entries(failures)) {
    test(`keeps everything after ${what}`, async () => {
      const page = await signedIn();
      await ageTokens(page);
      await failOnce(page, failure);
      assert.deepEqual(await getToken(page), { kind: 'later' });
      assert.equal((await getToken(page)).kind, 'ready');
    });
  }

  test('gets a lost answer again a week later, by its attempt', async () => {
    const page = await signedIn();
    await ageTokens(page);
    await failOnce(page, 'no answer', { reaches: true });
    assert.deepEqual(await getToken(page), { kind: 'later' });
    await issuer.advance(7 * 24 * 3600);
    assert.equal((await getToken(page)).kind, 'ready');
  });

  test('would be taken for a thief a week later without it', async () => {
    const page = await signedIn();
    await ageTokens(page);
    await failOnce(page, 'no answer', { reaches: true });
    await getToken(page);
    await page.evaluate(() => {
      const { attempt: _, ...rest } = JSON.parse(localStorage.getItem('example-spa.tokens') ?? '{}');
      localStorage.setItem('example-spa.tokens', JSON.stringify(rest));
    });
    await issuer.advance(7 * 24 * 3600);
    assert.deepEqual(await getToken(page), { kind: 'sign-in', cause: 'reuse_detected' });
  });

  // A tab may read what was stored a moment before: then it renews too, and gets the same successor.
  test('keeps the session when two tabs renew at once', async () => {
    const page = await signedIn();
    const other = await openApp();
    for (let times = 0; times < 3; times += 1) {
      await ageTokens(page);
      for (const { kind } of await Promise.all([getToken(page), getToken(other)])) assert.equal(kind, 'ready');
    }
  });

  test('forgets its tokens, with the cause, when the session has ended', async () => {
    const page = await signedIn();
    await ageTokens(page);
    await issuer.advance(15 * 24 * 3600);
    assert.deepEqual(await getToken(page), { kind: 'sign-in', cause: 'idle_expired' });
    assert.deepEqual(await getToken(page), { kind: 'sign-in' });
  });
});

describe('a single-page app with oidc-client-ts', () => {
  before(() => {
    shown = appPage('withLibrary', 'spa-oidc-client-ts');
  });

  async function signedIn(): Promise<Page> {
    const page = await openApp();
    await page.evaluate(() => void withLibrary.signIn());
    await signInOn(page);
    assert.equal(await page.evaluate(() => withLibrary.finishSignIn()), 'Ada');
    return page;
  }
  const getToken = (page: Page) => page.evaluate(() => withLibrary.getAccessToken());

  test('renews when the token is nearly over, and not before', async () => {
    const page = await signedIn();
    const first = await getToken(page);
    assert.equal(await getToken(page), first);
    await ageTokens(page);
    const second = await getToken(page);
    assert.equal(typeof second, 'string');
    assert.notEqual(second, first);
  });

  for (const [what, failure] of Object.entries(failures)) {
    test(`keeps everything after ${what}`, async () => {
      const page = await signedIn();
      await ageTokens(page);
      await failOnce(page, failure);
      await assert.rejects(getToken(page));
      assert.equal(typeof (await getToken(page)), 'string');
    });
  }

  test('keeps the session when two tabs renew at once', async () => {
    const page = await signedIn();
    const other = await openApp();
    for (let times = 0; times < 3; times += 1) {
      await ageTokens(page);
      for (const token of await Promise.all([getToken(page), getToken(other)])) assert.equal(typeof token, 'string');
    }
  });

  test('asks for a new sign-in when the session has ended', async () => {
    const page = await signedIn();
    await ageTokens(page);
    await issuer.advance(15 * 24 * 3600);
    assert.equal(await getToken(page), undefined);
  });

  test('signs out', async () => {
    const page = await signedIn();
    await page.evaluate(() => void withLibrary.signOut());
    await page.waitForURL(`${app.origin}/`);
    await page.waitForFunction(() => document.title === 'ready');
    assert.equal(await getToken(page), undefined);
  });
});
