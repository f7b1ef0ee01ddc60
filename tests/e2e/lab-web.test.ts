import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { OstiaryConfig } from 'ostiary';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { allowIfAsked, signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';

const lifeSeconds = 30;

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;

before(async () => {
  [house, browser] = await Promise.all([openLabHouse(), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close()]));

beforeEach(async () => {
  // Sign-ins are limited per address, and all of these come from one.
  await house.advance(60);
  await setLives(3600);
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

/** Where the web app shows the expenses. */
function atExpenses(): RegExp {
  return new RegExp(`^${house.labWeb}/expenses`);
}

/** From the navigation of the Lab to the expenses, by way of the issuer's pages. */
async function signIn(who: 'ada' | 'bob' = 'ada'): Promise<void> {
  await page.goto(house.lab);
  await page.getByRole('link', { name: 'Web app and API' }).click();
  await signInAs(page, who, atExpenses());
  assert.equal(await status(), 'The API answered 200.');
}

async function status(): Promise<string> {
  return (await page.locator('#status').textContent())?.trim() ?? '';
}

/** When the token of the last call was issued, as the API wrote it down. */
async function lastIssuedAt(): Promise<string> {
  return (await page.locator('#api-log li').first().getAttribute('data-iat')) ?? '';
}

async function reload(): Promise<string> {
  await page.locator('#reload').click();
  return status();
}

/** In seconds, of tokens that are issued from now on. */
async function setLives(seconds: number): Promise<void> {
  const response = await fetch(`${house.issuer}/development/overlay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      api: {
        identifier: 'https://api.lab.example',
        accessTokenSeconds: seconds,
        accessTokenBrowserSeconds: seconds,
        allowOfflineAccess: true,
      },
    }),
  });
  assert.equal(response.status, 200);
  await response.body?.cancel();
}

describe('S4.1 the settings of an API', () => {
  it('take effect at the next token, without a new sign-in', async () => {
    await signIn();
    await page.getByLabel('Token Expiration (Seconds)').fill(String(lifeSeconds));
    await page.getByLabel('Token Expiration for Browser Flows (Seconds)').fill(String(lifeSeconds));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(atExpenses());
    assert.equal(await page.getByLabel('Token Expiration (Seconds)').inputValue(), String(lifeSeconds));
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    assert.equal(await status(), 'The API answered 200 after a renewal.');
    const endsAtMs = Number(await page.locator('#access-remaining').getAttribute('data-ends-at'));
    const issuedAtMs = Number(await lastIssuedAt()) * 1000;
    assert.ok(Math.abs(endsAtMs - issuedAtMs - lifeSeconds * 1000) <= 2000, 'the new token lives as long as was set');
  });

  it('are refused with the field and the remedy where they make no sense, and then nothing has changed', async () => {
    await page.goto(house.labWeb);
    const response = await context.request.post(`${house.labWeb}/settings`, {
      headers: { origin: house.labWeb },
      form: { accessTokenSeconds: '0', accessTokenBrowserSeconds: '3600' },
    });
    assert.equal(response.status(), 400);
    assert.match(await response.text(), /apis\[0\]\.accessTokenSeconds: must be at least 1, not 0/);
    await page.reload();
    assert.equal(await page.getByLabel('Token Expiration (Seconds)').inputValue(), '3600');
  });

  it('are changed by no form of another site', async () => {
    const form = { accessTokenSeconds: '1', accessTokenBrowserSeconds: '1' };
    for (const headers of [{ origin: 'http://evil.example' }, { origin: 'null' }]) {
      const response = await context.request.post(`${house.labWeb}/settings`, { headers, form });
      assert.equal(response.status(), 403);
    }
  });
});

describe('S4.2 the handler of the exercise', () => {
  it('goes round a hundred times with the old refresh token put back: rotation off, then on, by one sign-in', async () => {
    await signIn();
    await setLives(lifeSeconds);
    await house.advance(3600);
    assert.equal(await rounds(100), 1, 'without rotation the refresh token stays');
    await restart(withRotation);
    await setLives(lifeSeconds);
    assert.equal(await rounds(100), 100, 'with rotation each renewal brought another one');
  });

  it('has a form without a loop', async () => {
    await signIn();
    await page.locator('#other-form').click();
    assert.equal(await status(), 'The API answered 200.');
    await house.advance(3600);
    assert.equal(await reload(), 'The API answered 200 after a renewal.');
    assert.match(page.url(), /\/expenses\/short$/);
  });
});

describe('S4.3 consent to offline access', () => {
  it('is asked for when an app that was allowed the rest asks for it later', async () => {
    await page.goto(house.labWeb);
    await page.locator('#sign-in-online').click();
    await page.locator('#username').fill('bob@example.com');
    await page.locator('#password').fill('bob-demo-password');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    assert.equal(await asksForOffline(), false);
    await allowIfAsked(page, atExpenses());
    assert.equal(await status(), 'The API answered 200.');
    await page.locator('#no-refresh-token a').waitFor();
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    assert.match(await status(), /offline_access/);
    await page.locator('#sign-in-again').click();
    assert.equal(await asksForOffline(), true);
    await allowIfAsked(page, atExpenses());
    assert.equal(await status(), 'The API answered 200.');
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    assert.equal(await status(), 'The API answered 200 after a renewal.');
  });
});

describe('S4.4 the log of the API', () => {
  it('tells the same iat while the token lives, and another one after', async () => {
    await signIn();
    await setLives(lifeSeconds);
    await house.advance(3600);
    assert.equal(await reload(), 'The API answered 200 after a renewal.');
    const first = await lastIssuedAt();
    assert.equal(await reload(), 'The API answered 200.');
    assert.equal(await lastIssuedAt(), first);
    await house.advance(lifeSeconds);
    assert.equal(await reload(), 'The API answered 200 after a renewal.');
    assert.ok(Number(await lastIssuedAt()) >= Number(first) + lifeSeconds);
  });
});

describe('access that is withdrawn', () => {
  it('is refused by the API within a second, with the reason, and its renewal too; others go on', async () => {
    await signIn();
    const other = await browser.newContext();
    const otherPage = await other.newPage();
    await otherPage.goto(`${house.labWeb}/expenses`);
    await signInAs(otherPage, 'bob', atExpenses());
    await withdrawAccess();
    const { acceptedMs } = await firstRefusal();
    assert.ok(acceptedMs < 1000, `still accepted ${Math.round(acceptedMs)} ms after the access was withdrawn`);
    await page.goto(`${house.labWeb}/expenses`);
    assert.match(await status(), /^The API refused the token \(401, revoked\)/);
    assert.equal(await page.locator('#feed-state').textContent(), 'up to date');
    assert.ok(Number(await page.locator('#feed-entries').textContent()) > 0);
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    assert.match(await status(), /^Your session has ended: .*consent_withdrawn/);
    await page.locator('#sign-in-again').click();
    await allowIfAsked(page, atExpenses());
    await page.locator('#timeline [aria-label*="ended" i]').first().waitFor();
    await otherPage.locator('#reload').click();
    assert.equal(await otherPage.locator('#status').textContent(), 'The API answered 200 after a renewal.');
    await other.close();
  });
});

describe('a session that ends at the issuer', () => {
  it('ends here at once when the device is removed, on a page that is open, and other devices go on', async () => {
    await signIn();
    const other = await browser.newContext();
    const otherPage = await other.newPage();
    await otherPage.goto(`${house.labWeb}/expenses`);
    await signInAs(otherPage, 'ada', atExpenses());
    await removeThisDevice(await context.newPage());
    await page.waitForURL(`${house.labWeb}/session-ended`, { timeout: 5000 });
    assert.match(await status(), /^Your session here has ended: you signed out at the issuer, removed this device/);
    await page.locator('#sign-in-again').click();
    await page.locator('#username').waitFor();
    await otherPage.locator('#reload').click();
    assert.equal(await otherPage.locator('#status').textContent(), 'The API answered 200.');
    await other.close();
  });

  it('ends here at once when its user signs out there, and the next page says so', async () => {
    await signIn();
    await page.goto(`${house.issuer}/end-session`);
    await page.locator('button[value="sign_out"]').click();
    const { html } = await firstRefusal();
    assert.match(html, /Your session here has ended/);
    await page.goto(`${house.labWeb}/expenses`);
    await page.locator('#username').waitFor();
  });
});

describe('S4.5 a clock that is wrong', () => {
  it('does no harm when it is a little behind, and is named when it is far behind', async () => {
    await page.goto(house.labWeb);
    await page.getByRole('button', { name: '30 seconds behind' }).click();
    await signIn();
    await page.locator('#sign-out').click();
    await page.waitForURL(`${house.labWeb}/`);
    await page.getByRole('button', { name: '10 minutes behind' }).click();
    await page.locator('#expenses').click();
    await signInAs(page, 'ada', new RegExp(`^${house.labWeb}/callback`));
    assert.match(await status(), /clock/);
    await page.goto(house.labWeb);
    await page.getByRole('button', { name: 'Right' }).click();
    await page.locator('#expenses').click();
    await allowIfAsked(page, atExpenses());
    assert.equal(await status(), 'The API answered 200.');
  });
});

/** The first load of the expenses that is not answered with 200, and for how long they were before. Gives up after five seconds. */
async function firstRefusal(): Promise<{ acceptedMs: number; html: string }> {
  const fromMs = performance.now();
  let acceptedMs = 0;
  for (;;) {
    const sentMs = performance.now() - fromMs;
    const response = await context.request.get(`${house.labWeb}/expenses`, { headers: { accept: 'text/html' } });
    const html = await response.text();
    if (!html.includes('The API answered 200') || sentMs > 5000) return { acceptedMs, html };
    acceptedMs = sentMs;
  }
}

/** Loads the expenses so often, each time after the token's life, and counts the different refresh tokens that there were. */
async function rounds(count: number): Promise<number> {
  const [issued, refreshTokens] = [new Set<string>(), new Set<string>()];
  for (let round = 0; round < count; round += 1) {
    const response = await context.request.get(`${house.labWeb}/expenses`, { headers: { accept: 'text/html' } });
    const html = await response.text();
    const said = /id="status"[^>]*>\s*([^<]*?)\s*</.exec(html)?.[1];
    assert.equal(said, 'The API answered 200 after a renewal.', `round ${round}`);
    issued.add(/data-iat="(\d+)"/.exec(html)?.[1] ?? '');
    refreshTokens.add(/id="refresh-fingerprint">([\w-]+)</.exec(html)?.[1] ?? '');
    await house.advance(lifeSeconds);
  }
  assert.equal(issued.size, count, 'every round had a token of its own');
  return refreshTokens.size;
}

/** The issuer starts again with a changed configuration; time goes on from where it was. */
async function restart(change: (config: OstiaryConfig) => OstiaryConfig): Promise<void> {
  const response = await fetch(`${house.issuer}/development/clock`);
  const { offsetMs } = (await response.json()) as { offsetMs: number };
  await house.end('SIGTERM');
  await house.start(change);
  await house.advance(offsetMs / 1000);
}

function withRotation(config: OstiaryConfig): OstiaryConfig {
  const clients = config.clients?.map((client) =>
    client.client_id === 'lab-web' ? { ...client, refresh: { ...client.refresh, rotation: 'on' as const } } : client,
  );
  return { ...config, ...(clients && { clients }) };
}

async function withdrawAccess(): Promise<void> {
  await page.goto(`${house.issuer}/account`);
  await page.getByRole('button', { name: 'Withdraw access from Lab Web' }).click();
  await page.getByRole('button', { name: 'Withdraw access', exact: true }).click();
  await page.getByRole('heading', { name: 'Your account' }).waitFor();
}

async function removeThisDevice(account: Page): Promise<void> {
  await account.goto(`${house.issuer}/account`);
  await account.getByRole('row').filter({ hasText: 'This device' }).getByRole('button').click();
  await account.getByRole('button', { name: 'Sign out this device' }).click();
  await account.waitForURL(/\/sign-in$/);
}

async function asksForOffline(): Promise<boolean> {
  await page.waitForURL((url) => url.pathname.endsWith('/consent'));
  return (await page.locator('.permissions .offline').count()) === 1;
}
