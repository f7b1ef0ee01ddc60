import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { appClient } from './app-client.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { pageScript, renderOnServer, type ReactVersion } from './react/bundle.ts';
import { settingsOf, type PlainSettings } from './sdk-app.ts';

const versions: ReactVersion[] = ['18', '19'];
const paths = ['/', '/notes/7', '/callback'];
const apps: Partial<Record<ReactVersion, SdkPage>> = {};

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;

before(async () => {
  for (const version of versions) apps[version] = await serve(version);
  [house, browser] = await Promise.all([
    openLabHouse((config) => ({
      ...config,
      clients: [
        ...(config.clients ?? []),
        ...versions.map((version) =>
          appClient(`react-${version}`, originOf(version), { refresh: { idleSeconds: 900 } }),
        ),
      ],
    })),
    launchChromium(),
  ]);
});
after(() => Promise.all([house.close(), browser.close(), ...Object.values(apps).map((app) => app.close())]));
beforeEach(() => house.advance(60));
afterEach(() => context.close());

/** The app, drawn by the browser alone; under `/server` as it came from a server. */
async function serve(version: ReactVersion): Promise<SdkPage> {
  const script = await pageScript(version);
  const shown = await renderOnServer(
    version,
    { issuer: 'https://id.example', clientId: 'app', redirectUri: 'https://app.example/' },
    '/',
  );
  const body = (html: string) => `<div id="root">${html}</div><script type="module">${script}</script>`;
  const pages = Object.fromEntries(paths.map((path) => [path, body('')]));
  return serveSdkPage({ pages: { ...pages, '/server': body(shown) } });
}

function originOf(version: ReactVersion): string {
  return apps[version]?.origin ?? '';
}

/** Opens a page of the app on a fresh device. What the browser complains about is kept. */
async function open(version: ReactVersion, path: string): Promise<{ complaints: string[] }> {
  const app = apps[version];
  assert.ok(app);
  const plain = settingsOf(house.issuer, `react-${version}`, app);
  const settings: PlainSettings = { ...plain, scope: 'openid profile offline_access read:reports', storage: 'session' };
  context = await browser.newContext();
  await context.clock.install();
  page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (fault) => complaints.push(fault.message));
  await page.addInitScript((given) => void (globalThis.settings = given), settings);
  await page.goto(`${app.origin}${path}`);
  return { complaints };
}

/** How often an address of the issuer is asked for. */
function count(path: string): { times: number } {
  const counted = { times: 0 };
  context.on(
    'request',
    (request) => (counted.times += Number(request.url().split('?')[0] === `${house.issuer}${path}`)),
  );
  return counted;
}

for (const version of versions) {
  describe(`React ${version}, in strict mode`, () => {
    it('shows who is signed out a way in, and who is signed in their name', async () => {
      const { complaints } = await open(version, '/');
      const redemptions = count('/token');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL((url) => url.origin === house.issuer);
      await signInAs(page, 'ada', new RegExp(`^${originOf(version)}/`));
      await page.getByText('Hello Ada').waitFor();
      assert.equal(page.url(), `${originOf(version)}/`, 'back where the user was');
      assert.equal(redemptions.times, 1);
      await page.reload();
      await page.getByText('Hello Ada').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      assert.equal(await page.locator('#user').count(), 0);
      assert.deepEqual(complaints, []);
    });

    it('sends to the provider once, and comes back to the page that was asked for', async () => {
      await open(version, '/');
      const [asked, redeemed] = [count('/authorize'), count('/token')];
      await page.goto(`${originOf(version)}/notes/7`);
      await page.waitForURL((url) => url.origin === house.issuer);
      await signInAs(page, 'ada', new RegExp(`^${originOf(version)}/`));
      await page.waitForURL(`${originOf(version)}/notes/7`);
      assert.deepEqual([asked.times, redeemed.times], [1, 1]);
    });

    it('leaves the work where it is when the session has ended, and asks to sign in again', async () => {
      await open(version, '/');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL((url) => url.origin === house.issuer);
      await signInAs(page, 'ada', new RegExp(`^${originOf(version)}/`));
      await page.getByText('Hello Ada').waitFor();
      await page.goto(`${originOf(version)}/notes/7`);
      await page.getByLabel('Note').fill('half a note');
      await house.advance(1_000);
      await context.clock.fastForward(1_000_000);
      await page.getByRole('button', { name: 'Sign in again' }).waitFor();
      assert.equal(await page.getByLabel('Note').inputValue(), 'half a note');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('refused').waitFor();
    });

    it('takes over what a server has rendered', async () => {
      const { complaints } = await open(version, '/server');
      const html = await (await fetch(`${originOf(version)}/server`)).text();
      assert.match(html, /<div id="root"><h1>Notes<\/h1><main><p>One moment<\/p><\/main><\/div>/);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      assert.equal(await page.getByText('One moment').count(), 0);
      assert.deepEqual(complaints, []);
    });
  });
}
