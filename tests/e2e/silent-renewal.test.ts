import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { OstiaryConfig } from 'ostiary';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { appClient, authorizationRequest, type AuthorizationRequest } from './app-client.ts';
import { serveApp, type AppServer } from './app-server.ts';
import { launchChromium } from './chromium.ts';
import { signInAs } from './issuer-pages.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { claimsOf, postToken } from './token-endpoint.ts';

const daySeconds = 86_400;

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let app: AppServer;
let farApp: AppServer;

before(async () => {
  [app, farApp] = await Promise.all([serveApp(), serveApp({ host: '127.0.0.1' })]);
  const clients = [
    appClient('near', app.origin),
    appClient('never-allowed', app.origin),
    appClient('far', farApp.origin),
  ];
  const withApps = (config: OstiaryConfig) => ({
    ...config,
    clients: [...(config.clients ?? []), ...clients],
  });
  [house, browser] = await Promise.all([openLabHouse(withApps), launchChromium()]);
});
after(() => Promise.all([house.close(), browser.close(), app.close(), farApp.close()]));

beforeEach(async () => {
  await house.advance(60);
  context = await browser.newContext();
  page = await context.newPage();
});
afterEach(() => context.close());

describe('S3.1 silent renewal of an app without refresh tokens', () => {
  it('renews with the cookie from a hidden frame, without a dialogue', async () => {
    const first = await signIn('near', app);
    assert.ok(!('refresh_token' in first), 'an app that asks for no offline access gets no refresh token');
    await house.advance(3600);
    const answer = await renewInFrame('near', app);
    assert.equal(answer.get('error'), null);
    const renewed = await redeem(answer.request, answer.get('code'));
    const [before, now] = [claimsOf(first['access_token']), claimsOf(renewed['access_token'])];
    assert.equal(now['sub'], before['sub']);
    assert.equal(now['auth_time'], before['auth_time'], 'nobody signed in again');
    assert.ok(Number(now['iat']) >= Number(before['iat']) + 3600);
  });

  it('renews by a top-level redirect as well', async () => {
    await signIn('near', app);
    const request = authorizationRequest(house.issuer, {
      clientId: 'near',
      redirectUri: `${app.origin}/callback`,
      prompt: 'none',
    });
    await page.goto(request.url);
    const answer = new URL(page.url());
    assert.equal(answer.origin, app.origin);
    assert.ok('access_token' in (await redeem(request, answer.searchParams.get('code'))));
  });

  it('gets there from another site too: the frame has no cookie, the top-level redirect has', async () => {
    await signIn('far', farApp);
    const inFrame = await renewInFrame('far', farApp);
    assert.equal(inFrame.get('error'), 'login_required');
    const request = authorizationRequest(house.issuer, {
      clientId: 'far',
      redirectUri: `${farApp.origin}/callback`,
      prompt: 'none',
    });
    await page.evaluate((url) => location.assign(url), request.url);
    const state = new URL(request.url).searchParams.get('state');
    await page.waitForURL((url) => url.origin === farApp.origin && url.searchParams.get('state') === state);
    const { searchParams } = new URL(page.url());
    assert.equal(searchParams.get('error'), null);
    assert.ok('access_token' in (await redeem(request, searchParams.get('code'))));
  });

  it('is refused with consent_required to a client that was never consented to', async () => {
    await signIn('near', app);
    assert.equal((await renewInFrame('never-allowed', app)).get('error'), 'consent_required');
  });
});

describe('S3.2 the end of the authentication cookie', () => {
  it('is login_required before anybody signed in, and after sign-out', async () => {
    await page.goto(app.origin);
    assert.equal((await renewInFrame('near', app)).get('error'), 'login_required');
    const { id_token } = await signIn('near', app);
    assert.equal((await renewInFrame('near', app)).get('error'), null);
    const home = `${app.origin}/`;
    const leaving = new URLSearchParams({ id_token_hint: String(id_token), post_logout_redirect_uri: home });
    await page.goto(`${house.issuer}/end-session?${leaving.toString()}`);
    assert.equal(page.url(), home);
    assert.equal((await renewInFrame('near', app)).get('error'), 'login_required');
  });

  it('is login_required when the session was idle for longer than three days', async () => {
    await signIn('near', app);
    await house.advance(3 * daySeconds + 60);
    assert.equal((await renewInFrame('near', app)).get('error'), 'login_required');
  });

  it('comes after thirty days however often the app renews: silent renewal never moves the absolute end', async () => {
    await signIn('near', app);
    for (let day = 2; day < 30; day += 2) {
      await house.advance(2 * daySeconds);
      assert.equal((await renewInFrame('near', app)).get('error'), null, `on day ${day}`);
    }
    await house.advance(2 * daySeconds);
    assert.equal((await renewInFrame('near', app)).get('error'), 'login_required');
  });
});

/** The app's first sign-in, and the tokens of its code. */
async function signIn(clientId: string, { origin }: AppServer): Promise<Record<string, unknown>> {
  const request = authorizationRequest(house.issuer, { clientId, redirectUri: `${origin}/callback` });
  await page.goto(request.url);
  await signInAs(page, 'ada', new RegExp(`^${origin}/callback`));
  return redeem(request, new URL(page.url()).searchParams.get('code'));
}

/** `prompt=none` in a hidden frame of the app's page; the answer's parameters. */
async function renewInFrame(
  clientId: string,
  { origin }: AppServer,
): Promise<URLSearchParams & { request: AuthorizationRequest }> {
  const request = authorizationRequest(house.issuer, { clientId, redirectUri: `${origin}/silent`, prompt: 'none' });
  const search = await page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
        const frame = document.createElement('iframe');
        frame.hidden = true;
        frame.src = url;
        document.body.append(frame);
      }),
    request.url,
  );
  return Object.assign(new URLSearchParams(search), { request });
}

async function redeem(request: AuthorizationRequest, code: string | null): Promise<Record<string, unknown>> {
  const { status, body } = await postToken(house.issuer, {
    grant_type: 'authorization_code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    code_verifier: request.verifier,
    code: code ?? '',
  });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}
