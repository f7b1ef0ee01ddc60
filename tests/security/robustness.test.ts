import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, basic, labSpa, postToken, type Page } from '@ostiary/http/fixture';
import { failing } from './ambiguous-store.fixture.ts';
import {
  assertion,
  codeFor,
  exchange,
  introspect,
  openHouse,
  postWeb,
  renew,
  revoke,
  spa,
  tokensFor,
  tokensIn,
  userinfo,
  withAssertion,
  type House,
} from './house.fixture.ts';

let house: House;
before(async () => {
  house = await openHouse();
});
after(() => house.close());

const ada = { username: 'ada@example.com', password: 'ada-demo-password' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** Tags as a browser reads them, without the values of their attributes. */
function tagsIn(html: string): string[] {
  return [...html.matchAll(/<[a-z/](?:"[^"]*"|[^">])*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

describe('row 173 (ASVS 3.2 to 3.4): output is encoded wherever input comes back', () => {
  const payloads = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'onmouseover='alert(1)",
    '</title><svg onload=alert(1)>',
    '</textarea><iframe src=javascript:alert(1)>',
    'javascript:alert(1)',
    '<a href="javascript:alert(1)">x</a>',
    '--><script>x</script><!--',
    '\u202e<b>x</b>',
    '&lt;script&gt;',
    '<base href=//evil.example>',
    '<meta http-equiv=refresh content="0;url=//evil.example">',
    '<form action=//evil.example>',
    '<style>*{x:expression(alert(1))}</style>',
    '`${alert(1)}`',
  ];
  const assertHarmless = ({ html, headers }: Page, what: string) => {
    for (const tag of tagsIn(html)) {
      assert.doesNotMatch(
        tag,
        /^<\/?(script|img|iframe|base|object|embed|style|textarea|b)\b|\son[a-z]+=|http-equiv/i,
        what,
      );
    }
    assert.doesNotMatch(html, /(href|action|src)="\s*javascript:/i, what);
    assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|script-src|\*/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.notEqual(headers.get('permissions-policy'), null);
  };
  for (const name of [
    'client_id',
    'redirect_uri',
    'login_hint',
    'ui_locales',
    'state',
    'nonce',
    'acr_values',
    'display',
  ]) {
    it(name, async () => {
      for (const payload of payloads) {
        assertHarmless(
          await house.browser().open(`/authorize?${authorizeParameters({ [name]: payload }).toString()}`),
          payload,
        );
      }
    });
  }
  it('username, user agent, path and reference', async () => {
    for (const payload of payloads) {
      const browser = house.browser();
      const page = await browser.open('/sign-in', {
        headers: { 'accept-language': payload.replace(/[^\x20-\x7e]/g, '') },
      });
      assertHarmless(await browser.submit(page, { username: payload, password: 'x' }), payload);
      assertHarmless(
        await browser.open(`/${encodeURIComponent(payload)}`, { headers: { accept: 'text/html' } }),
        payload,
      );
      assertHarmless(
        await browser.open(`/end-session?${new URLSearchParams({ client_id: payload }).toString()}`),
        payload,
      );
    }
  });
  it('names of client, user and device', async () => {
    for (const payload of payloads.slice(0, 4)) {
      const users = [{ ...ada, claims: { name: payload } }];
      const opened = await openHouse({
        settings: { users, clients: [{ metadata: labSpa({ client_name: payload }) }] },
      });
      const browser = opened.browser();
      const signIn = await browser.open(`/authorize?${authorizeParameters().toString()}`);
      const consent = await browser.submit(signIn, ada);
      assert.match(consent.html, /name="decision"/);
      await browser.submit(consent, { decision: 'allow' });
      for (const page of [signIn, consent, await browser.open('/account'), await browser.open('/end-session')])
        assertHarmless(page, payload);
      await opened.close();
    }
  });
});

describe('row 175 (CVE-2026-4634): limits', () => {
  const send = (path: string, body: BodyInit, headers: Record<string, string> = {}) =>
    house.request(path, { method: 'POST', body, headers: { ...form, ...headers } });

  it('a body at the limit is read, one beyond it is 413', async () => {
    for (const [path, maxBytes] of [
      ['/token', 16_384],
      ['/authorize', 65_536],
      ['/sign-in', 16_384],
      ['/consent', 16_384],
    ] as const) {
      const padding = (bytes: number) => `a=${'x'.repeat(bytes - 2)}`;
      assert.notEqual((await send(path, padding(maxBytes))).status, 413, path);
      assert.equal((await send(path, padding(maxBytes + 1))).status, 413, path);
    }
  });
  for (const length of ['5', '0', '-1', 'NaN', '1e9', '0x10', '']) {
    it(`whatever Content-Length says: "${length}"`, async () => {
      const { status } = await send('/token', 'x'.repeat(5_000_000), { 'content-length': length });
      assert.equal(status, 413);
    });
  }
  it('a body without an end is not waited for', async () => {
    let pulls = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulls += 1;
        controller.enqueue(new Uint8Array(1024).fill(97));
      },
    });
    const init = { method: 'POST', body: endless, headers: form, duplex: 'half' };
    assert.equal((await house.request('/token', init)).status, 413);
    assert.ok(pulls < 100, String(pulls));
  });
  it('100 parameters are read, 101 are refused', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&');
    const errorOf = async (body: string) =>
      ((await (await send('/token', body, basic())).json()) as { error_description: string }).error_description;
    assert.equal(await errorOf(many(100)), 'grant_type is missing');
    assert.equal(await errorOf(many(101)), 'the request is too long');
  });
  it('a value of 8,192 characters is read, a longer one refused', async () => {
    const answer = (length: number) =>
      postToken(house, { grant_type: 'refresh_token', refresh_token: 'x'.repeat(length), client_id: spa.id });
    assert.equal((await answer(8192)).body['error'], 'invalid_grant');
    assert.equal((await answer(8193)).body['error'], 'invalid_request');
  });
});

describe('row 177 (ASVS 15.3.6): names of Object are names like any other', () => {
  const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];
  for (const name of names) {
    it(name, async () => {
      const asked = authorizeParameters({ prompt: 'none', [name]: '{"isAdmin":true}' });
      const page = await house.browser().open(`/authorize?${asked.toString()}`);
      assert.equal(new URL(page.leftTo ?? '').searchParams.get('error'), 'login_required');
      for (const parameter of ['client_id', 'scope', 'resource', 'grant_type', 'prompt', 'response_mode']) {
        const { status, body } = await postToken(
          house,
          { grant_type: 'client_credentials', [parameter]: name },
          basic(),
        );
        assert.ok(
          status === 400 || status === 401 || (status === 200 && parameter !== 'scope'),
          `${parameter} ${status}`,
        );
        assert.ok(!JSON.stringify(body).includes('native code'));
        const answered = await house
          .browser()
          .open(`/authorize?${authorizeParameters({ [parameter]: name }).toString()}`);
        assert.ok(answered.status < 500);
      }
      const jwt = await assertion(house, { [name]: { isAdmin: true }, iss: name, sub: name });
      assert.equal((await withAssertion(house, jwt)).status, 401);
      assert.equal(Reflect.get({}, 'isAdmin'), undefined);
    });
  }
});

it('row 180 (ASVS 4.2.4): no value breaks out of a header', async () => {
  const payloads = [
    '\r\nSet-Cookie: evil=1',
    '\nLocation: //evil.example',
    '%0d%0aSet-Cookie:%20evil=1',
    '\u560d\u560aSet-Cookie: evil=1',
    '\r\n\r\n<html>',
    'x; script-src *',
    "x' 'unsafe-inline",
  ];
  for (const payload of payloads) {
    for (const name of ['state', 'scope', 'nonce', 'login_hint', 'ui_locales', 'redirect_uri', 'client_id']) {
      const response = await house.request(
        `/authorize?${authorizeParameters({ [name]: payload, prompt: 'none' }).toString()}`,
      );
      for (const [header, value] of response.headers) {
        assert.doesNotMatch(value, /[\r\n]/, header);
        if (header === 'content-security-policy') assert.doesNotMatch(value, /script-src|unsafe-inline/);
        if (header === 'set-cookie') assert.doesNotMatch(value, /evil/);
      }
    }
  }
});

it('row 182 (CVE-2026-76835): forged addresses do not move the limit on client errors', async () => {
  const statuses: number[] = [];
  for (let index = 0; index < 60; index += 1) {
    const forged = `203.0.113.${index}`;
    const headers = {
      ...basic('worker', 'wrong'),
      'x-forwarded-for': forged,
      forwarded: `for=${forged}`,
      'x-real-ip': forged,
    };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    statuses.push((await house.requestFrom('/token', { method: 'POST', headers, body }, '192.0.2.77')).status);
  }
  assert.equal(statuses.filter((status) => status === 429).length, 30);
});

describe('row 183 (ASVS 16.5): when the store fails', () => {
  it('each endpoint says 503 with Retry-After or an honest page, and tells nothing', async () => {
    const broken = await openHouse();
    const browser = broken.browser();
    const tokens = await tokensFor(broken, spa, { browser });
    const code = await codeFor(browser);
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`);
    const { store } = broken.service;
    broken.service.store = failing(store, () => true);
    const answers = [
      await renew(broken, spa, tokens.refresh_token),
      await exchange(broken, spa, code),
      await withAssertion(broken, await assertion(broken)),
    ];
    for (const { status, headers, body } of answers) {
      assert.deepEqual([status, body['error']], [503, 'temporarily_unavailable']);
      assert.match(headers.get('retry-after') ?? '', /^[1-9]/);
      assert.doesNotMatch(JSON.stringify(body), /disk|full|sqlite|stack/i);
    }
    assert.equal((await revoke(broken, tokens.refresh_token)).status, 503);
    const pages = [
      await browser.submit(page, ada),
      await browser.open(`/authorize?${authorizeParameters({ prompt: 'login' }).toString()}`),
    ];
    for (const { status, html } of pages) {
      assert.equal(status, 503);
      assert.doesNotMatch(html, /disk|full|sqlite|StorageUnavailable/i);
      assert.match(html, /Reference: <code>[A-Za-z0-9_-]{22}<\/code>/);
    }
    broken.service.store = store;
    tokensIn(await renew(broken, spa, tokens.refresh_token));
    tokensIn(await exchange(broken, spa, code));
    await broken.close();
  });
});

describe('rows 34 and 184 (RFC 9700 4.3, ASVS 16): canaries in every input', () => {
  it('none is found in the log, the audit events, an error, a header or an address', async () => {
    const opened = await openHouse();
    const browser = opened.browser();
    const outputs: string[] = [];
    const note = (...texts: (string | null | undefined)[]) => outputs.push(...texts.map((text) => text ?? ''));
    const canary = (name: string) => `CANARY${name.replaceAll(/[^a-z]/g, '')}YRANAC`;

    // Real secrets of a real life.
    const signIn = await browser.open(
      `/authorize?${authorizeParameters({ login_hint: canary('hint'), nonce: canary('nonce') }).toString()}`,
    );
    const wrong = await browser.submit(signIn, { username: ada.username, password: canary('password') });
    const tokens = tokensIn(await exchange(opened, spa, await codeFor(browser, spa, { nonce: canary('nonce') })));
    const renewed = tokensIn(
      await renew(opened, spa, tokens.refresh_token, { attempt: 'CANARYattemptYRANAC-of-the-client' }),
    );
    opened.clock.advance(61);
    const code = await codeFor(browser);
    await exchange(opened, spa, code, { code_verifier: canary('verifier').padEnd(50, 'x') });
    await exchange(opened, spa, code);
    await exchange(opened, spa, code);
    const jwt = await assertion(opened, { jti: canary('jti') });
    await withAssertion(opened, jwt);
    await withAssertion(opened, jwt);
    await introspect(opened, renewed.access_token, { ...postWeb });
    for (const token of [tokens.refresh_token, renewed.refresh_token])
      note(JSON.stringify((await renew(opened, spa, token)).body));
    note(wrong.headers.get('location'));

    // Canaries in every parameter and header of every endpoint.
    const names = [
      'client_id',
      'client_secret',
      'client_assertion',
      'code',
      'code_verifier',
      'refresh_token',
      'scope',
      'resource',
      'redirect_uri',
      'grant_type',
      'token',
      'access_token',
      'username',
      'password',
      'ticket',
      'csrf',
      'state',
      'id_token_hint',
      'attempt',
    ];
    for (const path of [
      '/token',
      '/revoke',
      '/introspect',
      '/userinfo',
      '/authorize',
      '/sign-in',
      '/consent',
      '/end-session',
      '/account/devices/remove',
    ]) {
      for (const name of names) {
        const ways: Record<string, string>[] = [
          {},
          { authorization: `Bearer ${canary('bearer')}` },
          basic(canary('id'), canary('secret')),
          { cookie: `ostiary-session-4000=${canary('cookie')}; ostiary-device-4000=${canary('cookie')}` },
        ];
        for (const headers of ways) {
          const body = new URLSearchParams({
            grant_type: 'authorization_code',
            client_id: spa.id,
            [name]: canary(name),
          });
          const response = await opened.request(path, { method: 'POST', body, headers });
          note(response.headers.get('www-authenticate'), response.headers.getSetCookie().join());
          if (response.headers.get('content-type') === 'application/json') note(await response.text());
          const location = response.headers.get('location');
          // What a client says in the open comes back in the open: its state, and its request to sign out.
          const isOpen = /[?&](state|client_id|id_token_hint|ticket)=CANARY/.test(location ?? '');
          if (location !== null && !isOpen) note(location);
        }
      }
    }

    const log = opened.log.join('\n');
    const audit = JSON.stringify(await opened.service.store.audit.listRecent(10_000));
    assert.ok(
      opened.log.length > 20 && audit.length > 1000,
      `there is something to search: ${opened.log.length}, ${audit.length}`,
    );
    const secrets = [tokens, renewed].flatMap((each) => [each.access_token, each.refresh_token, each.id_token]);
    const all = [
      ...secrets,
      code,
      jwt,
      ...browser.cookies.values(),
      signIn.hidden['ticket'] ?? '',
      signIn.hidden['csrf'] ?? '',
      ada.password,
    ];
    for (const secret of [...all, 'CANARY', 'YRANAC']) {
      assert.notEqual(secret, '');
      for (const [where, text] of Object.entries({ log, audit, answers: outputs.join('\n') })) {
        const at = text.indexOf(secret);
        assert.equal(at, -1, `${where}: ${text.slice(Math.max(0, at - 200), at + 100)}`);
      }
    }
    await opened.close();
  });

  it('and the audit log has what happened, each with its correlation id', async () => {
    const opened = await openHouse();
    const browser = opened.browser();
    const page = await browser.open('/sign-in');
    await browser.submit(page, { ...ada, password: 'wrong' });
    const tokens = await tokensFor(opened, spa, { browser });
    const next = tokensIn(await renew(opened, spa, tokens.refresh_token));
    tokensIn(await renew(opened, spa, next.refresh_token));
    await renew(opened, spa, tokens.refresh_token);
    await renew(opened, spa, tokens.refresh_token);
    assert.equal((await userinfo(opened, tokens.access_token)).status, 401);
    const events = await opened.service.store.audit.listRecent(100);
    const kinds = new Set(events.map(({ kind }) => kind));
    for (const kind of [
      'user_created',
      'sign_in_failed',
      'device_seen',
      'session_started',
      'consent_given',
      'family_born',
      'family_ended',
      'refused',
    ]) {
      assert.ok(
        [...kinds].some((each) => each === kind),
        kind,
      );
    }
    for (const { correlationId, atMs } of events) {
      assert.match(correlationId ?? '', /^[A-Za-z0-9_-]{22}$/);
      assert.ok(atMs > 0);
    }
    await opened.close();
  });
});
