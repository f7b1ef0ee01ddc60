import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { appClient, authorizationRequest } from './app-client.ts';
import { serveApp, type AppServer } from './app-server.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';

let app: AppServer;
let house: LabHouse;
let browser: Browser;
before(async () => {
  app = await serveApp({ isTls: true });
  [house, browser] = await Promise.all([
    openLabHouse((config) => ({ ...config, clients: [appClient('tls', app.origin)] })),
    launchChromium(),
  ]);
});
after(() => Promise.all([house.close(), browser.close(), app.close()]));

it('S1.2 an app with TLS of its own gets its code at https://localhost and redeems it from there', async () => {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const redirectUri = `${app.origin}/callback`;
  const request = authorizationRequest(house.issuer, { clientId: 'tls', redirectUri });
  await page.goto(request.url);
  await signInAs(page, 'ada', new RegExp(`^${redirectUri}`));
  const answer = await page.evaluate(
    async ({ issuer, verifier }) => {
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'tls',
        redirect_uri: location.origin + location.pathname,
        code_verifier: verifier,
        code: new URLSearchParams(location.search).get('code') ?? '',
      });
      const response = await fetch(`${issuer}/token`, { method: 'POST', body });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    { issuer: house.issuer, verifier: request.verifier },
  );
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  assert.equal(answer.body['token_type'], 'Bearer');
});
