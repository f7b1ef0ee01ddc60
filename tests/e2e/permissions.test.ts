import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type { OstiaryConfig } from 'ostiary';
import type { Browser, BrowserContext } from 'playwright-core';
import { launchChromium } from './chromium.ts';
import { openLabHouse, type LabHouse } from './lab-house.ts';
import { LabPage } from './lab-page.ts';
import { claimsOf, refresh } from './token-endpoint.ts';

const labApi = 'https://api.lab.example';

let house: LabHouse;
let browser: Browser;
let context: BrowserContext;
let lab: LabPage;

before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());
beforeEach(async () => {
  house = await openLabHouse();
  context = await browser.newContext();
  lab = await LabPage.open(context, house);
});
afterEach(async () => {
  await context.close();
  await house.close();
});

describe('S3.4 renewal stops, and says why', () => {
  it('when an operator disables the user by the command line, while the server runs', async () => {
    const { refreshToken } = await lab.signIn();
    const { code, output } = await house.command('user', 'disable', '--username', 'ada@example.com');
    assert.equal(code, 0, output);
    await assertEnded(refreshToken, 'user_disabled');
    await lab.click('renew');
    await lab.page.locator('#username').fill('ada@example.com');
    await lab.page.locator('#password').fill('ada-demo-password');
    await lab.page.getByRole('button', { name: 'Sign in', exact: true }).click();
    assert.match((await lab.page.locator('#problem').textContent()) ?? '', /do not match/);
  });

  it('never brings a session back that ended, when the user is enabled again', async () => {
    const { refreshToken } = await lab.signIn();
    await house.command('user', 'disable', '--username', 'ada@example.com');
    const { code, output } = await house.command('user', 'enable', '--username', 'ada@example.com');
    assert.equal(code, 0, output);
    await assertEnded(refreshToken, 'user_disabled');
  });

  it('not when the permissions are narrowed: the next token has less, without a new sign-in', async () => {
    const { refreshToken } = await lab.signIn();
    await restart(withScopes(['read:reports']));
    const { status, body } = await refresh(house.issuer, refreshToken);
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(words(body['scope']), ['offline_access', 'openid', 'read:reports']);
    assert.deepEqual(words(claimsOf(body['access_token'])['scope']), ['offline_access', 'openid', 'read:reports']);
    assert.equal(await lab.act('call-api'), 'The API answered 200.');
  });

  it('with permission_removed when all of them are removed', async () => {
    const { refreshToken } = await lab.signIn();
    await restart(withScopes([]));
    await assertEnded(refreshToken, 'permission_removed');
  });

  it('with client_disabled when the client is taken out of the configuration and put back', async () => {
    const { refreshToken } = await lab.signIn();
    let before: OstiaryConfig['clients'];
    await restart((config) => {
      before = config.clients;
      return { ...config, clients: [] };
    });
    await restart((config) => ({ ...config, ...(before && { clients: before }) }));
    await assertEnded(refreshToken, 'client_disabled');
  });
});

describe('a restart', () => {
  it('ends nothing: the session, the refresh token and the cookie go on', async () => {
    await lab.signIn();
    await restart((same) => same);
    assert.match(await lab.act('renew'), /^Renewed: generation 1,/);
    const second = await LabPage.open(context, house);
    await second.signInSilently();
  });
});

async function restart(change: (config: OstiaryConfig) => OstiaryConfig): Promise<void> {
  assert.deepEqual(await house.end('SIGTERM'), { code: 0, signal: null });
  await house.start(change);
}

/** All clients with these scopes of the Lab's API, or none of that API at all. */
function withScopes(scopes: string[]): (config: OstiaryConfig) => OstiaryConfig {
  const apis: Record<string, string[]> = scopes.length === 0 ? {} : { [labApi]: scopes };
  return (config) => ({ ...config, clients: (config.clients ?? []).map((client) => ({ ...client, apis })) });
}

async function assertEnded(refreshToken: string, cause: string): Promise<void> {
  const { status, body } = await refresh(house.issuer, refreshToken);
  assert.equal(status, 400, JSON.stringify(body));
  assert.equal(body['error'], 'invalid_grant');
  assert.equal(body['error_cause'], cause);
}

function words(scope: unknown): string[] {
  return String(scope).split(' ').toSorted();
}
