import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, issuer, labWeb, type Page, type TestBrowser } from '@ostiary/http/fixture';
import type { ClientId, SigningAlg } from '@ostiary/wire';
import { withSecret } from '../support/served-issuer.ts';
import { codeFor, decode, exchange, openHouse, tokensIn, userinfo, web, type House } from './house.fixture.ts';

const redirect_uri = web.redirectUri;
let house: House;
before(async () => {
  const hybrid = labWeb({ response_types: ['code', 'id_token', 'code id_token'], requirePkce: false });
  const others = (['PS256', 'EdDSA'] as const).map((alg: SigningAlg) =>
    withSecret({ ...hybrid, client_id: alg as string as ClientId, id_token_signed_response_alg: alg }),
  );
  house = await openHouse({ settings: { clients: [withSecret(hybrid), ...others] } });
});
after(() => house.close());

const ask = {
  client_id: web.id,
  redirect_uri,
  response_type: 'code id_token',
  scope: 'openid profile email read:reports offline_access',
  nonce: 'n-1',
};

/** Signs in and allows; the page that posts the answer to the client. */
function answerTo(
  changes: Record<string, string | undefined> = {},
  browser: TestBrowser = house.browser(),
): Promise<Page> {
  return browser.follow(`/authorize?${authorizeParameters({ ...ask, ...changes }).toString()}`);
}

function half(text: string, hash = 'sha256'): string {
  const whole = createHash(hash).update(text).digest();
  return whole.toString('base64url', 0, whole.length / 2);
}

describe('code id_token (OIDC Core 3.3)', () => {
  it('3.3.2.5: code, ID token, state and iss are posted to the client, and stand in no address', async () => {
    const browser = house.browser();
    const page = await answerTo({}, browser);
    assert.equal(page.leftTo, undefined);
    assert.equal(page.action, redirect_uri);
    assert.deepEqual(Object.keys(page.hidden).toSorted(), ['code', 'id_token', 'iss', 'state']);
    assert.equal(page.hidden['iss'], issuer);
    assert.equal(page.headers.get('cache-control'), 'no-store');
  });

  it('3.3.2.11: the ID token names the code by c_hash and repeats the nonce', async () => {
    const { code = '', id_token = '' } = (await answerTo()).hidden;
    const { claims } = decode(id_token);
    assert.deepEqual([claims['c_hash'], claims['nonce'], claims['aud']], [half(code), 'n-1', web.id]);
    assert.equal(claims['at_hash'], undefined);
  });

  for (const [alg, hash] of [
    ['PS256', 'sha256'],
    ['EdDSA', 'sha512'],
  ] as const) {
    it(`3.3.2.11: c_hash by the hash of ${alg}`, async () => {
      const { code = '', id_token = '' } = (await answerTo({ client_id: alg })).hidden;
      assert.equal(decode(id_token).claims['c_hash'], half(code, hash));
    });
  }

  it('3.3.3.6: what passes through the browser tells who signed in; the rest comes from the token endpoint', async () => {
    const { code = '', id_token = '' } = (await answerTo()).hidden;
    const front = decode(id_token).claims;
    const tokens = tokensIn(await exchange(house, web, code));
    const back = decode(tokens.id_token).claims;
    for (const name of ['iss', 'sub', 'aud', 'nonce', 'sid', 'auth_time', 'acr']) assert.equal(front[name], back[name]);
    assert.deepEqual([front['name'], front['email']], [undefined, undefined]);
    assert.deepEqual([back['name'], back['email']], ['Ada', 'ada@example.com']);
    assert.ok(tokens.refresh_token);
  });

  it('row 53: the code stays bound to the challenge', async () => {
    const { code = '' } = (await answerTo()).hidden;
    const answer = await exchange(house, web, code, { code_verifier: 'a'.repeat(43) });
    assert.equal(answer.body['error'], 'invalid_grant');
  });
});

describe('id_token (OIDC Core 3.2)', () => {
  const alone = { response_type: 'id_token', code_challenge: undefined, code_challenge_method: undefined };

  it('5.4: has the claims that the scopes ask for, no code, and no hash of what was not sent', async () => {
    const { hidden } = await answerTo({ ...alone, scope: 'openid email' });
    assert.deepEqual(Object.keys(hidden).toSorted(), ['id_token', 'iss', 'state']);
    const { claims } = decode(hidden['id_token'] ?? '');
    assert.deepEqual([claims['email'], claims['name']], ['ada@example.com', undefined]);
    assert.deepEqual([claims['c_hash'], claims['at_hash']], [undefined, undefined]);
  });

  it('11: asks to allow neither an API nor offline access', async () => {
    const browser = house.browser();
    const first = await browser.open(`/authorize?${authorizeParameters({ ...ask, ...alone }).toString()}`);
    const consent = await browser.submit(first, { username: 'bob@example.com', password: 'bob-demo-password' });
    assert.match(consent.html, /name="decision"/);
    assert.doesNotMatch(consent.html, /expense reports|offline/i);
  });

  it('row 95: is no access token', async () => {
    const { hidden } = await answerTo(alone);
    assert.equal((await userinfo(house, hidden['id_token'] ?? '')).status, 401);
  });
});

describe('row 21, 23: errors go the same way, with iss', () => {
  const wrong: [string, Record<string, string | undefined>, string][] = [
    ['nobody is signed in, prompt=none', { prompt: 'none' }, 'login_required'],
    ['no nonce', { nonce: undefined }, 'invalid_request'],
    ['no openid', { scope: 'profile' }, 'invalid_scope'],
    ['response_mode=query', { response_mode: 'query' }, 'invalid_request'],
    ['response_mode=fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['a malformed prompt', { prompt: 'perhaps' }, 'invalid_request'],
  ];
  for (const response_type of ['id_token', 'code id_token', 'id_token code']) {
    for (const [what, changes, error] of wrong) {
      it(`${response_type}: ${what} is ${error}`, async () => {
        const asked = authorizeParameters({ ...ask, response_type, ...changes });
        const page = await house.browser().open(`/authorize?${asked.toString()}`);
        assert.deepEqual([page.leftTo, page.action], [undefined, redirect_uri]);
        const { error: said, state, iss } = page.hidden;
        assert.deepEqual([said, state, iss], [error, 'state-1', issuer]);
      });
    }
  }

  it('access_denied too', async () => {
    const browser = house.browser();
    const first = await browser.open(`/authorize?${authorizeParameters(ask).toString()}`);
    const consent = await browser.submit(first, { username: 'bob@example.com', password: 'bob-demo-password' });
    const page = await browser.submit(consent, { decision: 'deny' });
    assert.deepEqual([page.hidden['error'], page.hidden['id_token']], ['access_denied', undefined]);
  });
});

it('row 23: prompt=none answers at once when all is in order', async () => {
  const browser = house.browser();
  await answerTo({}, browser);
  const asked = authorizeParameters({ ...ask, prompt: 'none', nonce: 'n-2' });
  const { hidden } = await browser.open(`/authorize?${asked.toString()}`);
  assert.equal(decode(hidden['id_token'] ?? '').claims['nonce'], 'n-2');
});

it('a request by POST from another site is answered in the same way', async () => {
  const browser = house.browser();
  const first = await browser.open('/authorize', { method: 'POST', body: authorizeParameters(ask) });
  const consent = await browser.submit(first, { username: 'ada@example.com', password: 'ada-demo-password' });
  const page = consent.html.includes('name="decision"')
    ? await browser.submit(consent, { decision: 'allow' })
    : consent;
  assert.ok(page.hidden['id_token']);
});

it('what no commit stands behind is not minted: an answer to a page that was used up begins anew', async () => {
  const browser = house.browser();
  const first = await browser.open(`/authorize?${authorizeParameters({ ...ask, prompt: 'consent' }).toString()}`);
  const consent = await browser.submit(first, { username: 'ada@example.com', password: 'ada-demo-password' });
  const answers = await Promise.all([1, 2].map(() => browser.submit(consent, { decision: 'allow' })));
  const minted = answers.filter((page) => page.hidden['id_token'] !== undefined);
  assert.equal(minted.length, 1);
});

it('the other response types of the client are as they were', async () => {
  const code = await codeFor(house.browser(), web, { response_type: 'code' });
  tokensIn(await exchange(house, web, code));
});
