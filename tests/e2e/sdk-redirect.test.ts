import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { launchChromium } from './chromium.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, signInBySdk, withSdkApps } from './sdk-app.ts';
import { claimsOf } from './token-endpoint.ts';

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

describe('the browser SDK by redirect', () => {
  it('signs in, and finds the session again after a reload', async () => {
    const settings = {
      ...settingsOf(house.issuer, 'app', app),
      storage: 'session' as const,
      scope: 'openid offline_access read:reports',
    };
    await signInBySdk(page, settings, `${app.origin}/`);
    assert.equal(page.url(), `${app.origin}/callback`, 'the code has left the address bar');
    const token = await page.evaluate(() => client.getAccessToken());
    assert.equal(claimsOf(token)['client_id'], 'app');
    await page.reload();
    const again = await page.evaluate(async (options) => {
      const { createClient } = await import('@ostiary/browser');
      const reloaded = createClient(options);
      return { isSignedIn: reloaded.isSignedIn, token: await reloaded.getAccessToken() };
    }, settings);
    assert.deepEqual(again, { isSignedIn: true, token });
  });
});
