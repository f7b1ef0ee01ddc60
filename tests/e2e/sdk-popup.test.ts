import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { launchChromium } from './chromium.ts';
import { allowIfAsked } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { settingsOf, withSdkApps } from './sdk-app.ts';
import { claimsOf } from './token-endpoint.ts';

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let app: SdkPage;

const form = `<form><textarea id="note"></textarea><button type="button" id="go">Sign in</button></form>`;
const answering = `<p id="said">Signing in ...</p><script type="module">
  import { answerFromPopup } from '@ostiary/browser/popup';
  document.querySelector('#said').textContent = (await answerFromPopup()) ? 'You can close this window.' : 'Nobody waits.';
</script>`;

before(async () => {
  app = await serveSdkPage({ pages: { '/': form, '/popup': answering } });
  [house, browser] = await Promise.all([openLabHouse(withSdkApps({ app })), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close(), app.close()]));

beforeEach(async () => {
  await house.advance(60);
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(`${app.origin}/`);
  await page.locator('#note').fill('half a sentence');
  await page.evaluate(
    async (options) => {
      const [{ createClient }, { popup }] = await Promise.all([
        import('@ostiary/browser'),
        import('@ostiary/browser/popup'),
      ]);
      globalThis.client = createClient(options);
      const cancel = new AbortController();
      const by = () => popup({ redirectUri: `${location.origin}/popup`, signal: cancel.signal });
      document.querySelector('#go')?.addEventListener('click', () => {
        const done = client.signIn({ by: by() }).then(
          () => 'signed in',
          ({ error }: { error: string }) => error,
        );
        Object.assign(globalThis, { done, cancel });
      });
    },
    settingsOf(house.issuer, 'app', app),
  );
});
afterEach(() => context.close());

describe('signing in by a popup', () => {
  it('keeps the page and the text in its form, though the issuer isolates its pages', async () => {
    const opened = await clickedOpen();
    await opened.locator('#username').fill('ada@example.com');
    await opened.locator('#password').fill('ada-demo-password');
    await opened.getByRole('button', { name: 'Sign in', exact: true }).click();
    const closing = opened.waitForEvent('close');
    await allowIfAsked(opened, /\/popup/).catch(whenClosed);
    assert.equal(await page.evaluate('done'), 'signed in');
    await closing;
    assert.equal(await page.locator('#note').inputValue(), 'half a sentence');
    assert.equal(page.url(), `${app.origin}/`);
    assert.equal(claimsOf(await page.evaluate(() => client.getAccessToken()))['client_id'], 'app');
  });

  it('ends when the app cancels, and tells the window that comes late', async () => {
    const opened = await clickedOpen();
    const late = new URL(opened.url());
    assert.equal(late.origin, house.issuer);
    await page.evaluate('cancel.abort()');
    assert.equal(await page.evaluate('done'), 'popup_closed');
    const forgotten = await context.newPage();
    await forgotten.goto(`${app.origin}/popup?code=x&state=y`);
    await forgotten.getByText('Nobody waits.').waitFor();
  });

  it('says when the browser opens no window', async () => {
    await page.evaluate('window.open = () => null');
    await page.locator('#go').click();
    assert.equal(await page.evaluate('done'), 'popup_blocked');
  });
});

async function clickedOpen(): Promise<Page> {
  const opening = context.waitForEvent('page');
  await page.locator('#go').click();
  const opened = await opening;
  await opened.waitForURL((url) => url.origin === house.issuer);
  return opened;
}

/** The window is gone as soon as its answer was taken. */
function whenClosed(fault: unknown): void {
  if (!/closed/.test(String(fault))) throw fault;
}
