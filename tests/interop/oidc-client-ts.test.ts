import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { labSpa } from '@ostiary/http/fixture';
import type * as Oidc from 'oidc-client-ts';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.ts';
import { serveOnLoopback, type LoopbackServer } from '../support/loopback-server.ts';
import { serveIssuer, type ServedIssuer } from '../support/served-issuer.ts';

/** The library's global in a page. */
declare const oidc: typeof Oidc;

const manifest = createRequire(import.meta.url).resolve('oidc-client-ts/package.json');
const bundle = readFileSync(join(dirname(manifest), 'dist', 'browser', 'oidc-client-ts.min.js'));
const appPage =
  '<!doctype html><title>App</title><link rel="icon" href="data:,"><script src="/oidc-client-ts.js"></script>';
/** Page of the hidden frame: hands the answer to the page around it. */
const silentPage = `${appPage}<script>new oidc.UserManager({ authority: '', client_id: '', redirect_uri: '' }).signinSilentCallback()</script>`;

let app: LoopbackServer;
let server: ServedIssuer;
let chromium: Browser;
let context: BrowserContext;
let page: Page;

before(async () => {
  app = await serveOnLoopback((request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/oidc-client-ts.js') return answer(bundle, 'text/javascript');
    return answer(pathname === '/silent' ? silentPage : appPage, 'text/html');
  });
  chromium = await launchChromium();
});
after(async () => {
  await chromium?.close();
  await app.close();
});

// A new issuer for each test too: consent is remembered.
beforeEach(async () => {
  const { origin } = app;
  const spa = labSpa({
    redirect_uris: [`${origin}/callback`, `${origin}/silent`],
    post_logout_redirect_uris: [`${origin}/`],
    allowedOrigins: [origin],
  });
  server = await serveIssuer({ clients: [{ metadata: spa }] });
  context = await chromium.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(10_000);
});
afterEach(async () => {
  await context?.close();
  await server.close();
});

function answer(body: string | Buffer<ArrayBuffer>, type: string): Response {
  return new Response(body, { headers: { 'Content-Type': type } });
}

const offline = 'openid profile email offline_access eq1';
const online = 'openid profile email eq1';

function settingsFor(scope: string): Oidc.UserManagerSettings {
  const { origin } = app;
  return {
    authority: server.issuer,
    client_id: 'lab-spa',
    redirect_uri: `${origin}/callback`,
    silent_redirect_uri: `${origin}/silent`,
    post_logout_redirect_uri: `${origin}/`,
    scope,
    loadUserInfo: true,
    automaticSilentRenew: false,
    silentRequestTimeoutInSeconds: 5,
  };
}

/** What a test wants to know of the library's user; an `Error` of the library comes back as its words. */
interface Seen {
  error?: string;
  accessToken?: string;
  refreshToken?: string;
  profile?: Record<string, unknown>;
  state?: unknown;
}

async function signIn(scope: string): Promise<Seen> {
  await page.goto(`${app.origin}/`);
  await page.evaluate((settings) => {
    void new oidc.UserManager(settings).signinRedirect({ state: { from: '/reports' } });
  }, settingsFor(scope));
  await page.locator('input[name=username]').fill('ada@example.com');
  await page.locator('input[name=password]').fill('ada-demo-password');
  await page.locator('input[name=password]').press('Enter');
  await page.locator('button[name=decision][value=allow]').click();
  await page.waitForURL(`${app.origin}/callback?*`);
  return page.evaluate(async (settings) => {
    const user = await new oidc.UserManager(settings).signinCallback();
    return {
      accessToken: user?.access_token,
      refreshToken: user?.refresh_token,
      profile: user?.profile,
      state: user?.state,
    };
  }, settingsFor(scope));
}

function renewSilently(scope: string): Promise<Seen> {
  return page.evaluate(async (settings) => {
    try {
      const user = await new oidc.UserManager(settings).signinSilent();
      return { accessToken: user?.access_token, refreshToken: user?.refresh_token, profile: user?.profile };
    } catch (error) {
      return { error: error instanceof oidc.ErrorResponse ? String(error.error) : String(error) };
    }
  }, settingsFor(scope));
}

async function signOut(scope: string): Promise<void> {
  await page.evaluate((settings) => {
    void new oidc.UserManager(settings).signoutRedirect({ state: { from: '/reports' } });
  }, settingsFor(scope));
  await page.waitForURL(`${app.origin}/?state=*`);
  const state = await page.evaluate(async (settings) => {
    const response = await new oidc.UserManager(settings).signoutCallback();
    return response?.userState;
  }, settingsFor(scope));
  assert.deepEqual(state, { from: '/reports' });
}

describe('oidc-client-ts in a browser', () => {
  it('signs in by redirect, with claims from UserInfo and its own state', async () => {
    const seen = await signIn(offline);
    assert.equal(seen.profile?.['name'], 'Ada');
    assert.equal(seen.profile?.['email'], 'ada@example.com');
    assert.deepEqual(seen.state, { from: '/reports' });
    assert.ok(seen.refreshToken);
  });

  it('renews silently by its refresh token', async () => {
    const first = await signIn(offline);
    const second = await renewSilently(offline);
    assert.equal(second.error, undefined);
    assert.notEqual(second.accessToken, first.accessToken);
    assert.notEqual(second.refreshToken, first.refreshToken);
    assert.equal(second.profile?.['name'], 'Ada');
  });

  it('renews silently in a hidden frame where it has no refresh token', async () => {
    const first = await signIn(online);
    assert.equal(first.refreshToken, undefined);
    const second = await renewSilently(online);
    assert.equal(second.error, undefined);
    assert.notEqual(second.accessToken, first.accessToken);
    assert.equal(second.profile?.['sub'], first.profile?.['sub']);
  });

  it('is told login_required in the hidden frame after sign-out', async () => {
    await signIn(online);
    await signOut(online);
    assert.deepEqual(await renewSilently(online), { error: 'login_required' });
  });

  it('is told consent_required in the hidden frame when it asks for more', async () => {
    await signIn(online);
    assert.deepEqual(await renewSilently(`${online} read:reports`), { error: 'consent_required' });
  });

  it('signs out by redirect, without a question, and the session is over', async () => {
    const { refreshToken = '' } = await signIn(offline);
    await signOut(offline);
    assert.equal(
      await page.evaluate((settings) => new oidc.UserManager(settings).getUser(), settingsFor(offline)),
      null,
    );
    const form = { client_id: 'lab-spa', grant_type: 'refresh_token', refresh_token: refreshToken };
    const refused = await fetch(`${server.issuer}/token`, { method: 'POST', body: new URLSearchParams(form) });
    assert.equal(((await refused.json()) as { error_cause: string }).error_cause, 'signed_out');
  });

  it('revokes its tokens', async () => {
    await signIn(offline);
    await page.evaluate((settings) => new oidc.UserManager(settings).revokeTokens(), settingsFor(offline));
    // Without its refresh token the library goes by the hidden frame, where the session still stands.
    const renewed = await renewSilently(offline);
    assert.equal(renewed.error, undefined);
    assert.ok(renewed.refreshToken);
  });

  it('reads why its refresh token was refused', async () => {
    const { refreshToken = '' } = await signIn(offline);
    const form = { client_id: 'lab-spa', token: refreshToken };
    await fetch(`${server.issuer}/revoke`, { method: 'POST', body: new URLSearchParams(form) });
    assert.deepEqual(await renewSilently(offline), { error: 'invalid_grant' });
  });
});
