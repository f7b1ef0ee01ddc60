import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';

let browser: Browser;
let house: LabHouse;
let context: BrowserContext;
let page: Page;

before(async () => {
  [browser, house] = await Promise.all([launchChromium(), openLabHouse()]);
});
after(async () => {
  await browser.close();
  await house.close();
});
beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

const click = (name: string) => page.getByRole('button', { name, exact: true }).click();
const watch = (tag: string): Locator => page.getByTestId('watch').filter({ hasText: `#${tag}` });

/** Ada connects the worker: the sign-in and the consent of the issuer, and back. */
async function startWatch(tag: string): Promise<string> {
  await page.goto(`${house.labWeb}/watch`);
  await page.locator('#tag').fill(tag);
  await click('Start watching');
  await page.locator('#username').fill('ada@example.com');
  await page.locator('#password').fill('ada-demo-password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((url) => url.pathname.endsWith('/consent') || url.pathname === '/watch');
  if (new URL(page.url()).pathname === '/watch') return '';
  const asked = await page.locator('main').innerText();
  await page.getByRole('button', { name: 'Allow', exact: true }).click();
  await page.waitForURL(`${house.labWeb}/watch`);
  return asked;
}

async function signOutAtIssuer(): Promise<void> {
  await page.goto(`${house.issuer}/end-session`);
  await page.locator('button[value="sign_out"]').click();
}

/** The page shows why it ended. */
async function endsWith(tag: string, cause: string, words: RegExp): Promise<void> {
  const ended = watch(tag).and(page.locator(`[data-cause="${cause}"]`));
  await ended.waitFor();
  assert.match(await ended.innerText(), words);
  assert.match(await page.locator('#story').innerText(), new RegExp(cause));
}

describe('S3.3 a worker watches a feed while Ada is away', () => {
  it('after she allowed it in words; it notifies though she signed out, and renews after a week', async () => {
    const asked = await startWatch('engines');
    assert.match(asked, /Read your feed/);
    assert.match(asked, /It goes on while you are away, until you withdraw it/);
    assert.equal(await watch('engines').getAttribute('data-state'), 'active');
    await signOutAtIssuer();
    await context.clearCookies();
    await page.goto(`${house.labWeb}/watch`);
    await page.getByLabel('What is new').fill('Difference Engine No. 3');
    await page.locator('#post-tag').fill('engines');
    await click('Post');
    await house.advance(86_400);
    await page.locator('#notices', { hasText: 'Difference Engine No. 3' }).waitFor();
    const renewals = page.locator('#story [data-kind="renewed"]');
    const before = await renewals.count();
    await click('+ 1 week');
    await renewals.nth(before).waitFor();
    assert.equal(await watch('engines').getAttribute('data-state'), 'active');
  });
});

describe('S3.4 the worker stops within seconds, and says why', () => {
  it('when Ada withdraws her consent; she connects again', async () => {
    await startWatch('looms');
    await page.goto(`${house.issuer}/account`);
    await page.getByRole('button', { name: 'Withdraw access from Lab Web' }).click();
    await page.getByRole('button', { name: 'Withdraw access', exact: true }).click();
    await page.getByRole('status').filter({ hasText: 'no longer has access' }).waitFor();
    await page.goto(`${house.labWeb}/watch`);
    await endsWith('looms', 'consent_withdrawn', /took back your permission/);
    await watch('looms').getByRole('button', { name: 'Reconnect' }).click();
    await page.waitForURL((url) => url.pathname.endsWith('/consent') || url.pathname.endsWith('/sign-in'));
    if (await page.locator('#username').isVisible()) await signInAs(page, 'ada', /\/watch$/);
    else {
      await page.getByRole('button', { name: 'Allow', exact: true }).click();
      await page.waitForURL(/\/watch$/);
    }
    assert.equal(await watch('looms').getAttribute('data-state'), 'active');
  });

  it('when the permission goes', async () => {
    await startWatch('cards');
    await click('Take it away');
    // It says nothing of tokens that are there; the next one is refused.
    await house.advance(3600);
    await endsWith('cards', 'permission_removed', /may no longer read your feed/);
    await click('Give it back');
  });

  it('when the operator disables her', async () => {
    await startWatch('cogs');
    await click('Disable Ada');
    await endsWith('cogs', 'user_disabled', /account was disabled/);
    await click('Let Ada in again');
  });
});
