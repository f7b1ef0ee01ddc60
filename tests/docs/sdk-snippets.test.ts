import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.ts';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { browserModule, bundleOf, password, startExampleIssuer } from './served-snippets.ts';
import type * as WithDialog from './snippets/spa-sdk-dialog.ts';
import type * as WithDpop from './snippets/spa-sdk-dpop.ts';
import type * as WithSilentFrame from './snippets/spa-sdk-silent.ts';
import type * as WithSdk from './snippets/spa-sdk.ts';

/** What the page of the app made of its module. */
declare const app: typeof WithSdk & typeof WithSilentFrame & typeof WithDpop & typeof WithDialog;

let served: SdkPage;
let issuer: IssuerProgram;
let chromium: Browser;
let context: BrowserContext;
let shown = '';

const day = 24 * 3600;
const files = ['spa-sdk', 'spa-sdk-silent', 'spa-sdk-dpop', 'spa-sdk-dialog'];
const form = '<form id="report"><label>Text <textarea name="text"></textarea></label></form><output></output>';
const place = '<div id="root"></div>';

before(async () => {
  const react = await bundleOf('spa-react.jsx');
  served = await serveSdkPage({
    pages: { '/work': form, '/callback': place, '/reports': place },
    modules: () => {
      const addresses = {
        'http://localhost:4000': issuer.issuer,
        'http://localhost:3000': served.origin,
        'https://api.example.com': served.origin,
      };
      const modules = files.map((file) => [`/${file}.js`, browserModule(`${file}.ts`, addresses)]);
      return { ...Object.fromEntries(modules), '/spa-react.js': react(addresses) };
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
  await answer(page);
  return page;
}

/** Ada signs in at the issuer, allows what is asked if it is asked, and comes back to the app. */
async function answer(page: Page): Promise<void> {
  await page.locator('input[name=username]').fill('ada@example.com');
  await page.locator('input[name=password]').fill(password);
  await page.locator('input[name=password]').press('Enter');
  const allow = page.locator('button[name=decision][value=allow]');
  await page.waitForURL((url) => url.origin === served.origin || url.pathname.endsWith('/consent'));
  if (!page.url().startsWith(served.origin)) await allow.click();
  await page.waitForURL(`${served.origin}/callback?*`);
  await run(page);
}

/** Time goes by for the browser and the issuer. */
async function pass(seconds: number): Promise<void> {
  await issuer.advance(seconds);
  await context.clock.fastForward(seconds * 1000);
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

  test('with React: asks to sign in, comes back to the page, leaves it when the session ends, and signs out', async () => {
    shown = 'spa-react';
    await context.clock.install();
    const page = await context.newPage();
    await page.goto(`${served.origin}/reports?year=2026`);
    await run(page);
    await answer(page);
    await page.waitForURL(`${served.origin}/reports?year=2026`);
    await page.getByText('Ada').waitFor();
    await page.getByRole('button', { name: 'Load' }).click();
    await page.locator('pre', { hasText: 'doctype' }).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${served.origin}/callback?*`);
    await run(page);
    await page.getByRole('button', { name: 'Load' }).click();
    await page.locator('pre', { hasText: 'doctype' }).waitFor();
    await pass(15 * day);
    await page.getByRole('button', { name: 'Your session has ended. Sign in again.' }).waitFor();
    assert.match((await page.locator('pre').textContent()) ?? '', /doctype/, 'what was there stays');
  });

  test('asks before the session ends, goes on with it, and gives the work back after its end', async () => {
    shown = 'spa-sdk-dialog';
    await context.clock.install();
    const page = await signedIn();
    await page.evaluate(() => app.client.handleCallback());
    const work = async () => {
      await page.goto(`${served.origin}/work`);
      await run(page);
      await page.evaluate(() => {
        const [shownForm, output] = [document.querySelector('form'), document.querySelector('output')];
        if (shownForm !== null) app.watch(shownForm, (words) => output?.append(words));
      });
    };
    await work();
    await page.locator('textarea').fill('half a report');
    await pass(14 * day - 60);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => app.client.state.kind), 'active');
    await pass(15 * day);
    await page.getByText('Sign in again to find your work.').waitFor();
    await page.evaluate(() => app.client.signIn());
    await answer(page);
    await page.evaluate(() => app.client.handleCallback());
    await work();
    assert.equal(await page.locator('textarea').inputValue(), 'half a report');
  });
});
