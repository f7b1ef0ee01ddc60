import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, callback, type Page, type TestBrowser } from '@ostiary/http/fixture';
import {
  codeFor,
  decode,
  exchange,
  native,
  openHouse,
  otherSpa,
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

type Way = (asked: URLSearchParams, browser?: TestBrowser) => Promise<Page>;
const ways: Record<string, Way> = {
  GET: (asked, browser = house.browser()) => browser.open(`/authorize?${asked.toString()}`),
  POST: (asked, browser = house.browser()) => browser.open('/authorize', { method: 'POST', body: asked }),
};

/** What the client is told. */
function answerIn(page: Page): URLSearchParams {
  assert.ok(page.leftTo !== undefined, `still here: ${page.status} ${page.html.slice(0, 400)}`);
  return new URL(page.leftTo).searchParams;
}

function ask(changes: Record<string, string | undefined>, browser?: TestBrowser, way = 'GET'): Promise<Page> {
  return (ways[way] ?? (ways['GET'] as Way))(authorizeParameters(changes), browser);
}

for (const [method, way] of Object.entries(ways)) {
  describe(`by ${method}, row 15 (OIDC Core 3.1.2.1): the same validation`, () => {
    it('a person signs in, allows, and the client has a code', async () => {
      const browser = house.browser();
      const consent = await browser.submit(await way(authorizeParameters({ prompt: 'consent' }), browser), ada);
      const answer = answerIn(await browser.submit(consent, { decision: 'allow' }));
      tokensIn(await exchange(house, spa, answer.get('code') ?? ''));
    });

    describe('row 16 (RFC 6749 3.1): parameters', () => {
      const single = [
        'response_type',
        'scope',
        'state',
        'code_challenge',
        'code_challenge_method',
        'nonce',
        'prompt',
        'max_age',
        'login_hint',
        'id_token_hint',
        'acr_values',
        'ui_locales',
        'display',
        'response_mode',
        'request',
        'request_uri',
        'registration',
        'claims',
        'unheard_of',
      ];
      for (const name of single) {
        it(`${name} twice is invalid_request`, async () => {
          const asked = authorizeParameters();
          asked.delete(name);
          asked.append(name, 'one');
          asked.append(name, 'two');
          assert.equal(answerIn(await way(asked)).get('error'), 'invalid_request');
        });
      }
      for (const name of ['client_id', 'redirect_uri']) {
        it(`${name} twice is shown, not redirected`, async () => {
          const asked = authorizeParameters();
          asked.append(name, asked.get(name) ?? '');
          const page = await way(asked);
          assert.deepEqual([page.status, page.leftTo], [400, undefined]);
        });
      }
      it('resource may be repeated', async () => {
        const asked = authorizeParameters({ scope: 'openid', prompt: 'none' });
        asked.append('resource', 'https://api.lab.example');
        asked.append('resource', 'https://billing.lab.example');
        assert.equal(answerIn(await way(asked)).get('error'), 'login_required');
      });
      it('unknown ones are ignored, empty ones count as left out', async () => {
        const asked = authorizeParameters({ prompt: 'none', max_age: '', nonce: '', unheard_of: 'x', request: '' });
        assert.equal(answerIn(await way(asked)).get('error'), 'login_required');
      });
    });

    describe('row 17 (RFC 9700 4.11): without a good client and address there is no redirect', () => {
      const wrong: Record<string, string | undefined>[] = [
        { client_id: undefined },
        { client_id: 'unknown' },
        { client_id: 'LAB-SPA' },
        { client_id: 'lab-spa ' },
        { client_id: '__proto__' },
        { redirect_uri: 'https://evil.example/' },
        { redirect_uri: 'javascript:alert(1)' },
        { client_id: otherSpa.id },
      ];
      for (const changes of wrong) {
        it(JSON.stringify(changes), async () => {
          for (const more of [{}, { prompt: 'none' }, { response_type: 'token' }, { response_mode: 'form_post' }]) {
            const page = await way(authorizeParameters({ ...changes, ...more }));
            assert.deepEqual([page.status, page.leftTo], [400, undefined]);
            assert.doesNotMatch(page.html, /http-equiv="?refresh|<script|<form/i);
          }
        });
      }
    });

    describe('row 18 (RFC 6749 4.1.2.1): response_type', () => {
      for (const [response_type, error] of [
        [undefined, 'invalid_request'],
        ['', 'invalid_request'],
        ['token', 'unsupported_response_type'],
        ['id_token', 'unauthorized_client'],
        ['id_token token', 'unsupported_response_type'],
        ['code token', 'unsupported_response_type'],
        ['code id_token', 'unauthorized_client'],
        ['none', 'unsupported_response_type'],
        ['CODE', 'unsupported_response_type'],
        ['code code', 'unsupported_response_type'],
      ] as const) {
        it(`${JSON.stringify(response_type)} is ${error}`, async () => {
          const answer = answerIn(await way(authorizeParameters({ response_type })));
          assert.deepEqual([answer.get('error'), answer.get('state')], [error, 'state-1']);
        });
      }
    });

    describe('row 19 (RFC 7636 4.4.1, OAuth 2.1): PKCE with S256 is required', () => {
      for (const client of [spa, native, web]) {
        for (const [what, changes] of Object.entries({
          'no challenge': { code_challenge: undefined, code_challenge_method: undefined },
          plain: { code_challenge_method: 'plain' },
          'no method': { code_challenge_method: undefined },
          'a challenge too short': { code_challenge: 'a'.repeat(42) },
          'a challenge too long': { code_challenge: 'a'.repeat(44) },
          'a padded challenge': { code_challenge: `${'a'.repeat(42)}=` },
        })) {
          it(`${client.id}: ${what}`, async () => {
            const to = { client_id: client.id, redirect_uri: client.redirectUri };
            assert.equal(
              answerIn(await way(authorizeParameters({ ...to, ...changes }))).get('error'),
              'invalid_request',
            );
          });
        }
      }
    });

    it('row 20 (OAuth 2.1): state comes back as it went, whatever is in it', async () => {
      const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');
      const states = [
        printable,
        '%20%2B%26+&=#?',
        'a'.repeat(4000),
        '\u00e9\u{1F600}\u202e',
        '\n\r\t\0',
        ' x ',
        '"><script>',
        'a+b%2Bc',
      ];
      const browser = house.browser();
      await codeFor(browser);
      for (const state of states) {
        assert.equal(answerIn(await way(authorizeParameters({ state, prompt: 'none' }))).get('state'), state);
        assert.equal(answerIn(await way(authorizeParameters({ state }), browser)).get('state'), state);
        const posted = await way(authorizeParameters({ state, prompt: 'none', response_mode: 'form_post' }));
        // An HTML parser reads CR LF and CR in an attribute as LF, and no NUL.
        if (!/[\r\0]/.test(state)) assert.equal(posted.hidden['state'], state);
      }
    });

    it('row 21 (RFC 9207): iss is in successes and errors of each response mode', async () => {
      const browser = house.browser();
      await codeFor(browser);
      const issuer = 'http://localhost:4000';
      assert.equal(answerIn(await way(authorizeParameters(), browser)).get('iss'), issuer);
      assert.equal(answerIn(await way(authorizeParameters({ prompt: 'none' }))).get('iss'), issuer);
      assert.equal(answerIn(await way(authorizeParameters({ response_mode: 'jwt' }))).get('iss'), issuer);
      const [success, failure] = [
        await way(authorizeParameters({ response_mode: 'form_post' }), browser),
        await way(authorizeParameters({ response_mode: 'form_post', prompt: 'none' })),
      ];
      assert.ok(success.hidden['code']);
      assert.deepEqual(
        [success.hidden['iss'], failure.hidden['iss'], failure.hidden['error']],
        [issuer, issuer, 'login_required'],
      );
    });
  });
}

it('row 22 (RFC 9700 4.11.2): a client that no operator registered is redirected to nowhere', async () => {
  const page = await ask({
    client_id: 'registered-by-itself',
    redirect_uri: 'https://phishing.example/',
    prompt: 'none',
  });
  assert.deepEqual([page.status, page.leftTo], [400, undefined]);
});

describe('row 23 (OIDC Core 3.1.2.1): prompt=none shows no page', () => {
  it('no session: login_required', async () => {
    assert.equal(answerIn(await ask({ prompt: 'none' })).get('error'), 'login_required');
  });
  it('a session, no consent: consent_required', async () => {
    const opened = await openHouse();
    const browser = opened.browser();
    await browser.submit(await browser.open('/sign-in'), ada);
    const page = await browser.open(`/authorize?${authorizeParameters({ prompt: 'none' }).toString()}`);
    assert.equal(answerIn(page).get('error'), 'consent_required');
    await opened.close();
  });
  it('a session and consent: a code', async () => {
    const browser = house.browser();
    await codeFor(browser);
    assert.ok(answerIn(await ask({ prompt: 'none' }, browser)).get('code'));
  });
  it('a session of another than the hinted user: login_required', async () => {
    const { id_token } = await tokensFor(house);
    const browser = house.browser();
    await codeFor(browser, spa, {}, 'bob');
    assert.equal(
      answerIn(await ask({ prompt: 'none', id_token_hint: id_token }, browser)).get('error'),
      'login_required',
    );
  });
  it('none beside others: invalid_request', async () => {
    assert.equal(answerIn(await ask({ prompt: 'none login' })).get('error'), 'invalid_request');
  });
});

describe('row 24 (OIDC Core 3.1.2.1): prompt=login', () => {
  it('asks again although a session stands, and the new sign-in counts', async () => {
    const browser = house.browser();
    const born = tokensIn(await exchange(house, spa, await codeFor(browser)));
    house.clock.advance(100);
    const page = await ask({ prompt: 'login' }, browser);
    assert.match(page.html, /name="password"/);
    const skipped = await browser.open(`/authorize/resume?ticket=${page.hidden['ticket']}`);
    assert.match(skipped.html, /name="password"/, 'resuming does not stand in for signing in');
    const code = answerIn(await browser.submit(page, ada)).get('code') ?? '';
    const { claims } = decode(tokensIn(await exchange(house, spa, code)).id_token);
    assert.equal(claims['auth_time'], Number(decode(born.id_token).claims['auth_time']) + 100);
  });
  it('cancelled, it is over', async () => {
    const browser = house.browser();
    const page = await ask({ prompt: 'login' }, browser);
    assert.equal(answerIn(await browser.submit(page, { action: 'cancel' })).get('error'), 'access_denied');
    assert.equal((await browser.submit(page, ada)).status, 400);
    const anew = await browser.open(`/authorize/resume?ticket=${page.hidden['ticket']}`);
    assert.match(anew.html, /name="password"/, 'the link begins the request anew');
    assert.notEqual(anew.hidden['ticket'], page.hidden['ticket']);
  });
});

describe('row 25 (OIDC Core 3.1.2.1): max_age', () => {
  it('a sign-in within it counts, an older one does not', async () => {
    const browser = house.browser();
    await codeFor(browser);
    house.clock.advance(60);
    assert.ok(answerIn(await ask({ max_age: '60' }, browser)).get('code'));
    house.clock.advance(1);
    assert.match((await ask({ max_age: '60' }, browser)).html, /name="password"/);
    assert.equal(answerIn(await ask({ max_age: '60', prompt: 'none' }, browser)).get('error'), 'login_required');
  });
  it('0 always asks, and auth_time is in the ID token', async () => {
    const browser = house.browser();
    await codeFor(browser);
    const page = await ask({ max_age: '0' }, browser);
    assert.match(page.html, /name="password"/);
    const code = answerIn(await browser.submit(page, ada)).get('code') ?? '';
    const { claims } = decode(tokensIn(await exchange(house, spa, code)).id_token);
    assert.equal(claims['auth_time'], Math.floor(house.clock.now() / 1000));
  });
  for (const max_age of ['-1', '1.5', 'x', '1e3', '99999999999', '0x10', ' ']) {
    it(`${JSON.stringify(max_age)} is malformed`, async () => {
      assert.equal(answerIn(await ask({ max_age })).get('error'), 'invalid_request');
    });
  }
});

describe('row 26 (OIDC Core 3.1.2.1): id_token_hint', () => {
  it('an expired one of ours is good', async () => {
    const browser = house.browser();
    const { id_token } = await tokensFor(house, spa, { browser });
    house.clock.advance(7200);
    assert.ok(answerIn(await ask({ id_token_hint: id_token, prompt: 'none' }, browser)).get('code'));
  });
  it('another user who signs in gets nothing for the client', async () => {
    const { id_token } = await tokensFor(house);
    const browser = house.browser();
    const page = await ask({ id_token_hint: id_token }, browser);
    const answer = answerIn(await browser.submit(page, bob));
    assert.deepEqual([answer.get('error'), answer.get('code')], ['login_required', null]);
  });
});

describe('row 28 (RFC 9470, OIDC Core 5.5.1.1): acr_values are a wish', () => {
  it('one that cannot be had is told by the acr of the ID token', async () => {
    const code = await codeFor(house.browser(), spa, { acr_values: 'urn:unheard-of phr' });
    assert.equal(decode(tokensIn(await exchange(house, spa, code)).id_token).claims['acr'], '1');
  });
});

describe('row 29 (RFC 9700 4.12): after a POST the redirect is 303', () => {
  it('sign-in, consent and sign-out', async () => {
    const browser = house.browser();
    const cookie = () => ({ cookie: [...browser.cookies].map((pair) => pair.join('=')).join('; ') });
    const post = async (page: Page, fields: Record<string, string>) => {
      const body = new URLSearchParams({ ...page.hidden, ...fields });
      const response = await house.request(page.action, { method: 'POST', body, headers: cookie() });
      assert.equal(response.status, 303, page.action);
      assert.doesNotMatch(response.headers.get('location') ?? '', /password|ada-demo/);
    };
    await post(await ask({ prompt: 'login' }, browser), ada);
    await browser.submit(await browser.open('/sign-in'), ada);
    await post(await ask({ prompt: 'consent' }, browser), { decision: 'allow' });
    await post(await browser.open('/end-session?client_id=lab-spa&post_logout_redirect_uri=http://localhost:4001/'), {
      decision: 'sign_out',
    });
  });
});

describe('row 30 (RFC 6749 3.3): scope', () => {
  for (const scope of [undefined, 'unheard-of', 'OPENID']) {
    it(`${scope} is invalid_scope`, async () => {
      assert.equal(answerIn(await ask({ scope })).get('error'), 'invalid_scope');
    });
  }
  it('what was granted is told when it is less than asked', async () => {
    const code = await codeFor(house.browser(), spa, { scope: 'openid eq1 unheard-of' });
    assert.equal(tokensIn(await exchange(house, spa, code)).scope, 'openid eq1');
  });
});

describe('rows 31 to 33 (RFC 9700 4.2, 4.16): every page', () => {
  let pages: Page[];
  before(async () => {
    const browser = house.browser();
    const signIn = await ask({ prompt: 'login consent' }, browser);
    pages = [signIn, await browser.submit(signIn, { ...ada, password: 'wrong' }), await browser.submit(signIn, ada)];
    for (const path of ['/', '/sign-in', '/account', '/end-session', '/nothing', '/authorize', '/consent?ticket=x']) {
      pages.push(await browser.open(path, { headers: { accept: 'text/html' } }));
    }
    pages.push(await ask({ response_mode: 'form_post', prompt: 'none' }));
    for (const { headers } of pages) assert.match(headers.get('content-type') ?? '', /^text\/html/);
  });

  it('row 31: cannot be framed', () => {
    for (const { headers } of pages) {
      assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
      assert.equal(headers.get('x-frame-options'), 'DENY');
    }
  });
  it('row 32: loads nothing of others', () => {
    for (const { html, headers } of pages) {
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none'/);
      for (const [, address = ''] of html.matchAll(/(?:src|srcset|(?:rel="stylesheet" )href)="([^"]*)"/g)) {
        assert.match(address, /^\/(?!\/)/);
      }
    }
  });
  it('row 33: sends no referrer', () => {
    for (const { headers } of pages) assert.equal(headers.get('referrer-policy'), 'no-referrer');
  });
});

describe('row 35 (OIDC form_post): the page that posts itself', () => {
  it('has one script, known by its hash, and may post to the client alone', async () => {
    const { headers, action, html } = await ask({ response_mode: 'form_post', prompt: 'none' });
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'sha256-/);
    assert.match(policy, /form-action http:\/\/localhost:4001;/);
    assert.equal(action, callback);
    assert.equal(html.match(/<script/g)?.length, 1);
  });
  it('escapes what it carries', async () => {
    const payloads = [
      '"><script>alert(1)</script>',
      "'><img src=x onerror=alert(1)>",
      '</form><form action=//evil>',
      '&quot;&#x3e;',
      '\u2028"onclick="x',
      '${alert(1)}',
      '<!--',
      ']]>',
      '\u0000"',
    ];
    for (const state of payloads) {
      const { html, hidden } = await ask({ response_mode: 'form_post', prompt: 'none', state });
      assert.equal(html.match(/<script/g)?.length, 1, state);
      assert.equal(html.match(/<form/g)?.length, 1, state);
      assert.doesNotMatch(html, /<img|onclick="x/);
      if (!state.includes('\0')) assert.equal(hidden['state'], state);
    }
  });
});
