import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labWeb, webSecret } from '@ostiary/http/fixture';
import { auth, requiresAuth } from '@ostiary/web';
import { bff } from '@ostiary/web/bff';
import type { ClientId } from '@ostiary/wire';
import express from 'express';
import type { Browser, Page } from 'playwright-core';
import { browserModule } from '../docs/served-snippets.ts';
import type * as PageOfGuide from '../docs/snippets/web-bff-page.ts';
import { serveSdkPage, type SdkPage } from '../support/sdk-page.ts';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';
import { reserveWebApp, type WebApp } from '../support/web-app.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';

/** What the page of the guide made of its module. */
declare const app: typeof PageOfGuide;

let issuer: ServedIssuer;
let browser: Browser;
let pages: SdkPage;
let upstream: WebApp;
let hybrid: WebApp;
let single: WebApp;

before(async () => {
  [hybrid, single, upstream] = await Promise.all([reserveWebApp(), reserveWebApp(), reserveWebApp()]);
  const client = (name: string, redirectUri: string, home: string) =>
    withSecret(
      labWeb({
        client_id: name as ClientId,
        redirect_uris: [redirectUri],
        post_logout_redirect_uris: [home],
        response_types: ['code', 'code id_token'],
      }),
    );
  const clients = [
    client('hybrid', `${hybrid.origin}/callback`, hybrid.origin),
    client('single', `${single.origin}/bff/callback`, single.origin),
  ];
  [issuer, browser, pages] = await Promise.all([
    serveIssuer({ clients }),
    launchChromium(),
    serveSdkPage({ modules: () => ({ '/page.js': browserModule('web-bff-page.ts', {}) }) }),
  ]);
  await Promise.all([serveHybrid(), serveSingle(), serveUpstream()]);
});
after(() =>
  Promise.all([issuer.close(), browser.close(), pages.close(), hybrid.close(), single.close(), upstream.close()]),
);

const shared = () => ({
  issuerBaseURL: issuer.issuer,
  clientSecret: webSecret,
  secret: 'a secret of the app that is long enough',
  idpLogout: true,
  environment: { now: () => issuer.clock.now() },
});
const scope = 'openid profile offline_access read:reports';

function serveHybrid(): Promise<void> {
  const app = express();
  const authorizationParams = { response_type: 'code id_token', scope, audience: 'https://api.lab.example' } as const;
  app.use(auth({ ...shared(), baseURL: hybrid.origin, clientID: 'hybrid', required: false, authorizationParams }));
  app.get(
    '/expenses',
    requiresAuth(),
    (request, response) => void response.send(`<h1>${String(request.oidc.user?.['name'])}</h1>`),
  );
  return hybrid.serve(app);
}

/** The page of a single-page app, with its backend on the same origin. */
function serveSingle(): Promise<void> {
  const app = express();
  app.use(
    bff({
      ...shared(),
      baseURL: single.origin,
      clientID: 'single',
      authorizationParams: { scope, audience: 'https://api.lab.example' },
      upstreams: [{ path: '/reports', target: `${upstream.origin}/reports` }],
    }),
  );
  app.use(async (request, response) => {
    const page = await fetch(pages.origin + request.originalUrl);
    response.type(page.headers.get('content-type') ?? 'text/html').send(await page.text());
  });
  return single.serve(app);
}

function serveUpstream(): Promise<void> {
  const app = express();
  app.get('/reports', (request, response) => {
    response.send(`reports for ${request.headers.authorization?.slice(0, 10)}`);
  });
  return upstream.serve(app);
}

/** Starts the page of the guide; what it says. */
async function start(page: Page): Promise<string> {
  return page.evaluate(async (file) => {
    Object.assign(globalThis, { app: await import(file) });
    return app.start();
  }, '/page.js');
}

describe('a web app in a browser', () => {
  it('takes `code id_token` by form_post, and comes back to the page; going back signs nobody out', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${hybrid.origin}/expenses?month=6`);
    await signInAs(page, 'ada', new RegExp(`^${hybrid.origin}/expenses`));
    assert.equal(await page.locator('h1').textContent(), 'Ada');
    assert.equal(page.url(), `${hybrid.origin}/expenses?month=6`);
    await page.goBack();
    await page.goto(`${hybrid.origin}/expenses`);
    assert.equal(await page.locator('h1').textContent(), 'Ada');
    await context.close();
  });

  it('is a single-page app that never sees a token, nor does any script', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const seen: string[] = [];
    page.on('response', (response) => {
      if (response.url().startsWith(single.origin) && !response.url().includes('/modules/'))
        void response.text().then(
          (text) => seen.push(text),
          () => {},
        );
    });
    await page.goto(`${single.origin}/work`);
    assert.equal(await start(page), 'Nobody is signed in');
    await page.evaluate(() => void app.client.signIn());
    await page.waitForURL((url) => url.origin !== single.origin);
    await signInAs(page, 'ada', new RegExp(`^${single.origin}/work`));
    assert.equal(await start(page), 'Hello Ada');
    assert.equal(await page.evaluate(() => app.loadReports()), 'reports for Bearer eyJ');
    const reach = await page.evaluate(() => document.cookie + JSON.stringify([localStorage, sessionStorage]));
    assert.doesNotMatch(reach + seen.join(), /eyJ[\w-]{20,}|ort_/);
    // Without the header nothing is done, also for the page's own script.
    assert.equal(await page.evaluate(async () => (await fetch('/bff/reports')).status), 403);
    await page.evaluate(() => void app.client.signOut());
    await page.waitForURL((url) => url.origin === single.origin && url.pathname === '/');
    assert.equal(await start(page), 'Nobody is signed in');
    await context.close();
  });
});
