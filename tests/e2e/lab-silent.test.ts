import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { LabPage } from './lab-page.ts';
import { claimsOf } from './token-endpoint.ts';

const hourSeconds = 3600;
const renewedByItself = /passed\. The app renewed by itself, without a dialogue\.$/;

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;

before(async () => {
  const session = { idleSeconds: 2 * hourSeconds, absoluteSeconds: 3.5 * hourSeconds };
  [house, browser] = await Promise.all([openLabHouse((config) => ({ ...config, session })), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close()]));

beforeEach(async () => {
  await house.advance(60);
  context = await browser.newContext();
});
afterEach(() => context.close());

/** Opens the page at an address by name or by number, and signs Ada in. */
async function signedIn(host: 'localhost' | '127.0.0.1' = 'localhost'): Promise<void> {
  lab = await LabPage.open(context, { ...house, lab: house.lab.replace('localhost', host) }, '/silent');
  await lab.page.getByTestId('draft').fill('Train to Bath, 12.40');
  await lab.click('sign-in');
  await signInAs(lab.page, 'ada', lab.home);
  assert.equal(await lab.settled(), 'Signed in. Your note is still here.');
}

/** Purposes and outcomes of the last requests. */
async function last(count: number): Promise<string[]> {
  return (await lab.exchanges()).slice(-count).map(({ purpose, status }) => `${purpose} ${status}`);
}

async function authTime(): Promise<unknown> {
  const text = await lab.page.evaluate(() =>
    Object.values<string>(sessionStorage).find((each) => each.includes('idToken')),
  );
  const { tokens } = JSON.parse(text ?? '') as { tokens: { idToken: string; refreshToken?: string } };
  assert.equal(tokens.refreshToken, undefined, 'this app gets no refresh token');
  return claimsOf(tokens.idToken)['auth_time'];
}

/** What the whole page, and no frame in it, is handed by the issuer. */
async function thePageComesBack(): Promise<URLSearchParams> {
  const request = await lab.page.waitForRequest(
    (each) => each.frame() === lab.page.mainFrame() && each.url().includes('/silent/callback?'),
  );
  return new URL(request.url()).searchParams;
}

describe('S3.1 an app without refresh tokens', () => {
  it('renews on schedule, in a hidden frame, without a dialogue', async () => {
    await signedIn();
    const signedInAt = await authTime();
    assert.match(await lab.act('advance-hour'), renewedByItself);
    assert.deepEqual(await last(4), ['clock 200', 'frame navigated', 'callback navigated', 'code 200']);
    assert.equal(await authTime(), signedInAt, 'nobody signed in again');
    assert.equal(await lab.act('call-api'), 'The API answered 200.');
  });

  it('renews after a 401', async () => {
    await signedIn();
    // Time passes and nobody tells the page.
    await house.advance(hourSeconds);
    await lab.page.route('**/clock', (route) => route.fulfill({ json: { offsetMs: 60_000 } }));
    assert.equal(await lab.act('call-api'), 'The API answered 200 after a renewal.');
    assert.deepEqual(await last(5), ['call 401', 'frame navigated', 'callback navigated', 'code 200', 'call 200']);
  });
});

describe('S3.2 the end of the sign-in at the issuer', () => {
  it('is login_required: the user signs in again, and what they were doing is kept', async () => {
    await signedIn();
    assert.match(await lab.act('advance-day'), /^Your sign-in at the issuer is over \(login_required\)\./);
    assert.deepEqual(await last(3), ['clock 200', 'frame navigated', 'callback navigated']);
    await lab.click('sign-in');
    await lab.page.locator('#password').waitFor();
    await signInAs(lab.page, 'ada', lab.home);
    assert.equal(await lab.settled(), 'Signed in. Your note is still here.');
    assert.equal(await lab.page.getByTestId('draft').inputValue(), 'Train to Bath, 12.40');
  });

  it('is not put off by silent renewals beyond its absolute end', async () => {
    await signedIn();
    for (let hour = 1; hour <= 3; hour += 1) assert.match(await lab.act('advance-hour'), renewedByItself);
    assert.match(await lab.act('advance-hour'), /^Your sign-in at the issuer is over \(login_required\)\./);
  });
});

describe('S3.1 the same app on another site than the issuer', () => {
  it('leaves the page for the issuer and comes back with new tokens, asked nothing, the note kept', async () => {
    await signedIn('127.0.0.1');
    assert.match(lab.page.url(), /^http:\/\/127\.0\.0\.1:/);
    const signedInAt = await authTime();
    const comingBack = thePageComesBack();
    await lab.click('advance-hour');
    assert.ok((await comingBack).has('code'));
    await lab.page.waitForURL(/\/silent$/);
    assert.equal(await lab.settled(), 'Signed in. Your note is still here.');
    assert.equal(await authTime(), signedInAt, 'nobody signed in again');
    assert.equal(await lab.page.getByTestId('draft').inputValue(), 'Train to Bath, 12.40');
    assert.equal(await lab.act('call-api'), 'The API answered 200.');
  });

  it('hears there that the sign-in is over, and does not go in circles', async () => {
    await signedIn('127.0.0.1');
    const comingBack = thePageComesBack();
    await lab.click('advance-day');
    assert.equal((await comingBack).get('error'), 'login_required');
    await lab.page.waitForURL(/\/silent$/);
    assert.match(await lab.settled(), /login_required/);
    const gone = (await lab.exchanges()).filter(({ purpose }) => purpose === 'authorize').length;
    assert.equal(gone, 2, 'once to sign in, once to ask');
  });
});
