import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import labConfig from '@ostiary/lab/config';
import type { Browser, Page } from 'playwright-core';
import {
  logoutStore,
  openPlaces,
  serveExpressLab,
  type ExpressPlaces,
  type LogoutStore,
} from '../interop/express-lab.ts';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { launchChromium } from './chromium.ts';
import { withAddresses } from './lab-house.ts';

/** What the person who runs the lab changes: four values of the environment. The registration is the Lab's own. */
const audience = 'https://api.lab.example';

let places: ExpressPlaces;
let issuer: IssuerProgram;
let chromium: Browser;
let store: LogoutStore;

before(async () => {
  places = await openPlaces();
  const { url } = places.web;
  issuer = await startIssuer((identifier) =>
    withAddresses(labConfig, { issuer: identifier, lab: 'http://localhost:1', labWeb: url }),
  );
  store = logoutStore();
  const settings = { issuerBaseURL: issuer.issuer, clientID: 'lab-web', clientSecret: 'lab-web-secret', audience };
  serveExpressLab(places, settings, { auth0Logout: true, backchannelLogout: { store } });
  chromium = await launchChromium();
});
after(async () => {
  await chromium.close();
  await places.close();
  await issuer.close();
});

async function signedIn(): Promise<Page> {
  const page = await (await chromium.newContext()).newPage();
  await page.goto(`${places.web.url}/expenses`);
  await page.fill('[name=username]', 'ada@example.com');
  await page.fill('[name=password]', 'ada-demo-password');
  await page.click('form button.primary');
  const allow = page.locator('[name=decision][value=allow]');
  if (page.url().includes('/consent')) await allow.click();
  await page.waitForURL(`${places.web.url}/expenses`);
  return page;
}

async function shown(page: Page): Promise<unknown> {
  return JSON.parse(await page.innerText('body'));
}

describe('the identity lab with express-openid-connect and express-oauth2-jwt-bearer as they are, in Chromium', () => {
  it('signs in over a form that posts itself, and is told over the back channel that the person signed out elsewhere', async () => {
    const page = await signedIn();
    const { reports } = (await shown(page)) as { reports: string[] };
    assert.deepEqual(reports, ['Lunch', 'Train']);
    const other = await page.context().newPage();
    await other.goto(`${issuer.issuer}/end-session`);
    await other.click('[value=sign_out]');
    await store.told();
    await page.goto(places.web.url);
    assert.deepEqual(await shown(page), { user: null });
    await page.goto(`${places.web.url}/expenses`);
    assert.match(page.url(), /\/sign-in/);
    await page.context().close();
  });

  it('signs out by auth0Logout', async () => {
    const page = await signedIn();
    await page.goto(`${places.web.url}/logout`);
    await page.click('[value=sign_out]');
    await page.waitForURL(`${places.web.url}/`);
    assert.deepEqual(await shown(page), { user: null });
    await page.context().close();
  });
});
