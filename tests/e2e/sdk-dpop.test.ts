import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';
import { prover } from '../security/dpop.fixture.ts';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, withSdkApps, type PlainSettings } from './sdk-app.ts';
import { claimsOf, postToken } from './token-endpoint.ts';

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

const settings = (storage: 'local' | 'session' = 'local'): PlainSettings => ({
  ...settingsOf(house.issuer, 'app', app),
  storage,
  scope: 'openid offline_access read:reports',
});

/** The client of a page, bound to the browser's key. */
async function load(at: Page, options: PlainSettings): Promise<void> {
  await at.evaluate(async (plain) => {
    const { createClient } = await import('@ostiary/browser');
    const { dpop } = await import('@ostiary/browser/dpop');
    globalThis.client = createClient({ ...plain, proof: dpop() });
  }, options);
}

async function signIn(at: Page, options: PlainSettings): Promise<void> {
  await at.goto(`${app.origin}/`);
  await load(at, options);
  await at.evaluate(() => client.signIn());
  await at.waitForURL((url) => url.origin !== app.origin);
  await signInAs(at, 'ada', new RegExp(`^${app.origin}/callback`));
  await load(at, options);
  await at.evaluate(() => client.handleCallback());
}

/** Renews now, whatever time it is; the record of the session afterwards. */
async function renew(at: Page): Promise<{ accessToken: string; refreshToken: string; tokenType: string }> {
  await at.evaluate(() => client.extend());
  return tokensIn(at);
}

function tokensIn(at: Page): Promise<{ accessToken: string; refreshToken: string; tokenType: string }> {
  return at.evaluate(() => {
    for (const place of [localStorage, sessionStorage]) {
      for (const key of Object.keys(place)) {
        const { tokens } = JSON.parse(place.getItem(key) ?? '{}') as { tokens?: Record<string, string> };
        if (tokens?.['accessToken'] !== undefined) return tokens as never;
      }
    }
    throw new Error('no session is stored');
  });
}

const stateOf = (at: Page) => at.evaluate(() => client.state);

/** Token requests of a page from now on, in order. */
function tokenRequests(at: Page): Request[] {
  const seen: Request[] = [];
  at.on('request', (request) => {
    if (request.url() === `${house.issuer}/token` && request.method() === 'POST') seen.push(request);
  });
  return seen;
}

describe('the browser SDK bound to a key', () => {
  it('signs in, renews without rotation, and calls userinfo with a proof', async () => {
    await signIn(page, settings());
    const first = await tokensIn(page);
    assert.equal(first.tokenType, 'DPoP');
    assert.ok((claimsOf(first.accessToken)['cnf'] as Record<string, string>)['jkt']);
    const renewed = await renew(page);
    assert.equal(renewed.refreshToken, first.refreshToken);
    assert.notEqual(renewed.accessToken, first.accessToken);
    const status = await page.evaluate(async (url) => (await client.fetch(url)).status, `${house.issuer}/userinfo`);
    assert.equal(status, 200);
    const asBearer = await fetch(`${house.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${renewed.accessToken}` },
    });
    assert.equal(asBearer.status, 401);
  });

  it('learns the nonce once: the next renewals need one request, another tab too, until it is old', async () => {
    await signIn(page, settings());
    const other = await context.newPage();
    await other.goto(`${app.origin}/`);
    await load(other, settings());
    for (const tab of [page, other]) {
      const requests = tokenRequests(tab);
      await renew(tab);
      assert.equal(requests.length, 1);
    }
    await house.advance(900);
    const requests = tokenRequests(page);
    await renew(page);
    assert.equal(requests.length, 2);
    const [refused] = await Promise.all(requests.map(async (request) => (await request.response())?.json()));
    assert.equal((refused as Record<string, unknown>)['error'], 'use_dpop_nonce');
  });

  it('a stolen refresh token is worthless elsewhere, and its theft signs nobody out', async () => {
    await signIn(page, settings());
    const { refreshToken } = await tokensIn(page);
    const form = { client_id: 'app', grant_type: 'refresh_token', refresh_token: refreshToken };
    assert.equal((await postToken(house.issuer, form)).body['error'], 'invalid_grant');
    assert.equal(await errorOfThief(form), 'invalid_grant');
    assert.equal((await renew(page)).refreshToken, refreshToken);
  });

  it('a duplicated tab and one that was frozen with an old copy stay signed in', async () => {
    await signIn(page, settings('session'));
    const copy = await page.evaluate(() => JSON.stringify(sessionStorage));
    const duplicate = await context.newPage();
    await duplicate.goto(`${app.origin}/`);
    await duplicate.evaluate((text) => Object.assign(sessionStorage, JSON.parse(text)), copy);
    await load(duplicate, settings('session'));
    const cdp = await context.newCDPSession(duplicate);
    await cdp.send('Page.setWebLifecycleState', { state: 'frozen' });
    for (let again = 0; again < 3; again += 1) await renew(page);
    await house.advance(86_400);
    await renew(page);
    await cdp.send('Page.setWebLifecycleState', { state: 'active' });
    await renew(duplicate);
    await renew(page);
    assert.deepEqual([await stateOf(page), await stateOf(duplicate)], [{ kind: 'active' }, { kind: 'active' }]);
  });

  it('many tabs at once make one key and stay signed in', async () => {
    const tabs = await Promise.all(Array.from({ length: 4 }, () => context.newPage()));
    await Promise.all(tabs.map((tab) => tab.goto(`${app.origin}/`)));
    const thumbprints = await Promise.all(
      tabs.map((tab) =>
        tab.evaluate(async () => {
          const { dpop } = await import('@ostiary/browser/dpop');
          return dpop().thumbprint();
        }),
      ),
    );
    assert.equal(new Set(thumbprints).size, 1);
    await signIn(page, settings());
    await Promise.all(tabs.map((tab) => load(tab, settings())));
    await Promise.all(tabs.map(renew));
    for (const tab of tabs) assert.equal((await stateOf(tab)).kind, 'active');
  });

  it('a clock that is a day wrong changes nothing', async () => {
    await page.addInitScript(() => {
      const trueNow = Date.now;
      Date.now = () => trueNow() - 86_400_000;
    });
    await signIn(page, settings());
    await renew(page);
    assert.equal((await stateOf(page)).kind, 'active');
  });

  it('a lost key ends the session with its reason, at once and once; signing in again works', async () => {
    await signIn(page, settings());
    await page.evaluate(
      () =>
        new Promise((resolve, reject) => {
          const request = indexedDB.deleteDatabase('ostiary-dpop');
          request.addEventListener('success', resolve);
          request.addEventListener('error', reject);
        }),
    );
    const requests = tokenRequests(page);
    const refused = await page.evaluate(() => client.extend().catch((fault: Error) => fault.message));
    assert.equal(refused, 'the refresh token is bound to another key');
    const ended = { kind: 'ended', reason: { code: 'grantEnded' } };
    assert.partialDeepStrictEqual(await stateOf(page), ended);
    await page.evaluate(() => client.getAccessToken().catch(() => undefined));
    assert.ok(requests.length <= 2, 'the nonce may cost one more, nothing is repeated');
    await page.evaluate(() => client.signIn());
    await page.waitForURL(new RegExp(`^${app.origin}/callback\\?`));
    await load(page, settings());
    await page.evaluate(() => client.handleCallback());
    assert.equal((await renew(page)).tokenType, 'DPoP');
  });

  it('sign-out takes the key along', async () => {
    await signIn(page, settings());
    await page.evaluate(() => client.signOut({ atProvider: false }));
    const left = await page.evaluate(
      () =>
        new Promise<number>((resolve, reject) => {
          const opening = indexedDB.open('ostiary-dpop');
          opening.addEventListener('error', reject);
          opening.addEventListener('success', () => {
            const counting = opening.result.transaction('kept').objectStore('kept').count();
            counting.addEventListener('success', () => resolve(counting.result));
          });
        }),
    );
    assert.equal(left, 0);
  });
});

/** What a thief with a key of his own is told, nonce and all. */
async function errorOfThief(form: Record<string, string>): Promise<unknown> {
  const thief = prover();
  const service = { settings: { issuer: house.issuer } } as never;
  const send = (nonce?: string) =>
    fetch(`${house.issuer}/token`, {
      method: 'POST',
      headers: { dpop: thief.prove({ service, clock: Date as never }, { claims: { nonce } }) },
      body: new URLSearchParams(form),
    });
  const nonce = (await send()).headers.get('dpop-nonce') ?? '';
  return ((await (await send(nonce)).json()) as Record<string, unknown>)['error'];
}
