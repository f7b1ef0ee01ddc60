import assert from 'node:assert/strict';
import { argon2Sync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, labSpa, type Page, type TestBrowser } from '@ostiary/http/fixture';
import { addUser, disableUser } from '@ostiary/service';
import {
  codeFor,
  exchange,
  openHouse,
  otherSpa,
  refusedWith,
  renew,
  spa,
  tokensFor,
  tokensIn,
  web,
  type House,
} from './house.fixture.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

const ada = { username: 'ada@example.com', password: 'ada-demo-password' };
const bob = { username: 'bob@example.com', password: 'bob-demo-password' };
const sessionName = 'ostiary-session-4000';

async function signIn(browser: TestBrowser, who = ada): Promise<Page> {
  return browser.submit(await browser.open('/sign-in'), who);
}

function isSignedIn(page: Page): boolean {
  return page.status === 200 && page.html.includes('Firefox on Linux');
}

/** The raw answer to a form, with the cookies of a browser. */
function post(path: string, fields: Record<string, string>, browser: TestBrowser, issuer = house): Promise<Response> {
  const cookie = [...browser.cookies].map((pair) => pair.join('=')).join('; ');
  return issuer.request(path, { method: 'POST', body: new URLSearchParams(fields), headers: { cookie } });
}

describe('row 149 (NIST 800-63B-4 3.1.1.2): passwords', () => {
  const passwords: [string, string][] = [
    ['letters of all scripts', 'p\u00e4ssw\u00f6rd \u5bc6\u7801 \u043f\u0430\u0440\u043e\u043b\u044c'],
    ['emoji', '\u{1F600}'.repeat(20)],
    ['spaces at both ends', '  a password with spaces  '],
    ['256 characters', 'x'.repeat(256)],
    ['all printing ASCII', Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')],
  ];
  for (const [what, password] of passwords) {
    it(`${what} sign in, and nothing shorter or longer does`, async () => {
      const username = `${what.replaceAll(' ', '-')}@example.com`;
      await addUser(house.service, { username, password, claims: {} });
      assert.ok(isSignedIn(await signIn(house.browser(), { username, password })));
      for (const other of [`${password}x`, password.slice(0, -1), password.trim()]) {
        if (other === password) continue;
        assert.equal((await signIn(house.browser(), { username, password: other })).status, 400);
      }
      house.clock.advance(60);
    });
  }

  it('nothing is cut off at 72 bytes', async () => {
    const password = 'y'.repeat(73);
    await addUser(house.service, { username: 'long@example.com', password, claims: {} });
    const wrong = await signIn(house.browser(), { username: 'long@example.com', password: `${'y'.repeat(72)}z` });
    assert.equal(wrong.status, 400);
    assert.ok(isSignedIn(await signIn(house.browser(), { username: 'long@example.com', password })));
  });
  it('composed and decomposed letters are the same, in name and password', async () => {
    await addUser(house.service, {
      username: 'ren\u00e9@example.com',
      password: 'un mot de passe tr\u00e8s long',
      claims: {},
    });
    const decomposed = { username: 'Rene\u0301@Example.com', password: 'un mot de passe tre\u0300s long' };
    assert.ok(isSignedIn(await signIn(house.browser(), decomposed)));
  });
  it('an oversized one is refused without being hashed', async () => {
    const { passwords } = house.service;
    const check = passwords.check.bind(passwords);
    let hashes = 0;
    passwords.check = (password, stored) => {
      hashes += 1;
      return check(password, stored);
    };
    assert.equal((await signIn(house.browser(), { ...ada, password: 'x'.repeat(1025) })).status, 400);
    assert.equal(hashes, 0);
    passwords.check = check;
  });
  it('fields can be pasted into and filled by a manager', async () => {
    const { html } = await house.browser().open('/sign-in');
    assert.match(html, /autocomplete="current-password"/);
    assert.doesNotMatch(html, /onpaste|maxlength/);
  });
});

describe('row 151 (OWASP, ASVS 11.4.2): Argon2id', () => {
  const storedOf = async () => (await house.service.store.users.findByUsername(ada.username))?.passwordHash ?? '';
  it('with 19 MiB, 2 passes, a salt of its own', async () => {
    assert.match(await storedOf(), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const bobs = (await house.service.store.users.findByUsername(bob.username))?.passwordHash ?? '';
    assert.notEqual(bobs.split('$')[4], (await storedOf()).split('$')[4]);
  });
  it('weaker parameters are raised at the next sign-in', async () => {
    const salt = Buffer.alloc(16, 3);
    const tag = argon2Sync('argon2id', {
      message: ada.password,
      nonce: salt,
      memory: 8,
      passes: 1,
      parallelism: 1,
      tagLength: 32,
    });
    const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '');
    const user = await house.service.store.users.findByUsername(ada.username);
    assert.ok(user);
    const passwordHash = `$argon2id$v=19$m=8,t=1,p=1$${text(salt)}$${text(tag)}`;
    const touches = [{ kind: 'password' as const, userId: user.id, passwordHash }];
    await house.service.store.commit({
      expects: [],
      consumes: [],
      advances: [],
      inserts: [],
      ends: [],
      touches,
      events: [],
    });
    assert.ok(isSignedIn(await signIn(house.browser())));
    assert.match(await storedOf(), /m=19456,t=2,p=1/);
    assert.ok(isSignedIn(await signIn(house.browser())));
  });
});

it('row 152 (NIST 3.2.2): of 200 guesses at once, 5 are evaluated', async () => {
  house.clock.advance(60);
  const browser = house.browser();
  const page = await browser.open('/sign-in');
  const fields = { ...page.hidden, ...bob, password: 'guess' };
  const answers = await Promise.all(Array.from({ length: 200 }, () => post('/sign-in', fields, browser)));
  assert.equal(answers.filter(({ status }) => status === 400).length, 5);
  assert.equal(answers.filter(({ status }) => status === 429).length, 195);
  house.clock.advance(60);
  assert.ok(isSignedIn(await signIn(house.browser(), bob)));
});

describe('row 153 (ASVS 6.3.8): nothing tells who has an account', () => {
  it('throttling is the same for known and unknown names', async () => {
    const statuses = async (username: string) => {
      const browser = house.browser();
      const page = await browser.open('/sign-in');
      const seen: number[] = [];
      for (let round = 0; round < 8; round += 1)
        seen.push((await browser.submit(page, { username, password: 'no' })).status);
      return seen;
    };
    assert.deepEqual(await statuses('ada@example.com'), await statuses('nobody@example.com'));
    house.clock.advance(60);
  });
  it('a disabled user is told what a stranger is told', async () => {
    await addUser(house.service, { username: 'gone@example.com', password: 'gone-demo-password', claims: {} });
    await disableUser(house.service, 'gone@example.com');
    const gone = await signIn(house.browser(), { username: 'gone@example.com', password: 'gone-demo-password' });
    const none = await signIn(house.browser(), { username: 'none@example.com', password: 'gone-demo-password' });
    const plain = ({ html, status }: Page) => [status, html.replace(/value="[^"]*"/g, '')];
    assert.deepEqual(plain(gone), plain(none));
  });
});

describe('row 160 (ASVS 7.2.3): the session cookie', () => {
  it('holds nothing and cannot be altered', async () => {
    const browser = house.browser();
    await signIn(browser);
    const value = browser.cookies.get(sessionName) ?? '';
    assert.match(value, /^[A-Za-z0-9_-]{43}$/, 'random bytes and no more');
    assert.doesNotMatch(Buffer.from(value, 'base64url').toString('latin1'), /ada@|usr_|ses_/);
    for (let at = 0; at < value.length; at += 1) {
      const other = value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1);
      const { headers } = await house.request('/account', { headers: { cookie: `${sessionName}=${other}` } });
      assert.equal(headers.get('location'), '/sign-in');
    }
  });
});

describe('row 161 (ASVS 7.2.4): fixation', () => {
  it('a session from the address, the body or another cookie name is none', async () => {
    const browser = house.browser();
    await signIn(browser);
    const value = browser.cookies.get(sessionName) ?? '';
    const device = `ostiary-device-4000=${browser.cookies.get('ostiary-device-4000')}`;
    for (const path of [
      `/account?${sessionName}=${value}`,
      `/account;${sessionName}=${value}`,
      `/account?sid=${value}&session=${value}`,
    ]) {
      const { status, headers } = await house.request(path, { headers: { cookie: device } });
      assert.ok(headers.get('location') === '/sign-in' || status === 404, path);
    }
    for (const name of [
      'ostiary-session',
      'ostiary-session-4001',
      '__Host-ostiary-session',
      'OSTIARY-SESSION-4000',
      'session',
    ]) {
      const { headers } = await house.request('/account', { headers: { cookie: `${device}; ${name}=${value}` } });
      assert.equal(headers.get('location'), '/sign-in', name);
    }
  });
  it('a planted cookie is not taken over at sign-in', async () => {
    const browser = house.browser();
    browser.cookies.set(sessionName, 'planted');
    await signIn(browser);
    assert.notEqual(browser.cookies.get(sessionName), 'planted');
    assert.equal((await house.request('/account', { headers: { cookie: `${sessionName}=planted` } })).status, 303);
  });
});

describe('row 162 (ASVS 3.3): Set-Cookie', () => {
  it('over https: __Host-, Secure, HttpOnly, Path=/, SameSite, short', async () => {
    const secure = await openHouse({ settings: { issuer: 'https://id.example', isDevelopment: false } });
    const browser = secure.browser();
    const page = await browser.open('/sign-in');
    const answer = await post('/sign-in', { ...page.hidden, ...ada }, browser, secure);
    const lines = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()];
    assert.equal(lines.length, 2);
    for (const line of lines) {
      assert.match(
        line,
        /^__Host-ostiary-(session|device)=[A-Za-z0-9._-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax; Secure$/,
      );
      assert.ok(line.length <= 4096);
      assert.ok(Number(/Max-Age=(\d+)/.exec(line)?.[1]) <= 400 * 86_400);
      assert.doesNotMatch(line, /ada@|ada%40|example/);
    }
    await secure.close();
  });
});

it('row 163 (CVE-2025-48947): every answer that sets a cookie is no-store', async () => {
  const browser = house.browser();
  const page = await browser.open('/sign-in');
  const consent = await browser.open(`/authorize?${authorizeParameters({ prompt: 'consent' }).toString()}`);
  const answers = [
    page.headers,
    consent.headers,
    (await post('/sign-in', { ...page.hidden, ...ada }, browser)).headers,
  ];
  await signIn(browser);
  const signOut = await browser.open('/end-session');
  answers.push((await post('/end-session', { ...signOut.hidden, decision: 'sign_out' }, browser)).headers);
  const setting = answers.filter((headers) => headers.getSetCookie().length > 0);
  assert.ok(setting.length >= 3);
  for (const headers of setting) assert.equal(headers.get('cache-control'), 'no-store');
});

describe('row 164 (NIST, ASVS 7.3): time-outs, kept by the server', () => {
  let short: House;
  before(async () => {
    short = await openHouse({ settings: { session: { idleSeconds: 100, absoluteSeconds: 250 } } });
  });
  after(() => short.close());
  const silent = async (browser: TestBrowser) => {
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'none' }).toString()}`);
    return new URL(page.leftTo ?? '').searchParams.get('error');
  };

  it('idle', async () => {
    const browser = short.browser();
    await codeFor(browser);
    short.clock.advance(99);
    assert.equal(await silent(browser), null);
    short.clock.advance(100);
    assert.equal(await silent(browser), 'login_required');
  });
  it('absolute, whatever the use', async () => {
    const browser = short.browser();
    await codeFor(browser);
    for (const seconds of [90, 90, 69]) {
      short.clock.advance(seconds);
      assert.equal(await silent(browser), null);
    }
    short.clock.advance(1);
    assert.equal(await silent(browser), 'login_required');
  });
});

describe('row 165 (ASVS 7.4, 14.3.1): sign-out and disabling', () => {
  it('the cookie is dead on the server, expired in the browser, and the back button shows nothing', async () => {
    const browser = house.browser();
    await signIn(browser);
    const value = browser.cookies.get(sessionName);
    const page = await browser.open('/end-session');
    const { headers } = await post('/end-session', { ...page.hidden, decision: 'sign_out' }, browser);
    assert.match(headers.getSetCookie().join(), /ostiary-session-4000=; .*Max-Age=0/);
    assert.match(headers.get('clear-site-data') ?? '', /cache/);
    assert.equal((await house.request('/account', { headers: { cookie: `${sessionName}=${value}` } })).status, 303);
  });
  it('a disabled user is signed out everywhere', async () => {
    await addUser(house.service, { username: 'eve@example.com', password: 'eve-demo-password', claims: {} });
    const browsers = [house.browser(), house.browser()];
    for (const browser of browsers) {
      assert.ok(isSignedIn(await signIn(browser, { username: 'eve@example.com', password: 'eve-demo-password' })));
    }
    await disableUser(house.service, 'eve@example.com');
    for (const browser of browsers) assert.match((await browser.open('/account')).html, /name="password"/);
  });
});

describe('row 168 (NIST 5.1, ASVS 3.5.1): CSRF', () => {
  const forms: [string, (browser: TestBrowser) => Promise<Page>, Record<string, string>][] = [
    ['sign-in', (browser) => browser.open('/sign-in'), ada],
    [
      'sign-in for an app',
      (browser) => browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`),
      ada,
    ],
    [
      'consent',
      async (browser) => {
        await signIn(browser);
        return browser.open(`/authorize?${authorizeParameters({ prompt: 'consent' }).toString()}`);
      },
      { decision: 'allow' },
    ],
    [
      'sign-out',
      async (browser) => {
        await signIn(browser);
        return browser.open('/end-session');
      },
      { decision: 'sign_out' },
    ],
  ];
  for (const [what, open, fields] of forms) {
    it(`${what}: without the token, with an altered one, with that of another browser or another form`, async () => {
      const browser = house.browser();
      const page = await open(browser);
      const other = house.browser();
      const foreign = (await open(other)).hidden['csrf'] ?? '';
      const { csrf = '', ...rest } = page.hidden;
      assert.notEqual(csrf, '');
      const elsewhere =
        (await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`)).hidden['csrf'] ?? '';
      for (const wrong of ['', 'x', csrf.slice(1), `${csrf}A`, csrf.toLowerCase(), foreign, elsewhere]) {
        assert.equal((await browser.submit(page, { ...fields, csrf: wrong }, rest)).status, 403, wrong);
      }
      // Signing nobody out is no harm; everything else is refused without the browser's cookies.
      const anonymous = await post(page.action, { ...page.hidden, ...fields }, house.browser());
      assert.equal(anonymous.status, what === 'sign-out' ? 200 : 403);
      assert.doesNotMatch(anonymous.headers.getSetCookie().join(), /ostiary-session-4000=[^;]/);
      assert.notEqual((await browser.submit(page, fields)).status, 403);
    });
  }
  for (const path of [
    '/account/devices/remove',
    '/account/devices/remove-others',
    '/account/sign-out-everywhere',
    '/account/apps/withdraw',
  ]) {
    it(`${path} without a token changes nothing`, async () => {
      const browser = house.browser();
      const { refresh_token } = await tokensFor(house, spa, { browser });
      const fields = { client: spa.id, confirm: 'yes' };
      assert.equal((await post(path, fields, browser)).status, 403);
      assert.equal((await post(path, { ...fields, csrf: 'x' }, browser)).status, 403);
      assert.equal((await house.request(`${path}?client=${spa.id}&confirm=yes`)).status, 405);
      tokensIn(await renew(house, spa, refresh_token));
    });
  }
});

describe('row 169 (CVE-2026-7507): a ticket belongs to the browser and the request that began it', () => {
  it('two tabs with two requests: each answer goes to its own client', async () => {
    const browser = house.browser();
    await signIn(browser);
    const first = await browser.open(
      `/authorize?${authorizeParameters({ prompt: 'consent', state: 'tab-1' }).toString()}`,
    );
    const second = await browser.open(
      `/authorize?${authorizeParameters({ prompt: 'consent', state: 'tab-2', client_id: otherSpa.id, redirect_uri: otherSpa.redirectUri }).toString()}`,
    );
    const [two, one] = [
      await browser.submit(second, { decision: 'allow' }),
      await browser.submit(first, { decision: 'allow' }),
    ];
    assert.ok(two.leftTo?.startsWith(otherSpa.redirectUri));
    assert.ok(one.leftTo?.startsWith(spa.redirectUri));
    assert.deepEqual(
      [two, one].map(({ leftTo }) => new URL(leftTo ?? '').searchParams.get('state')),
      ['tab-2', 'tab-1'],
    );
  });
  it('two tabs that came at once, with a cookie of its own for each: the form of the first is refused and leads to a new one', async () => {
    const browser = house.browser();
    const url = `/authorize?${authorizeParameters().toString()}`;
    const first = await browser.open(url);
    // The request of the second left before the answer to the first came, without a cookie; its answer replaces it.
    browser.cookies.clear();
    await browser.open(url);
    const refused = await browser.submit(first, ada);
    assert.equal(refused.status, 403);
    const again = /<a class="button" href="([^"]*)"/.exec(refused.html)?.[1] ?? '';
    const { leftTo, html } = await browser.follow(again);
    assert.ok(leftTo?.startsWith(`${spa.redirectUri}?code=`), html);
  });
  it('two users in one browser: the code is of whoever is signed in when they allow', async () => {
    const browser = house.browser();
    await signIn(browser);
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'consent' }).toString()}`);
    await browser.submit(await browser.open('/sign-in'), bob);
    const { leftTo } = await browser.submit(page, { decision: 'allow' });
    if (leftTo === undefined) return;
    const code = new URL(leftTo).searchParams.get('code') ?? '';
    const tokens = tokensIn(await exchange(house, spa, code));
    const user = await house.service.store.users.findByUsername(bob.username);
    assert.equal(
      (
        (await (
          await house.request('/userinfo', { headers: { authorization: `Bearer ${tokens.access_token}` } })
        ).json()) as { sub: string }
      ).sub,
      user?.id,
    );
  });
  it('an hour later it is over', async () => {
    const browser = house.browser();
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`);
    house.clock.advance(3600);
    assert.equal((await browser.submit(page, ada)).status, 400);
  });
});

describe('rows 170 to 172 (ASVS 10.7): consent', () => {
  async function consentPage(
    opened: House,
    changes: Record<string, string> = {},
  ): Promise<{ browser: TestBrowser; page: Page }> {
    const browser = opened.browser();
    const page = await browser.open(
      `/authorize?${authorizeParameters({ prompt: 'login consent', ...changes }).toString()}`,
    );
    return { browser, page: await browser.submit(page, ada) };
  }
  it('row 170: the page names the app, where it leads, who is signed in and what is asked', async () => {
    const { page } = await consentPage(house, { scope: 'openid email offline_access eq1 read:reports' });
    for (const words of ['Lab SPA', 'localhost:4001', 'Ada', 'Use equipment 1', 'Read your expense reports']) {
      assert.ok(page.html.includes(words), words);
    }
  });
  it('row 171: a decision that is none changes nothing', async () => {
    const { browser, page } = await consentPage(house);
    for (const decision of ['', 'yes', 'ALLOW', 'true', '__proto__']) {
      assert.equal((await browser.submit(page, { decision })).status, 400);
    }
    assert.ok(new URL((await browser.submit(page, { decision: 'allow' })).leftTo ?? '').searchParams.get('code'));
  });
  it('row 172: consent is for this user, this client and these scopes; asking for more asks again', async () => {
    const opened = await openHouse({ settings: { isDevelopment: true } });
    const silent = async (browser: TestBrowser, changes: Record<string, string> = {}) => {
      const page = await browser.open(
        `/authorize?${authorizeParameters({ prompt: 'none', scope: 'openid eq1', ...changes }).toString()}`,
      );
      return new URL(page.leftTo ?? '').searchParams.get('error');
    };
    const browser = opened.browser();
    await codeFor(browser, spa, { scope: 'openid eq1' });
    assert.equal(await silent(browser), null);
    assert.equal(await silent(browser, { scope: 'openid' }), null);
    const more: Record<string, string>[] = [
      { scope: 'openid eq1 read:reports' },
      { scope: 'openid eq1 offline_access' },
      { scope: 'openid eq1 email' },
      { scope: 'openid', resource: 'https://billing.lab.example' },
      { client_id: web.id, redirect_uri: web.redirectUri },
    ];
    for (const changes of more)
      assert.equal(await silent(browser, changes), 'consent_required', JSON.stringify(changes));
    const other = opened.browser();
    await other.submit(await other.open('/sign-in'), bob);
    assert.equal(await silent(other), 'consent_required');
    await opened.close();
  });
  it('row 172: an address on another host asks again', async () => {
    const hosts = ['https://one.example/cb', 'https://two.example/cb'];
    const opened = await openHouse({ settings: { clients: [{ metadata: labSpa({ redirect_uris: hosts }) }] } });
    const browser = opened.browser();
    await codeFor(browser, { ...spa, redirectUri: hosts[0] ?? '' });
    const errors = await Promise.all(
      hosts.map(async (redirect_uri) => {
        const page = await browser.open(
          `/authorize?${authorizeParameters({ prompt: 'none', redirect_uri }).toString()}`,
        );
        return new URL(page.leftTo ?? '').searchParams.get('error');
      }),
    );
    assert.deepEqual(errors, [null, 'consent_required']);
    await opened.close();
  });
  it('row 172: withdrawn, it ends at the next refresh and is asked for again', async () => {
    const opened = await openHouse();
    const browser = opened.browser();
    const { refresh_token } = await tokensFor(opened, spa, { browser });
    const csrf = /name="csrf" value="([^"]+)"/.exec((await browser.open('/account')).html)?.[1] ?? '';
    await browser.open('/account/apps/withdraw', {
      method: 'POST',
      body: new URLSearchParams({ csrf, client: spa.id, confirm: 'yes' }),
    });
    refusedWith(await renew(opened, spa, refresh_token), 'invalid_grant');
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'none' }).toString()}`);
    assert.equal(new URL(page.leftTo ?? '').searchParams.get('error'), 'consent_required');
    await opened.close();
  });
});
