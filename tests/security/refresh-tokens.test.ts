import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { api, authorizeParameters, labApi, labSpa, type TestBrowser } from '@ostiary/http/fixture';
import { disableUser, enableUser } from '@ostiary/service';
import {
  billing,
  codeFor,
  decode,
  exchange,
  isActive,
  offlineSpa,
  openHouse,
  otherSpa,
  otherWeb,
  refusedWith,
  renew,
  revoke,
  spa,
  tokensFor,
  tokensIn,
  userinfo,
  web,
  type House,
  type Party,
  type Tokens,
} from './house.fixture.ts';

let house: House;
const open: House[] = [];
async function another(settings: Parameters<typeof openHouse>[0]): Promise<House> {
  const opened = await openHouse(settings);
  open.push(opened);
  return opened;
}
before(async () => {
  house = await openHouse();
});
afterEach(async () => {
  for (const opened of open.splice(0)) await opened.close();
});
after(() => house.close());

const readReports = { scope: 'openid offline_access eq1 read:reports' };

describe('row 74 (RFC 9700 4.14): the server decides per client whether refresh tokens are issued', () => {
  it('none for a client without the grant', async () => {
    const metadata = labSpa({ grant_types: ['authorization_code'] });
    const strict = await another({ settings: { clients: [{ metadata }] } });
    const tokens = await exchange(strict, spa, await codeFor(strict.browser()));
    assert.equal(tokens.status, 200);
    assert.equal('refresh_token' in tokens.body, false);
  });

  it('none for an API without offline access', async () => {
    const strict = await another({ settings: { apis: [labApi({ allowOfflineAccess: false })] } });
    const tokens = await exchange(strict, spa, await codeFor(strict.browser()));
    assert.equal(tokens.status, 200);
    assert.equal('refresh_token' in tokens.body, false);
  });
});

describe('row 75 (RFC 6749 6, OIDC Core 12): a refresh token is bound to its client', () => {
  it('another public client is refused, and the owner goes on', async () => {
    const { refresh_token } = await tokensFor(house);
    refusedWith(await renew(house, otherSpa, refresh_token), 'invalid_grant');
    tokensIn(await renew(house, spa, refresh_token));
  });

  it('another confidential client is refused, and the owner goes on', async () => {
    const { refresh_token } = await tokensFor(house, web);
    refusedWith(await renew(house, otherWeb, refresh_token), 'invalid_grant');
    tokensIn(await renew(house, web, refresh_token));
  });

  it('a confidential client must authenticate', async () => {
    const { refresh_token } = await tokensFor(house, web);
    const anonymous: Party = { ...web, headers: {}, fields: { client_id: web.id } };
    refusedWith(await renew(house, anonymous, refresh_token), 'invalid_client');
    refusedWith(await renew(house, { ...web, headers: {} }, refresh_token), 'invalid_client');
    tokensIn(await renew(house, web, refresh_token));
  });

  it('and is not called reuse when a stranger shows a spent one', async () => {
    const { refresh_token } = await tokensFor(house);
    let newest = refresh_token;
    for (let round = 0; round < 3; round += 1) newest = tokensIn(await renew(house, spa, newest)).refresh_token;
    refusedWith(await renew(house, otherSpa, refresh_token), 'invalid_grant');
    tokensIn(await renew(house, spa, newest));
  });
});

describe('row 76 (RFC 9700 4.14.2, RFC 10017, ASVS 10.4.5): reuse of a spent token ends the whole family', () => {
  for (const rotations of [1, 2, 3, 7, 20]) {
    it(`${rotations} rotations later`, async () => {
      const first = await tokensFor(house);
      const all: Tokens[] = [first];
      for (let round = 0; round < rotations; round += 1) {
        all.push(tokensIn(await renew(house, spa, all.at(-1)?.refresh_token ?? '')));
      }
      // Out of the window in which a repeat is a lost answer.
      house.clock.advance(61);
      const replay = await renew(house, spa, first.refresh_token);
      refusedWith(replay, 'invalid_grant');
      assert.equal(replay.body['error_cause'], 'reuse_detected');
      refusedWith(await renew(house, spa, all.at(-1)?.refresh_token ?? ''), 'invalid_grant');
      for (const { access_token } of all) assert.equal(await isActive(house, access_token), false);
      assert.equal((await userinfo(house, first.access_token)).status, 401);
    });
  }

  it('each spent generation is recognised, not only the last', async () => {
    for (let spent = 0; spent < 5; spent += 1) {
      const line = [(await tokensFor(house)).refresh_token];
      for (let round = 0; round < 6; round += 1) {
        line.push(tokensIn(await renew(house, spa, line.at(-1) ?? '')).refresh_token);
      }
      const replay = await renew(house, spa, line[spent] ?? '');
      assert.equal(replay.body['error_cause'], 'reuse_detected', String(spent));
    }
  });

  it('and costs no other session: neither of another device nor of another app', async () => {
    const browser = house.browser();
    const stolen = await tokensFor(house, spa, { browser });
    const otherApp = await tokensFor(house, offlineSpa, { browser });
    const otherDevice = await tokensFor(house, spa, { browser: house.browser() });
    const newest = tokensIn(await renew(house, spa, stolen.refresh_token));
    house.clock.advance(61);
    refusedWith(await renew(house, spa, stolen.refresh_token), 'invalid_grant');
    refusedWith(await renew(house, spa, newest.refresh_token), 'invalid_grant');
    tokensIn(await renew(house, offlineSpa, otherApp.refresh_token));
    tokensIn(await renew(house, spa, otherDevice.refresh_token));
  });
});

describe('row 77 (RFC 6749 6, RFC 9700 4.14): a refresh may narrow, never widen', () => {
  it('a scope beyond the grant is invalid_scope, and nothing is spent', async () => {
    const { refresh_token } = await tokensFor(house);
    refusedWith(await renew(house, spa, refresh_token, { scope: 'eq1 read:reports' }), 'invalid_scope');
    refusedWith(await renew(house, spa, refresh_token, { scope: 'admin' }), 'invalid_scope');
    house.clock.advance(61);
    tokensIn(await renew(house, spa, refresh_token));
  });

  it('a resource beyond the grant is invalid_target, and nothing is spent', async () => {
    const { refresh_token } = await tokensFor(house);
    refusedWith(await renew(house, spa, refresh_token, { resource: billing }), 'invalid_target');
    refusedWith(await renew(house, spa, refresh_token, { audience: billing }), 'invalid_target');
    refusedWith(await renew(house, spa, refresh_token, { resource: 'https://nowhere.example' }), 'invalid_target');
    house.clock.advance(61);
    tokensIn(await renew(house, spa, refresh_token));
  });

  it('a narrow refresh, then the whole grant again', async () => {
    const { refresh_token } = await tokensFor(house, spa, { changes: readReports });
    const narrow = tokensIn(await renew(house, spa, refresh_token, { scope: 'eq1' }));
    assert.equal(narrow.scope, 'eq1');
    const whole = tokensIn(await renew(house, spa, narrow.refresh_token, readReports));
    assert.deepEqual(whole.scope.split(' ').toSorted(), readReports.scope.split(' ').toSorted());
  });
});

it('row 78 (RFC 6749 6): without scope, a refresh is for what was granted', async () => {
  const tokens = await tokensFor(house, spa, { changes: readReports });
  const narrow = tokensIn(await renew(house, spa, tokens.refresh_token, { scope: 'eq1' }));
  const whole = tokensIn(await renew(house, spa, narrow.refresh_token));
  assert.deepEqual(whole.scope.split(' ').toSorted(), tokens.scope.split(' ').toSorted());
  assert.equal(decode(whole.access_token).claims['aud'], api);
});

describe('row 79 (RFC 10017, ASVS 10.4.8): lifetimes', () => {
  const limits = { ...labSpa().refresh, idleSeconds: 100, absoluteSeconds: 250 };
  let short: House;
  const cause = async (token: string) => (await renew(short, spa, token)).body['error_cause'];
  before(async () => {
    short = await openHouse({ settings: { clients: [{ metadata: labSpa({ refresh: limits }) }] } });
  });
  after(() => short.close());

  it('a token that was not used for the idle limit is over', async () => {
    const { refresh_token } = await tokensFor(short);
    short.clock.advance(100);
    assert.equal(await cause(refresh_token), 'idle_expired');
  });

  it('each use moves the idle limit', async () => {
    const { refresh_token } = await tokensFor(short);
    short.clock.advance(99);
    const second = tokensIn(await renew(short, spa, refresh_token));
    short.clock.advance(99);
    tokensIn(await renew(short, spa, second.refresh_token));
  });

  it('no use moves the absolute limit: good up to 1 s before, over at it', async () => {
    let { refresh_token } = await tokensFor(short);
    for (const seconds of [90, 90, 69]) {
      short.clock.advance(seconds);
      refresh_token = tokensIn(await renew(short, spa, refresh_token)).refresh_token;
    }
    short.clock.advance(1);
    assert.equal(await cause(refresh_token), 'absolute_expired');
  });
});

describe('row 80 (RFC 10017, OIDC Back-Channel Logout 2.7): sign-out', () => {
  async function signOut(browser: TestBrowser): Promise<void> {
    const page = await browser.open('/end-session');
    await browser.submit(page, { decision: 'sign_out' });
  }

  it('ends what is bound to the session', async () => {
    const browser = house.browser();
    const tokens = await tokensFor(house, spa, { browser });
    await signOut(browser);
    const { body } = await renew(house, spa, tokens.refresh_token);
    assert.equal(body['error_cause'], 'signed_out');
    assert.equal(await isActive(house, tokens.access_token), false);
  });

  it('and leaves what is bound to offline access', async () => {
    const browser = house.browser();
    const { refresh_token } = await tokensFor(house, offlineSpa, { browser });
    await signOut(browser);
    tokensIn(await renew(house, offlineSpa, refresh_token));
  });
});

describe('row 81 (OIDC Core 11): offline_access', () => {
  it('without it there is no refresh token', async () => {
    const code = await codeFor(house.browser(), spa, { scope: 'openid eq1' });
    const { body } = await exchange(house, spa, code);
    assert.equal('refresh_token' in body, false);
  });

  it('it is asked for by name on the consent page, and denied when the user denies', async () => {
    const browser = house.browser();
    const signIn = await browser.open(`/authorize?${authorizeParameters({ prompt: 'consent' }).toString()}`);
    const consent = await browser.submit(signIn, { username: 'ada@example.com', password: 'ada-demo-password' });
    assert.match(consent.html, /Keep access when you are away|stay signed in|away/i);
    const denied = await browser.submit(consent, { decision: 'deny' });
    assert.equal(new URL(denied.leftTo ?? '').searchParams.get('error'), 'access_denied');
  });

  it('consent to less does not cover it: the page comes again', async () => {
    const fresh = await another({});
    const browser = fresh.browser();
    await codeFor(browser, spa, { scope: 'openid eq1' });
    const silent = await browser.open(`/authorize?${authorizeParameters({ prompt: 'none' }).toString()}`);
    assert.equal(new URL(silent.leftTo ?? '').searchParams.get('error'), 'consent_required');
  });
});

describe('row 82 (published CVEs): every refresh looks again at', () => {
  async function endsWith(issuer: House, tokens: Tokens, cause: string, client = spa): Promise<void> {
    const { body } = await renew(issuer, client, tokens.refresh_token);
    assert.deepEqual([body['error'], body['error_cause']], ['invalid_grant', cause]);
  }

  it('the user: disabled, and enabling revives nothing', async () => {
    const issuer = await another({});
    const tokens = await tokensFor(issuer);
    assert.equal(await disableUser(issuer.service, 'ada@example.com'), true);
    await endsWith(issuer, tokens, 'user_disabled');
    assert.equal(await isActive(issuer, tokens.access_token), false);
    assert.equal(await enableUser(issuer.service, 'ada@example.com'), true);
    await endsWith(issuer, tokens, 'user_disabled');
  });

  it('the client: disabled, and enabling revives nothing', async () => {
    const issuer = await another({});
    const tokens = await tokensFor(issuer);
    const ids = issuer.service.settings.clients.map(({ metadata }) => metadata.client_id);
    const { clients } = issuer.service.store;
    await clients.sync(
      ids.filter((id) => id !== spa.id),
      issuer.clock.now(),
    );
    await endsWith(issuer, tokens, 'client_disabled');
    assert.equal(await isActive(issuer, tokens.access_token), false);
    await clients.sync(ids, issuer.clock.now());
    await endsWith(issuer, tokens, 'client_disabled');
  });

  it('the consent: withdrawn on the account page', async () => {
    const issuer = await another({});
    const browser = issuer.browser();
    const tokens = await tokensFor(issuer, spa, { browser });
    await act(browser, '/account/apps/withdraw', { client: spa.id });
    await endsWith(issuer, tokens, 'consent_withdrawn');
    assert.equal(await isActive(issuer, tokens.access_token), false);
  });

  it('the device: removed on the account page of another', async () => {
    const issuer = await another({});
    const lost = await tokensFor(issuer);
    const browser = issuer.browser();
    const here = await tokensFor(issuer, spa, { browser });
    await act(browser, '/account/devices/remove-others', {});
    await endsWith(issuer, lost, 'device_removed');
    tokensIn(await renew(issuer, spa, here.refresh_token));
  });

  it('the permission: the API or its scopes are no longer for this client', async () => {
    const issuer = await another({});
    const tokens = await tokensFor(issuer);
    const registered = issuer.service.clients.get(spa.id);
    assert.ok(registered);
    registered.metadata.apis = {};
    await endsWith(issuer, tokens, 'permission_removed');
  });

  it('the grant: revoked by the client', async () => {
    const tokens = await tokensFor(house);
    assert.equal((await revoke(house, tokens.refresh_token)).status, 200);
    await endsWith(house, tokens, 'revoked_by_client');
    assert.equal(await isActive(house, tokens.access_token), false);
  });
});

/** Does one of the dangerous things of the account page, confirmation included. */
async function act(browser: TestBrowser, path: string, fields: Record<string, string>): Promise<void> {
  const account = await browser.open('/account');
  const csrf = /name="csrf" value="([^"]+)"/.exec(account.html)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, confirm: 'yes', ...fields });
  const page = await browser.open(path, { method: 'POST', body });
  assert.equal(page.status, 200, page.html.slice(0, 500));
}

describe('row 83 (RFC 9700 4.14, ASVS 7.4.3): ending everything of a user ends every family', () => {
  it('disabling takes all devices and apps, offline ones too', async () => {
    const issuer = await another({});
    const families = [
      { client: spa, tokens: await tokensFor(issuer) },
      { client: offlineSpa, tokens: await tokensFor(issuer, offlineSpa) },
      { client: web, tokens: await tokensFor(issuer, web) },
    ];
    const bystander = await tokensFor(issuer, spa, { who: 'bob' });
    await disableUser(issuer.service, 'ada@example.com');
    for (const { client, tokens } of families)
      refusedWith(await renew(issuer, client, tokens.refresh_token), 'invalid_grant');
    tokensIn(await renew(issuer, spa, bystander.refresh_token));
  });

  it('signing out everywhere does, too; the person is asked once and may sign in again at once', async () => {
    const issuer = await another({});
    const [here, elsewhere] = [issuer.browser(), issuer.browser()];
    const present = await tokensFor(issuer, spa, { browser: here });
    const families = [
      { client: spa, tokens: present },
      { client: offlineSpa, tokens: await tokensFor(issuer, offlineSpa, { browser: elsewhere }) },
      { client: web, tokens: await tokensFor(issuer, web, { browser: elsewhere }) },
    ];
    const bystander = await tokensFor(issuer, spa, { who: 'bob' });
    const account = await here.open('/account');
    const asked = await here.submit({ ...account, action: '/account/sign-out-everywhere' }, {});
    assert.match(asked.html, /every browser and every app.*signed out here, too/s);
    assert.equal(await isActive(issuer, present.access_token), true);
    assert.equal((await here.submit(asked, { confirm: 'yes' })).status, 200);
    for (const { client, tokens } of families) {
      const { body } = await renew(issuer, client, tokens.refresh_token);
      assert.deepEqual([body['error'], body['error_cause']], ['invalid_grant', 'signed_out_everywhere']);
    }
    tokensIn(await renew(issuer, spa, bystander.refresh_token));
    for (const browser of [here, elsewhere]) assert.match((await browser.open('/account')).html, /id="password"/);
    const recorded = await issuer.service.store.audit.listRecent(20);
    assert.equal(recorded.filter(({ kind }) => kind === 'signed_out_everywhere').length, 1);
    tokensIn(await renew(issuer, spa, (await tokensFor(issuer, spa, { browser: here })).refresh_token));
  });
});

it('row 84 (OIDC Core 12.2): the ID token of a refresh', async () => {
  const browser = house.browser();
  const born = await tokensFor(house, spa, { browser, changes: { nonce: 'nonce-84' } });
  house.clock.advance(600);
  const renewed = tokensIn(await renew(house, spa, born.refresh_token));
  const [before84, after84] = [decode(born.id_token).claims, decode(renewed.id_token).claims];
  for (const name of ['iss', 'sub', 'aud', 'auth_time', 'sid', 'acr'])
    assert.deepEqual(after84[name], before84[name], name);
  assert.equal(after84['iat'], Number(before84['iat']) + 600);
  assert.ok(after84['nonce'] === undefined || after84['nonce'] === 'nonce-84');
});

describe('row 86 (FAPI 2.0 5.3.2.1): rotation off', () => {
  it('the refresh token stays the same, use after use', async () => {
    let { refresh_token } = await tokensFor(house, web);
    const first = refresh_token;
    for (let round = 0; round < 5; round += 1) {
      house.clock.advance(3600);
      refresh_token = tokensIn(await renew(house, web, refresh_token)).refresh_token;
      assert.equal(refresh_token, first);
    }
  });
});

describe('row 89: a repeat after a lost answer gets the same successor, byte for byte', () => {
  it('at once', async () => {
    const { refresh_token } = await tokensFor(house);
    const lost = tokensIn(await renew(house, spa, refresh_token));
    const repeated = tokensIn(await renew(house, spa, refresh_token));
    assert.equal(repeated.refresh_token, lost.refresh_token);
    assert.notEqual(repeated.access_token, lost.access_token);
  });

  it('up to 60 s later without an attempt', async () => {
    const { refresh_token } = await tokensFor(house);
    const lost = tokensIn(await renew(house, spa, refresh_token));
    house.clock.advance(60);
    assert.equal(tokensIn(await renew(house, spa, refresh_token)).refresh_token, lost.refresh_token);
  });

  it('a month later with the same attempt', async () => {
    const attempt = { attempt: 'an-attempt-of-22-characters' };
    const monthly = { ...labSpa().refresh, idleSeconds: 86_400 * 60 };
    const issuer = await another({ settings: { clients: [{ metadata: labSpa({ refresh: monthly }) }] } });
    const { refresh_token } = await tokensFor(issuer);
    const lost = tokensIn(await renew(issuer, spa, refresh_token, attempt));
    issuer.clock.advance(86_400 * 30);
    assert.equal(tokensIn(await renew(issuer, spa, refresh_token, attempt)).refresh_token, lost.refresh_token);
  });

  it('61 s later without an attempt it is reuse', async () => {
    const { refresh_token } = await tokensFor(house);
    tokensIn(await renew(house, spa, refresh_token));
    house.clock.advance(61);
    assert.equal((await renew(house, spa, refresh_token)).body['error_cause'], 'reuse_detected');
  });

  it('and so it is as soon as the successor was used', async () => {
    const { refresh_token } = await tokensFor(house);
    const second = tokensIn(await renew(house, spa, refresh_token));
    tokensIn(await renew(house, spa, second.refresh_token));
    assert.equal((await renew(house, spa, refresh_token)).body['error_cause'], 'reuse_detected');
  });
});

describe('row 90 (CVE-2026-27840): a refresh token has one spelling', () => {
  let token: string;
  const rejects = async (altered: string) => {
    const { status, body } = await renew(house, spa, altered);
    assert.equal(status, 400, altered);
    assert.equal(body['error_cause'], undefined, altered);
  };
  before(async () => {
    token = (await tokensFor(house)).refresh_token;
  });
  after(async () => {
    house.clock.advance(61);
    tokensIn(await renew(house, spa, token));
  });

  it('no truncation, from either end', async () => {
    for (let length = 1; length < token.length; length += 1) {
      await rejects(token.slice(0, length));
      await rejects(token.slice(length));
    }
  });

  it('no edit of one character', async () => {
    for (let at = 0; at < token.length; at += 1) {
      for (const other of ['A', 'a', '_', '=', '%', ' ']) {
        if (token[at] !== other) await rejects(token.slice(0, at) + other + token.slice(at + 1));
      }
    }
  });

  it('no padding, change of case, other alphabet or repetition', async () => {
    const body = token.slice(4);
    const standard = Buffer.from(body, 'base64url').toString('base64');
    const others = [`${token}=`, `${token}==`, `${token}A`, token + token, `ort_ort_${body}`, body, `ORT_${body}`];
    const spelt = [token.toLowerCase(), token.toUpperCase(), `${token}\0`, `${token} `, ` ${token}`, `${token}\n`];
    if (standard !== body) spelt.push(`ort_${standard}`);
    spelt.push(`ort_${Buffer.from(body, 'base64url').toString('hex')}`);
    for (const altered of [...others, ...spelt]) await rejects(altered);
  });
});

describe('row 91 (ASVS 7.5.2, 10.4.9, 10.7.3): the user sees and ends what is theirs', () => {
  it('devices and apps are listed; each can be ended', async () => {
    const issuer = await another({});
    const browser = issuer.browser();
    const tokens = await tokensFor(issuer, spa, { browser });
    const { html } = await browser.open('/account');
    assert.match(html, /Firefox on Linux/);
    assert.match(html, /Lab SPA/);
    const device = /name="device" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const csrf = /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const body = new URLSearchParams({ csrf, device, confirm: 'yes' });
    await browser.open('/account/devices/remove', { method: 'POST', body });
    refusedWith(await renew(issuer, spa, tokens.refresh_token), 'invalid_grant');
  });

  it('what was done is told on a page of its own, after a 303, and only to the browser that did it', async () => {
    const issuer = await another({});
    const browser = issuer.browser();
    await tokensFor(issuer, spa, { browser });
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open('/account')).html)?.[1] ?? '';
    const body = new URLSearchParams({ csrf, client: spa.id, confirm: 'yes' });
    const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
    const done = await issuer.request('/account/apps/withdraw', { method: 'POST', body, headers: { cookie } });
    assert.equal(done.status, 303);
    const told = done.headers.get('location') ?? '';
    assert.match(told, /^\/account\?notice=/);
    assert.match((await browser.open(told)).html, /Lab SPA<\/bdi> no longer has access/);
    const altered = await browser.open(told.replace('Lab+SPA', 'Another'));
    assert.equal(altered.status, 200);
    assert.doesNotMatch(altered.html, /role="status"/);
    const other = issuer.browser();
    await tokensFor(issuer, spa, { browser: other });
    assert.doesNotMatch((await other.open(told)).html, /role="status"/);
  });

  it("another user's device is as good as none", async () => {
    const issuer = await another({});
    const ada = issuer.browser();
    const tokens = await tokensFor(issuer, spa, { browser: ada });
    const device = /name="device" value="([^"]+)"/.exec((await ada.open('/account')).html)?.[1] ?? '';
    assert.notEqual(device, '');
    const bob = issuer.browser();
    await tokensFor(issuer, spa, { browser: bob, who: 'bob' });
    await act(bob, '/account/devices/remove', { device });
    tokensIn(await renew(issuer, spa, tokens.refresh_token));
  });
});

describe('row 92 (draft-ietf-oauth-refresh-token-expiration): the answer tells how long', () => {
  it('the timeout begins anew with each rotation, the authorization runs down', async () => {
    const { idleSeconds, absoluteSeconds } = labSpa().refresh;
    const born = await tokensFor(house);
    assert.equal(born['refresh_token_timeout'], idleSeconds);
    assert.equal(born['authorization_expires_in'], absoluteSeconds);
    house.clock.advance(1000);
    const renewed = tokensIn(await renew(house, spa, born.refresh_token));
    assert.equal(renewed['refresh_token_timeout'], idleSeconds);
    assert.equal(renewed['authorization_expires_in'], (absoluteSeconds ?? 0) - 1000);
    assert.equal(renewed['refresh_token_expires_in'], idleSeconds);
  });

  it('a limit of "never" is left out', async () => {
    const { idleSeconds: _, ...refresh } = labSpa().refresh;
    const issuer = await another({ settings: { clients: [{ metadata: labSpa({ refresh }) }] } });
    const tokens = await tokensFor(issuer);
    assert.equal('refresh_token_timeout' in tokens, false);
    assert.equal(tokens['refresh_token_expires_in'], refresh.absoluteSeconds);
  });

  it('a repeat gives nothing away about when the rotation was', async () => {
    const { refresh_token } = await tokensFor(house);
    const lost = tokensIn(await renew(house, spa, refresh_token));
    house.clock.advance(30);
    const repeated = tokensIn(await renew(house, spa, refresh_token));
    assert.equal(repeated['refresh_token_timeout'], lost['refresh_token_timeout']);
    assert.deepEqual(Object.keys(repeated), Object.keys(lost));
  });
});
