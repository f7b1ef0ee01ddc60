import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.ts';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { browserModule, password, startExampleIssuer } from './served-snippets.ts';
import type * as WithDpop from './snippets/spa-sdk-dpop.ts';
import type * as WithSilentFrame from './snippets/spa-sdk-silent.ts';
import type * as WithSdk from './snippets/spa-sdk.ts';

/** What the page of the app made of its module. */
declare const app: typeof WithSdk & typeof WithSilentFrame & typeof WithDpop;

let served: SdkPage;
let issuer: IssuerProgram;
let chromium: Browser;
let context: BrowserContext;
let shown = '';

const files = ['spa-sdk', 'spa-sdk-silent', 'spa-sdk-dpop'];

before(async () => {
  served = await serveSdkPage({
    modules: () => {
      const addresses = {
        'http://localhost:4000': issuer.issuer,
        'http://localhost:3000': served.origin,
        'https://api.example.com': served.origin,
      };
      return Object.fromEntries(files.map((file) => [`/${file}.js`, browserModule(`${file}.ts`, addresses)]));
    },
  });
  chromium = await launchChromium();
});
after(() => Promise.all([chromium.close(), served.close()]));

beforeEach(async () => {
  issuer = await startExampleIssuer({ 'http://localhost:3000': served.origin });
  context = await chromium.newContext();
  context.setDefaultTimeout(20_000);
});
afterEach(async () => {
  await context.close();
  await issuer.close();
});

/** Loads the module of the page into `globalThis.app`. */
async function run(page: Page): Promise<void> {
  await page.evaluate(async (file) => Object.assign(globalThis, { app: await import(file) }), `/${shown}.js`);
}

async function signedIn(): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${served.origin}/`);
  await run(page);
  await page.evaluate(() => app.client.signIn({ returnTo: '/reports?year=2026' }));
  await page.locator('input[name=username]').fill('ada@example.com');
  await page.locator('input[name=password]').fill(password);
  await page.locator('input[name=password]').press('Enter');
  await page.locator('button[name=decision][value=allow]').click();
  await page.waitForURL(`${served.origin}/callback?*`);
  await run(page);
  return page;
}

describe('docs/single-page-apps.md', () => {
  test('signs in, goes back to where the user was, and tells who they are', async () => {
    shown = 'spa-sdk';
    const page = await signedIn();
    assert.equal(await page.evaluate(() => app.start()), 'Ada');
    assert.equal(page.url(), `${served.origin}/reports?year=2026`);
    assert.equal((await page.evaluate(() => app.loadReports())).kind, 'reports');
  });

  test('is asked to sign in where nobody is signed in', async () => {
    shown = 'spa-sdk';
    const page = await context.newPage();
    await page.goto(`${served.origin}/`);
    await run(page);
    assert.equal(await page.evaluate(() => app.start()), undefined);
    assert.deepEqual(await page.evaluate(() => app.loadReports()), { kind: 'sign-in' });
  });

  test('says that the session has ended, and signs out', async () => {
    shown = 'spa-sdk';
    const page = await signedIn();
    await page.evaluate(() => app.start());
    await issuer.advance(15 * 24 * 3600);
    const words = await page.evaluate(async () => {
      const said: string[] = [];
      const stop = app.showState((each) => said.push(each));
      await app.client.extend().catch(() => undefined);
      stop();
      return said;
    });
    assert.equal(words.at(-1), 'Your session has ended. Sign in again.');
    await page.evaluate(() => app.signOut());
    await page.waitForURL(`${served.origin}/`);
  });

  test('renews without a refresh token', async () => {
    shown = 'spa-sdk-silent';
    const page = await signedIn();
    const tokens = await page.evaluate(async () => {
      await app.client.handleCallback();
      const first = await app.client.getAccessToken();
      await app.client.extend();
      return [first, await app.client.getAccessToken()];
    });
    assert.equal(new Set(tokens).size, 2);
  });

  test('binds its tokens to a key', async () => {
    shown = 'spa-sdk-dpop';
    const page = await signedIn();
    const token = await page.evaluate(async () => {
      await app.client.handleCallback();
      await app.client.extend();
      return app.client.getAccessToken();
    });
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      cnf?: { jkt?: string };
    };
    assert.match(claims.cnf?.jkt ?? '', /^[\w-]{43}$/);
  });
});
