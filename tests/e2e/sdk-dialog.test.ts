import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { appClient } from './app-client.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, signInBySdk, withSdkApps, type PlainSettings } from './sdk-app.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const work = `<h1>Report</h1><form id="report"><label>Text <textarea name="text"></textarea></label>
<label>Kind <select name="kind"><option>a</option><option>b</option></select></label>
<label><input type="checkbox" name="isDraft" value="yes"> Draft</label>
<label>Password <input type="password" name="secret"></label>
<label>Shown password <input name="shown" autocomplete="current-password"></label></form>`;

declare global {
  /** What a page of this file has noted. */
  var noted: string[];
}

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let app: SdkPage;

before(async () => {
  // The dialog brings no inline style and makes no markup from text.
  const policy = { 'content-security-policy': "style-src 'none'; require-trusted-types-for 'script'" };
  app = await serveSdkPage({ pages: { '/work': work }, headers: { '/work': policy } });
  const clients = { app: { idleSeconds: 900 }, fixed: { idleSeconds: 900, absoluteSeconds: 900 } };
  [house, browser] = await Promise.all([
    openLabHouse((config) => {
      const changed = withSdkApps({ app })(config);
      const others = (changed.clients ?? []).filter(({ client_id: id }) => id !== 'app');
      const own = Object.entries(clients).map(([id, refresh]) => appClient(id, app.origin, { refresh }));
      return { ...changed, clients: [...others, ...own] };
    }),
    launchChromium(),
  ]);
});
after(() => Promise.all([house.close(), browser.close(), app.close()]));
beforeEach(() => house.advance(60));
afterEach(() => context.close());

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext(options);
  await context.clock.install();
  return context.newPage();
}

function settings(clientId = 'app'): PlainSettings & { renew: 'onUse' } {
  const plain = settingsOf(house.issuer, clientId, app);
  const scope = 'openid offline_access read:reports';
  return { ...plain, scope, storage: 'local', scriptsMayTakeRefreshTokens: true, renew: 'onUse' };
}

/** A page at work, with the dialog watching. */
async function beginWork(page: Page, { clientId = 'app', language = 'en' } = {}): Promise<void> {
  await page.goto(`${app.origin}/work`);
  await page.evaluate(
    async ({ options, lang }) => {
      document.documentElement.lang = lang;
      const { createClient } = await import('@ostiary/browser');
      const { keepForm, restoreForm, sessionDialog } = await import('@ostiary/browser/dialog');
      globalThis.noted = [];
      globalThis.client = createClient(options);
      const form = document.querySelector('form');
      if (form === null) throw new Error('there is no form');
      noted.push(`restored ${restoreForm(form, { owner: client.user?.sub })}`);
      sessionDialog(client, {
        onEnded(reason, user) {
          keepForm(form, { owner: user?.sub });
          noted.push(`ended ${reason.code}`);
        },
      });
    },
    { options: settings(clientId), lang: language },
  );
}

/** As somebody whose sign-in at the provider is over. */
async function signIn(page: Page, clientId = 'app'): Promise<void> {
  await context.clearCookies();
  await signInBySdk(page, settings(clientId), `${app.origin}/`);
}

/** Time goes by for the browser and the server. */
async function pass(seconds: number): Promise<void> {
  await house.advance(seconds);
  await context.clock.fastForward(seconds * 1000);
}

const dialogOf = (page: Page) => page.getByRole('alertdialog');
const textOf = (page: Page, part: string) => page.locator(`ostiary-session-dialog .${part}`).textContent();
const focusOf = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return (element?.shadowRoot?.activeElement ?? element)?.textContent || element?.getAttribute('name');
  });

describe('the dialog before the end of a session', () => {
  it('takes the focus, goes on with Enter, and gives the focus back', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    await page.locator('textarea').focus();
    await pass(810);
    await dialogOf(page).waitFor();
    assert.equal(await dialogOf(page).getAttribute('aria-labelledby'), 'title');
    await page.getByRole('alertdialog', { name: 'Your session is about to end. Continue?' }).waitFor();
    assert.equal(await focusOf(page), 'Continue');
    await page.keyboard.press('Enter');
    await dialogOf(page).waitFor({ state: 'detached' });
    assert.equal(await focusOf(page), 'text');
    await pass(600);
    assert.equal(await page.evaluate(() => client.state.kind), 'active');
    assert.equal(await dialogOf(page).count(), 0);
  });

  it('keeps the keyboard within, signs out by it, and goes on with Escape', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    await pass(810);
    await dialogOf(page).waitFor();
    const stops = new Set<unknown>();
    for (let press = 0; press < 6; press += 1) {
      await page.keyboard.press('Tab');
      stops.add(await focusOf(page));
    }
    assert.ok(stops.has('Continue') && stops.has('Sign out'));
    assert.ok(!stops.has('text') && !stops.has('kind'), 'what is behind the dialog is out of reach');
    await page.keyboard.press('Escape');
    await dialogOf(page).waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => client.state.kind), 'active');
    await pass(810);
    await dialogOf(page).getByRole('button', { name: 'Sign out' }).press('Enter');
    await page.waitForURL((url) => url.origin === house.issuer);
  });

  it('counts down for the eye, and speaks seldom', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    await pass(810);
    await dialogOf(page).waitFor();
    const [left, heard] = [await textOf(page, 'left'), await textOf(page, 'heard')];
    assert.match(left ?? '', /^Your session ends in 1 minute, \d+ seconds\.$/);
    for (let second = 0; second < 5; second += 1) await pass(1);
    assert.notEqual(await textOf(page, 'left'), left);
    assert.equal(await textOf(page, 'heard'), heard);
    await pass(30);
    assert.match((await textOf(page, 'heard')) ?? '', /in \d+ seconds\.$/);
    assert.equal(await page.locator('ostiary-session-dialog .heard').getAttribute('role'), 'status');
  });

  it('shows in all tabs, and is gone from all when it was answered in one, with one renewal', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    const other = await context.newPage();
    await beginWork(other);
    await pass(810);
    await Promise.all([dialogOf(page).waitFor(), dialogOf(other).waitFor()]);
    let renewals = 0;
    context.on('request', (request) => (renewals += Number(request.url() === `${house.issuer}/token`)));
    await dialogOf(other).getByRole('button', { name: 'Continue' }).click();
    await Promise.all([page, other].map((each) => dialogOf(each).waitFor({ state: 'detached' })));
    assert.equal(renewals, 1);
  });

  it('of a session that cannot be extended says so, in German where the page is, and is dismissed everywhere', async () => {
    const page = await open();
    await signIn(page, 'fixed');
    await beginWork(page, { clientId: 'fixed', language: 'de' });
    const other = await context.newPage();
    await beginWork(other, { clientId: 'fixed', language: 'de' });
    await pass(810);
    await page.getByRole('alertdialog', { name: 'Ihre Sitzung läuft bald ab' }).waitFor();
    assert.match((await textOf(page, 'left')) ?? '', /^Ihre Sitzung endet in 1 Minute/);
    await dialogOf(other).waitFor();
    await page.keyboard.press('Escape');
    await Promise.all([page, other].map((each) => dialogOf(each).waitFor({ state: 'detached' })));
    await pass(5);
    assert.deepEqual([await dialogOf(page).count(), await dialogOf(other).count()], [0, 0]);
    assert.equal(await page.evaluate(() => client.state.kind), 'expiring');
  });

  it('leaves the work to be found after the next sign-in, without passwords', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    await page.locator('textarea').fill('half a report');
    await page.locator('select').selectOption('b');
    await page.locator('[type=checkbox]').check();
    for (const name of ['secret', 'shown']) await page.locator(`[name=${name}]`).fill('a password');
    await pass(1_000);
    await page.waitForFunction(() => noted.includes('ended expired'));
    assert.deepEqual(await page.evaluate(() => client.state.kind === 'ended' && client.state.reason.code), 'expired');
    assert.ok(!(await page.evaluate(() => JSON.stringify(sessionStorage))).includes('a password'));
    await signIn(page);
    await beginWork(page);
    assert.deepEqual(await page.evaluate(() => noted), ['restored true']);
    const values = await page.evaluate(() =>
      Object.fromEntries(new FormData(document.querySelector('form') ?? undefined)),
    );
    assert.deepEqual(values, { text: 'half a report', kind: 'b', isDraft: 'yes', secret: '', shown: '' });
    await beginWork(page);
    assert.deepEqual(await page.evaluate(() => noted), ['restored false'], 'once');
  });

  it('gives the work of one user to no other', async () => {
    const page = await open();
    await signIn(page);
    await beginWork(page);
    await page.locator('textarea').fill('half a report');
    await pass(1_000);
    await page.waitForFunction(() => noted.includes('ended expired'));
    await context.clearCookies();
    await page.goto(`${app.origin}/`);
    await page.evaluate(async (options) => {
      const { createClient } = await import('@ostiary/browser');
      await createClient(options).signIn();
    }, settings());
    await page.waitForURL((url) => url.origin === house.issuer);
    await signInAs(page, 'bob', new RegExp(`^${app.origin}/callback`));
    await page.evaluate(async (options) => {
      const { createClient } = await import('@ostiary/browser');
      await createClient(options).handleCallback();
    }, settings());
    await beginWork(page);
    assert.deepEqual(await page.evaluate(() => [noted, sessionStorage.getItem('ostiary.form.report')]), [
      ['restored false'],
      null,
    ]);
  });
});

describe('the look of the dialog', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`meets WCAG 2.2 AA as far as axe can tell, in the ${colorScheme}, and fits 320 pixels`, async () => {
      // Half faded in, it has other colours.
      const look = { colorScheme, reducedMotion: 'reduce' } as const;
      const page = await open({ ...look, bypassCSP: true, viewport: { width: 320, height: 640 } });
      for (const clientId of ['app', 'fixed']) {
        await signIn(page, clientId);
        await beginWork(page, { clientId });
        await pass(810);
        await dialogOf(page).waitFor();
        await page.evaluate(axe);
        const { violations, passes } = await page.evaluate<AxeResults>(`axe.run({ runOnly: ${JSON.stringify(wcag)} })`);
        const found = violations.flatMap(({ id, nodes }) =>
          nodes.map(({ failureSummary }) => `${id}: ${failureSummary}`),
        );
        assert.deepEqual(found, []);
        assert.ok(
          passes.some(({ id, nodes }) => id === 'color-contrast' && nodes.length > 3),
          'axe looked inside',
        );
        const box = await page.locator('ostiary-session-dialog dialog').boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= 320, JSON.stringify(box));
        await dialogOf(page).getByRole('button').first().click();
      }
    });
  }

  it('is there under a policy without inline styles, takes colours from the page, and stands still when asked to', async () => {
    const page = await open({ reducedMotion: 'reduce', colorScheme: 'light' });
    await signIn(page);
    await beginWork(page);
    await pass(810);
    await dialogOf(page).waitFor();
    const look = () =>
      page.locator('ostiary-session-dialog dialog').evaluate((element) => {
        const { backgroundColor, animationName } = getComputedStyle(element);
        return { backgroundColor, animationName };
      });
    assert.deepEqual(await look(), { backgroundColor: 'rgb(255, 255, 255)', animationName: 'none' });
    await page.evaluate(() => {
      document.documentElement.style.setProperty('--ostiary-dialog-background', 'rgb(1, 2, 3)');
    });
    assert.equal((await look()).backgroundColor, 'rgb(1, 2, 3)');
  });
});
