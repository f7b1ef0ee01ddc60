import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';

let house: LabHouse;
let chromium: Browser;
let context: BrowserContext;
let page: Page;

before(async () => {
  [house, chromium] = await Promise.all([openLabHouse(), launchChromium()]);
});
after(() => Promise.all([chromium.close(), house.close()]));

beforeEach(async () => {
  context = await chromium.newContext();
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
  await page.goto(`${house.lab}/direct`);
  await page.locator('#status[data-state="ready"]').waitFor();
});
afterEach(() => context.close());

const click = (id: string) => page.getByTestId(id).click();
const stateOf = (device: string): Locator => page.getByTestId(`${device}-state`);

/** Waits until the page says this of a device. */
async function says(device: string, words: string): Promise<void> {
  await stateOf(device).filter({ hasText: words }).waitFor();
}

async function status(words: string): Promise<void> {
  await page.getByTestId('status').filter({ hasText: words }).waitFor();
}

async function signIn(...devices: string[]): Promise<void> {
  for (const device of devices) {
    await click(`${device}-sign-in`);
    await status(`Ada\u2019s ${device} is signed in.`);
  }
}

/** Calls of this device that the back end answered with this status. */
function callsOf(device: string, code: number): Locator {
  return page.locator(`[data-testid="call"][data-device="${device}"][data-status="${code}"]`);
}

/** Ada removes a device on the account page of the issuer, in another tab. */
async function removeDevice(name: string): Promise<void> {
  const account = await context.newPage();
  await account.goto(`${house.issuer}/account`);
  await signInAs(account, 'ada', /\/account$/);
  await account.getByRole('row').filter({ hasText: name }).getByRole('button').first().click();
  await account.getByRole('button', { name: 'Sign out this device' }).click();
  await account.getByRole('status').filter({ hasText: 'is signed out.' }).waitFor();
  await account.close();
}

describe('S2 in the Lab: a back end that makes tokens', () => {
  it('renews in the background after a 401, and after a year goes on where the user was', async () => {
    await page.goto(`${house.lab}/service`);
    const answered = (path: string, code: number) =>
      page.locator(`[data-testid="call"][data-path="${path}"][data-status="${code}"]`);
    await click('sign-in');
    await status('an access token for an hour');
    await click('advance-hour');
    await click('notes');
    await status('Notes for the role editor: Buy ink');
    assert.match(
      (await answered('notes', 401).first().textContent()) ?? '',
      /WWW-Authenticate: Bearer error="invalid_token"/,
    );
    assert.equal(await answered('refresh', 200).count(), 1);
    await click('advance-year');
    await click('notes');
    await status('Sign in to go on');
    await click('sign-in');
    await status('Notes for the role editor: Buy ink');
  });
});

describe('S5 in the Lab: two devices of Ada and a back end of the app itself', () => {
  it('one is removed: its next refresh fails, and the other goes on', async () => {
    await signIn('phone', 'laptop');
    await removeDevice('Ada\u2019s laptop');
    await click('laptop-renew');
    await says('laptop', 'Signed out by the server');
    await click('phone-renew');
    await status('phone: renew now, done.');
    await says('phone', 'Signed in.');
  });

  it('a token taken from one device is worthless on the other, and the first goes on', async () => {
    await signIn('phone', 'laptop');
    await click('phone-steal');
    await status('Refused: the token of the phone is worthless on the laptop');
    await click('phone-renew');
    await status('phone: renew now, done.');
  });

  it('as the end comes near, the phone renews in stealth and the laptop asks', async () => {
    await signIn('phone', 'laptop');
    await click('advance-10');
    const dialog = page.getByRole('alertdialog');
    await dialog.waitFor();
    await says('laptop', 'the session ends in');
    await dialog.getByRole('button', { name: 'Continue' }).click();
    await says('laptop', 'Signed in.');
    for (let minute = 11; minute <= 14; minute += 1) {
      await click('advance-1');
      await says('phone', 'Signed in.');
    }
    await callsOf('phone', 200).nth(1).waitFor();
    await says('phone', 'Signed in.');
  });

  it('without an answer the session times out, the note is kept, and a new sign-in goes on', async () => {
    await signIn('laptop');
    await page.getByTestId('draft').fill('half a sentence');
    await click('advance-10');
    await page.getByRole('alertdialog').waitFor();
    await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' };
      await fetch('/clock', { method: 'POST', headers, body: JSON.stringify({ advanceSeconds: 600 }) });
    });
    await page.reload();
    const draft = page.getByTestId('draft');
    for (let frame = 0; frame < 300 && (await draft.inputValue()) === ''; frame += 1)
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    assert.equal(await draft.inputValue(), 'half a sentence');
    await signIn('laptop');
    await says('laptop', 'Signed in.');
  });

  it('stateless: a removed device goes on until its token is over by itself', async () => {
    await page.getByTestId('stateless').check();
    await signIn('phone');
    await removeDevice('Ada\u2019s phone');
    await click('phone-renew');
    await status('phone: renew now, done.');
    await click('advance-day');
    await says('phone', 'timed out');
  });
});
