import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';
import { tellOfLogouts, type Courier } from '@ostiary/service';
import type { ConfigParams } from 'express-openid-connect';
import { api, labApi, labWeb, webSecret } from '@ostiary/http/fixture';
import type { ClientId, ClientMetadata } from '@ostiary/wire';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';
import { arrive, labBrowser, logoutStore, openPlaces, serveExpressLab, type ExpressPlaces } from './express-lab.ts';

/** Lifetime of an access token, as in the identity lab. */
const lifetimeSeconds = 10;

let places: ExpressPlaces;
let issuer: ServedIssuer;

before(async () => {
  // Issuer, application and API share one clock, which the test moves.
  mock.timers.enable({ apis: ['Date'], now: Date.now() });
  places = await openPlaces();
  issuer = await openIssuer();
});
after(async () => {
  await places.close();
  await issuer.close();
  mock.timers.reset();
});

function openIssuer(changes: Partial<ClientMetadata> = {}): Promise<ServedIssuer> {
  const { url } = places.web;
  const web = labWeb({
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [url],
    response_types: ['code', 'code id_token'],
    id_token_signed_response_alg: 'RS256',
    ...changes,
  });
  const signInOnly: ClientMetadata = {
    ...web,
    client_id: 'lab-sign-in' as ClientId,
    token_endpoint_auth_method: 'none',
    grant_types: [],
    response_types: ['id_token'],
  };
  return serveIssuer({
    apis: [labApi({ accessTokenSeconds: lifetimeSeconds })],
    clients: [withSecret(web), { metadata: signInOnly }],
  });
}

function serveLab(changes: Partial<ConfigParams> = {}, by = issuer) {
  const settings = { issuerBaseURL: by.issuer, clientID: 'lab-web', clientSecret: webSecret, audience: api };
  return serveExpressLab(places, settings, changes);
}

const expenses = () => `${places.web.url}/expenses`;

describe('S4 with express-openid-connect and express-oauth2-jwt-bearer, unmodified', () => {
  it('signs in by code id_token and form_post, and shows what the API has', async () => {
    const { issuedAt } = serveLab();
    const { page, seen } = await arrive(labBrowser(), expenses());
    assert.deepEqual(seen, ['sign_in', 'consent', 'form_post']);
    const { user, reports } = JSON.parse(page.html) as { user: Record<string, unknown>; reports: string[] };
    assert.deepEqual([user['name'], user['email'], reports], ['Ada', 'ada@example.com', ['Lunch', 'Train']]);
    assert.deepEqual(issuedAt, [Math.floor(Date.now() / 1000)]);
  });

  it('S4.4: reloading shows the API the same token until it is over, then a new one', async () => {
    const { issuedAt } = serveLab();
    const browser = labBrowser();
    await arrive(browser, expenses());
    mock.timers.tick((lifetimeSeconds - 1) * 1000);
    await browser.open(expenses());
    mock.timers.tick(1000);
    await browser.open(expenses());
    const [first = 0, second, third] = issuedAt;
    assert.deepEqual([second, third], [first, first + lifetimeSeconds]);
  });

  for (const rotation of ['off', 'on'] as const) {
    it(`S4.2: a hundred rounds of refresh, rotation ${rotation}`, async () => {
      const { refresh } = labWeb();
      const by = await openIssuer({ refresh: { ...refresh, rotation } });
      const { issuedAt } = serveLab({}, by);
      const browser = labBrowser();
      await arrive(browser, expenses());
      for (let round = 0; round < 100; round += 1) {
        mock.timers.tick(lifetimeSeconds * 1000);
        const { status, html } = await browser.open(expenses());
        assert.equal(status, 200, html);
      }
      assert.equal(new Set(issuedAt).size, 101);
      await by.close();
    });
  }

  it('S4.3: asks again when offline_access is added to what was allowed before', async () => {
    const scope = 'openid profile email read:reports';
    const authorizationParams = { response_type: 'code id_token', audience: api } as const;
    const browser = labBrowser();
    serveLab({ authorizationParams: { ...authorizationParams, scope } });
    assert.deepEqual((await arrive(browser, expenses(), 'bob')).seen, ['sign_in', 'consent', 'form_post']);
    serveLab({ authorizationParams: { ...authorizationParams, scope: `${scope} offline_access` } });
    const again = await browser.open(`${places.web.url}/login`);
    assert.match(again.html, /name="decision"/);
    assert.match(again.html, /while you are away/i);
    assert.equal((await browser.submit(again, { decision: 'allow' })).action, `${places.web.url}/callback`);
  });

  it('signs in silently where a session stands, and leaves alone who has none', async () => {
    serveLab({ attemptSilentLogin: true });
    const browser = labBrowser();
    const stranger = await arrive(browser, places.web.url);
    assert.deepEqual([stranger.seen, JSON.parse(stranger.page.html)], [['form_post'], { user: null }]);
    const known = labBrowser();
    await arrive(known, expenses());
    known.cookies.delete('appSession');
    const back = await arrive(known, places.web.url);
    assert.deepEqual([back.seen, JSON.parse(back.page.html)], [['form_post'], { user: 'Ada' }]);
  });

  it('with code alone, in the query', async () => {
    const scope = 'openid profile email read:reports offline_access';
    serveLab({ authorizationParams: { response_type: 'code', audience: api, scope } });
    const { page, seen } = await arrive(labBrowser(), expenses());
    assert.ok(!seen.includes('form_post'));
    assert.equal(page.status, 200);
  });

  it('as it is without settings: an ID token alone, no secret', async () => {
    serveLab({ clientID: 'lab-sign-in', clientSecret: undefined, authorizationParams: undefined });
    const browser = labBrowser();
    await arrive(browser, `${places.web.url}/login`);
    assert.deepEqual(JSON.parse((await browser.open(places.web.url)).html), { user: 'Ada' });
  });

  it('the API refuses a token without its scope', async () => {
    const { issuedAt } = serveLab({
      authorizationParams: { response_type: 'code', audience: api, scope: 'openid eq1' },
    });
    const { page } = await arrive(labBrowser(), expenses());
    assert.deepEqual([page.status, issuedAt], [403, []]);
  });
});

describe('signing out', () => {
  async function signedIn(changes: Partial<ConfigParams>) {
    serveLab(changes);
    const browser = labBrowser();
    await arrive(browser, expenses());
    return browser;
  }

  it('auth0Logout: the person is asked, the session ends, and they are back at the application', async () => {
    const browser = await signedIn({ auth0Logout: true });
    const asked = await browser.open(`${places.web.url}/logout`);
    assert.match(asked.html, /value="sign_out"/);
    assert.equal((await browser.open(`${issuer.issuer}/account`)).action, '/account/devices/remove');
    const back = await browser.submit({ ...asked, action: `${issuer.issuer}/end-session` }, { decision: 'sign_out' });
    assert.deepEqual(JSON.parse(back.html), { user: null });
    assert.match((await browser.open(`${issuer.issuer}/account`)).html, /name="password"/);
  });

  it('auth0Logout of somebody who is not signed in: back at once', async () => {
    serveLab({ auth0Logout: true });
    const back = await labBrowser().open(`${places.web.url}/logout`);
    assert.deepEqual(JSON.parse(back.html), { user: null });
  });

  it('idpLogout: the hint says who asks, so nobody is asked', async () => {
    const browser = await signedIn({ idpLogout: true });
    const back = await browser.open(`${places.web.url}/logout`);
    assert.deepEqual(JSON.parse(back.html), { user: null });
    assert.match((await browser.open(`${issuer.issuer}/account`)).html, /name="password"/);
  });
});

describe('back-channel logout', () => {
  const courier: Courier = {
    async post(url, form) {
      const answer = await fetch(url, { method: 'POST', body: form });
      await answer.body?.cancel();
      return { status: answer.status };
    },
  };

  /** Ada on two devices; she signs out at the issuer on the first. Who is signed in at the application then? */
  async function afterSignOut(isSessionRequired: boolean) {
    const by = await openIssuer({
      backchannel_logout_uri: `${places.web.url}/backchannel-logout`,
      backchannel_logout_session_required: isSessionRequired,
    });
    serveLab({ backchannelLogout: { store: logoutStore() } }, by);
    const devices = [labBrowser(), labBrowser()];
    for (const device of devices) await arrive(device, expenses());
    const [first = labBrowser()] = devices;
    const page = await first.open(`${by.issuer}/end-session`);
    await first.submit(page, { decision: 'sign_out' });
    await tellOfLogouts(by.service, courier);
    const [outcome] = await by.service.store.audit.listRecent(1);
    const pages = await Promise.all(devices.map((device) => device.open(places.web.url)));
    await by.close();
    return { outcome: outcome?.kind, users: pages.map(({ html }) => (JSON.parse(html) as { user: unknown }).user) };
  }

  it('signs out on the device that was signed out, and on no other', async () => {
    assert.deepEqual(await afterSignOut(true), { outcome: 'logout_delivered', users: [null, 'Ada'] });
  });

  it('signs out on every device where the token names the user too: the library goes by that', async () => {
    assert.deepEqual(await afterSignOut(false), { outcome: 'logout_delivered', users: [null, null] });
  });
});
