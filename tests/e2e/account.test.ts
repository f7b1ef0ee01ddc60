import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { allowIfAsked, signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { LabPage } from './lab-page.ts';
import { claimsOf, refresh } from './token-endpoint.ts';

let house: LabHouse;
let browser: Browser;
let contexts: BrowserContext[];

before(async () => {
  [house, browser] = await Promise.all([openLabHouse(), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close()]));
beforeEach(async () => {
  contexts = [];
  await house.advance(60);
});
afterEach(() => Promise.all(contexts.map((context) => context.close())));

describe('the account page: devices', () => {
  it('signs one device out: its next refresh fails with device_removed, the other goes on', async () => {
    const [here, there] = await twoDevices();
    const account = await openAccount(here.lab);
    await account
      .getByRole('row')
      .filter({ hasNot: account.getByText('This device') })
      .getByRole('button')
      .first()
      .click();
    await account.getByRole('button', { name: 'Sign out this device' }).click();
    assert.match((await account.getByRole('status').textContent()) ?? '', /is signed out\.$/);
    await assertEnded(there.refreshToken, 'device_removed');
    assert.match(await here.lab.act('renew'), /^Renewed: generation 1,/);
    // The app on the device that was signed out starts again, and the person must sign in.
    await there.lab.click('renew');
    await there.lab.page.locator('#password').waitFor();
  });

  it('signs all other devices out and stays signed in here', async () => {
    const [here, there] = await twoDevices();
    const account = await openAccount(here.lab);
    await account.getByRole('button', { name: 'Sign out all other devices' }).click();
    await account.getByRole('button', { name: 'Sign out all other devices' }).click();
    assert.equal(await account.getByRole('status').textContent(), 'All other devices are signed out.');
    assert.equal(await account.locator('.badge').count(), 1);
    await assertEnded(there.refreshToken, 'device_removed');
    assert.match(await here.lab.act('renew'), /^Renewed: generation 1,/);
  });

  it('signs this device out and then asks for a sign-in', async () => {
    const { lab, refreshToken } = await device();
    const account = await openAccount(lab);
    await account.getByRole('row').filter({ hasText: 'This device' }).getByRole('button').click();
    await account.getByRole('button', { name: 'Sign out this device' }).click();
    await account.waitForURL(/\/sign-in$/);
    await assertEnded(refreshToken, 'device_removed');
  });

  it('does nothing when the person cancels', async () => {
    const { lab } = await device();
    const account = await openAccount(lab);
    await account.getByRole('row').filter({ hasText: 'This device' }).getByRole('button').click();
    await account.getByRole('link', { name: 'Cancel' }).click();
    await account.waitForURL(/\/account$/);
    assert.match(await lab.act('renew'), /^Renewed: generation 1,/);
  });
});

describe('the account page: connected apps', () => {
  it('withdraws consent: the family ends with that cause, and the next sign-in asks again', async () => {
    const { lab, refreshToken } = await device();
    const account = await openAccount(lab);
    await account.getByRole('button', { name: 'Withdraw access from Lab SPA' }).click();
    await account.getByRole('button', { name: 'Withdraw access', exact: true }).click();
    assert.equal(await account.getByRole('status').textContent(), 'Lab SPA no longer has access.');
    await assertEnded(refreshToken, 'consent_withdrawn');
    await lab.click('sign-in');
    await lab.page.waitForURL(/\/consent\?/);
    await allowIfAsked(lab.page, lab.home);
    assert.equal(await lab.settled(), 'Signed in.');
  });

  it('keeps a denied consent denied: the app hears access_denied', async () => {
    const { lab } = await device();
    const account = await openAccount(lab);
    await account.getByRole('button', { name: 'Withdraw access from Lab SPA' }).click();
    await account.getByRole('button', { name: 'Withdraw access', exact: true }).click();
    await lab.click('sign-in');
    await lab.page.waitForURL(/\/consent\?/);
    await lab.page.getByRole('button', { name: 'Do not allow' }).click();
    await lab.page.waitForURL(lab.home);
    assert.match(await lab.settled(), /^Sign-in failed: the user did not allow access/);
  });

  it('tells what happened and why', async () => {
    const { lab } = await device('bob');
    assert.equal(await lab.act('sign-out'), 'You are signed out.');
    await lab.signIn('bob');
    const account = await openAccount(lab);
    const events = await account.getByRole('table', { name: 'What happened' }).textContent();
    assert.match(events ?? '', /You were signed out on .*You signed out\./);
  });
});

describe('one browser', () => {
  it('two tabs of one person share the session, and each has tokens of its own', async () => {
    const { lab, context, refreshToken } = await device();
    const second = await LabPage.open(context, house);
    const other = await second.signInSilently();
    assert.notEqual(other.refreshToken, refreshToken);
    const { sub } = claimsOf(other.accessToken);
    assert.equal(sub, claimsOf((await lab.tokens()).accessToken)['sub']);
    assert.match(await lab.act('renew'), /^Renewed: generation 1,/);
    assert.match(await second.act('renew'), /^Renewed: generation 1,/);
    assert.equal(await lab.act('sign-out'), 'You are signed out.');
    await assertEnded(other.refreshToken, 'signed_out');
  });

  it('two tabs that signed in at the same time both arrive', async () => {
    const context = await newContext();
    const [one, other] = [await LabPage.open(context, house), await LabPage.open(context, house)];
    // One after the other: what becomes of two first visits at once is proved in tests/security/sessions.test.ts.
    for (const { page } of [one, other]) {
      await page.getByTestId('sign-in').click();
      await page.locator('#username').waitFor();
    }
    await signInAs(one.page, 'ada', one.home);
    await signInAs(other.page, 'ada', other.home);
    assert.equal(await one.settled(), 'Signed in.');
    assert.equal(await other.settled(), 'Signed in.');
  });

  it('two people one after the other: the first is signed out with the cause, the second is who they say', async () => {
    const { lab, context, refreshToken } = await device('ada');
    const ada = claimsOf((await lab.tokens()).accessToken)['sub'];
    const page = await context.newPage();
    await page.goto(`${house.issuer}/sign-in`);
    await signInAs(page, 'bob', new RegExp(`^${house.issuer}/account`));
    assert.match((await page.locator('header').textContent()) ?? '', /bob@example\.com/);
    await assertEnded(refreshToken, 'session_replaced');
    const second = await LabPage.open(context, house);
    const { accessToken } = await second.signInSilently();
    assert.notEqual(claimsOf(accessToken)['sub'], ada);
  });
});

describe('the link of a page in progress, opened in another browser', () => {
  it('starts anew there: the other browser signs in for itself', async () => {
    const first = await LabPage.open(await newContext(), house);
    await first.click('sign-in');
    await first.page.waitForURL(/\/sign-in\?ticket=/);
    const link = first.page.url();
    const elsewhere = await (await newContext()).newPage();
    await elsewhere.goto(link);
    await elsewhere.waitForURL(/\/sign-in\?ticket=/);
    assert.notEqual(elsewhere.url(), link, 'the ticket of the first browser is not taken over');
    await elsewhere.locator('#username').fill('bob@example.com');
    await elsewhere.locator('#password').fill('bob-demo-password');
    await elsewhere.getByRole('button', { name: 'Sign in', exact: true }).click();
    await allowIfAsked(elsewhere, first.home);
    // The code came back to an app that never asked for it: the state is that of the first browser.
    const there = elsewhere.locator('#status[data-state="error"]');
    assert.match((await there.textContent()) ?? '', /unknown state/);
    await signInAs(first.page, 'ada', first.home);
    assert.equal(await first.settled(), 'Signed in.');
  });
});

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext();
  contexts.push(context);
  return context;
}

/** A browser profile of its own, signed in. */
async function device(who: 'ada' | 'bob' = 'ada') {
  const context = await newContext();
  const lab = await LabPage.open(context, house);
  const { refreshToken } = await lab.signIn(who);
  return { context, lab, refreshToken };
}

async function twoDevices() {
  const [here, there] = [await device(), await device()];
  return [here, there] as const;
}

async function openAccount({ page }: LabPage): Promise<Page> {
  const account = await page.context().newPage();
  await account.goto(`${house.issuer}/account`);
  return account;
}

async function assertEnded(refreshToken: string, cause: string): Promise<void> {
  const { status, body } = await refresh(house.issuer, refreshToken);
  assert.equal(status, 400);
  assert.equal(body['error'], 'invalid_grant');
  assert.equal(body['error_cause'], cause);
}
