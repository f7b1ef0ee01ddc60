import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, describe, it } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { authorizationRequest } from './app-client.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { LabPage } from './lab-page.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

let house: LabHouse;
let browser: Browser;
let context: BrowserContext | undefined;

before(async () => {
  [house, browser] = await Promise.all([openLabHouse(), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close()]));
afterEach(() => context?.close());

/** The pages that a person meets, each reached as a person reaches it. */
const pages: Record<string, (page: Page) => Promise<void>> = {
  'the sign-in page': async (page) => {
    await page.goto(labRequest().url);
    await page.locator('#password').waitFor();
  },
  'the sign-in page after a wrong password': async (page) => {
    await page.goto(`${house.issuer}/sign-in`);
    await typePassword(page, 'wrong');
    await page.locator('#problem').waitFor();
  },
  'the consent page': async (page) => {
    await page.goto(labRequest({ prompt: 'consent' }).url);
    await typePassword(page, 'ada-demo-password');
    await page.waitForURL(/\/consent\?/);
  },
  'the account page': async (page) => {
    await signInAtHome(page);
  },
  'the question before a device is signed out': async (page) => {
    await signInAtHome(page);
    await page.getByRole('row').filter({ hasText: 'This device' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Sign out this device' }).waitFor();
  },
  'the sign-out page': async (page) => {
    await signInAtHome(page);
    await page.goto(`${house.issuer}/end-session`);
  },
  'the signed-out page': async (page) => {
    await signInAtHome(page);
    await page.goto(`${house.issuer}/end-session`);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  },
  'the error page with all its details': async (page) => {
    await page.goto(labRequest({ redirect_uri: `${house.lab}/callback/` }).url);
    await page.locator('summary').click();
  },
  'the front door': async (page) => {
    await page.goto(house.issuer);
  },
};

for (const [name, reach] of Object.entries(pages)) {
  describe(name, () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      it(`meets WCAG 2.2 AA as far as axe can tell, in the ${colorScheme}`, async () => {
        const page = await newPage({ colorScheme });
        await reach(page);
        await assertAccessible(page);
      });
    }

    it('fits 320 pixels without sideways scrolling', async () => {
      const page = await newPage({ viewport: { width: 320, height: 640 } });
      await reach(page);
      await assertFits(page);
    });
  });
}

describe('the page of the Lab', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    it(`meets WCAG 2.2 AA as far as axe can tell, signed in and with history, in the ${colorScheme}`, async () => {
      await assertAccessible(await busyLab(await newContext({ colorScheme })));
    });
  }

  it('fits 320 pixels without sideways scrolling', async () => {
    await assertFits(await busyLab(await newContext({ viewport: { width: 320, height: 640 } })));
  });
});

describe('the page of the Lab without refresh tokens', () => {
  it('meets WCAG 2.2 AA as far as axe can tell, and fits 320 pixels', async () => {
    const page = await busySilentLab(await newContext({ viewport: { width: 320, height: 640 } }));
    await assertAccessible(page);
    await assertFits(page);
  });
});

describe('every page of the Lab, by the navigation of the one before', () => {
  for (const [colorScheme, width] of [
    ['light', 1280],
    ['dark', 320],
  ] as const) {
    it(`meets WCAG 2.2 AA as far as axe can tell and fits ${width} pixels, in the ${colorScheme}`, async () => {
      const page = await newPage({ colorScheme, viewport: { width, height: 900 } });
      await page.goto(house.lab);
      const names = await navigation(page).getByRole('link').allTextContents();
      assert.ok(names.length > 2);
      for (const name of names) {
        await openFromNavigation(page, name);
        await assertAccessible(page);
        await assertFits(page, width);
      }
    });
  }
});

describe('by keyboard alone', () => {
  it('a person signs in and allows', async () => {
    const page = await newPage();
    await page.goto(labRequest({ prompt: 'consent' }).url);
    await tabTo(page, '#username');
    await page.keyboard.type('ada@example.com');
    await tabTo(page, '#password');
    await page.keyboard.type('ada-demo-password');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/consent\?/);
    await tabTo(page, '[name=decision][value=allow]');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`^${house.lab}/`));
  });

  it('the first tab stops come in the order of the page, and each one shows', async () => {
    const page = await newPage();
    await page.goto(labRequest().url);
    await page.locator('#username').waitFor();
    for (const stop of ['#username', '#password', 'button:not([name])', 'button[value=cancel]']) {
      await tabTo(page, stop, 1);
      const outline = await page.locator(stop).evaluate((element) => getComputedStyle(element).outlineStyle);
      assert.notEqual(outline, 'none', `${stop} shows no focus`);
    }
  });
});

describe('without JavaScript', () => {
  it('a person signs in, allows, and comes back to the app with a code', async () => {
    const page = await newPage({ javaScriptEnabled: false });
    const request = labRequest({ prompt: 'consent' });
    await page.goto(request.url);
    await signInAs(page, 'ada', new RegExp(`^${house.lab}/callback`));
    assert.ok(new URL(page.url()).searchParams.has('code'));
  });

  it('a person removes a device and signs out', async () => {
    const page = await newPage({ javaScriptEnabled: false });
    await signInAtHome(page);
    await page.getByRole('link', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await signInAtHome(page);
    await page.getByRole('row').filter({ hasText: 'This device' }).getByRole('button').click();
    await page.getByRole('button', { name: 'Sign out this device' }).click();
    await page.waitForURL(/\/sign-in$/);
  });
});

async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  return (await newContext(options)).newPage();
}

async function newContext(options: BrowserContextOptions): Promise<BrowserContext> {
  // Sign-ins are limited per address, and all of these come from one.
  await house.advance(60);
  // axe is a script of ours, which the policies of the pages rightly keep out.
  context = await browser.newContext({ bypassCSP: true, ...options });
  return context;
}

function labRequest(more: Record<string, string> = {}) {
  return authorizationRequest(house.issuer, {
    clientId: 'lab-spa',
    redirectUri: `${house.lab}/callback`,
    scope: 'openid offline_access eq1 read:reports',
    ...more,
  });
}

async function signInAtHome(page: Page): Promise<void> {
  await page.goto(`${house.issuer}/sign-in`);
  await signInAs(page, 'ada', new RegExp(`^${house.issuer}/account`));
}

async function typePassword(page: Page, password: string): Promise<void> {
  await page.locator('#username').fill('ada@example.com');
  await page.locator('#password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The Lab with a timeline, a log and tokens to show. */
async function busyLab(device: BrowserContext): Promise<Page> {
  const lab = await LabPage.open(device, house);
  await lab.signIn();
  await lab.act('call-api');
  await lab.act('advance-hour');
  await lab.act('lose-answer');
  return lab.page;
}

async function busySilentLab(device: BrowserContext): Promise<Page> {
  const lab = await LabPage.open(device, house, '/silent');
  await lab.click('sign-in');
  await signInAs(lab.page, 'ada', lab.home);
  await lab.settled();
  await lab.act('advance-hour');
  return lab.page;
}

async function assertAccessible(page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate<AxeResults>(`axe.run({ runOnly: ${JSON.stringify(wcag)} })`);
  assert.ok(passes.length > 5, 'axe found something to look at');
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary}`),
  );
  assert.deepEqual(found, []);
}

function navigation(page: Page) {
  return page.getByRole('navigation', { name: 'Pages of the Lab' });
}

/** Some pages need a sign-in first; one comes back from it to the page that one wanted. */
async function openFromNavigation(page: Page, name: string): Promise<void> {
  const link = navigation(page).getByRole('link', { name, exact: true });
  const home = new RegExp(`^${await link.getAttribute('href')}`);
  await link.click();
  await page.waitForURL((url) => home.test(url.href) || url.pathname.startsWith('/sign-in'));
  if (!home.test(page.url())) await signInAs(page, 'ada', home);
  assert.equal(await navigation(page).locator('[aria-current=page]').textContent(), name);
  await page.locator('h1').waitFor();
}

async function assertFits(page: Page, width = 320): Promise<void> {
  const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.deepEqual(widths, [width, width]);
}

/** Presses Tab until the element has the focus; it must come within so many stops. */
async function tabTo(page: Page, selector: string, stops = 8): Promise<void> {
  const hasFocus = () => page.locator(selector).evaluate((element) => element === document.activeElement);
  for (let presses = 0; presses < stops && !(await hasFocus()); presses += 1) await page.keyboard.press('Tab');
  assert.ok(await hasFocus(), `${selector} cannot be reached by keyboard`);
}
