import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { authorizeParameters, openIssuer, redeem, type TestIssuer } from '@ostiary/http/fixture';

const always = {
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};
const page = {
  ...always,
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};
const json = { ...always, 'cache-control': 'no-store', 'content-type': 'application/json', pragma: 'no-cache' };
const publicJson = {
  ...always,
  'access-control-allow-origin': '*',
  'cache-control': 'public, max-age=300',
  'content-type': 'application/json',
  'cross-origin-resource-policy': 'cross-origin',
};
const redirect = { ...always, 'cache-control': 'no-store' };

const pagePolicy = (formAction: string) =>
  `default-src 'none'; style-src 'self'; img-src 'self' https:; form-action ${formAction}; base-uri 'none'; frame-ancestors 'none'`;

const hsts = { 'strict-transport-security': 'max-age=63072000; includeSubDomains' };

/** All headers but those that name or identify something, or tell the time of the test clock. */
function headersOf({ headers }: { headers: Headers }): Record<string, string> {
  const kept = [...headers].filter(([name]) => !['set-cookie', 'location', 'date'].includes(name));
  return Object.fromEntries(kept);
}

describe('headers', () => {
  let issuer: TestIssuer;
  before(async () => {
    issuer = await openIssuer();
  });
  after(() => issuer.close());

  it('of a page that stays here', async () => {
    for (const path of ['/', '/sign-in']) {
      const expected = { ...page, 'content-security-policy': pagePolicy("'self'") };
      assert.deepEqual(headersOf(await issuer.request(path)), expected, path);
    }
  });

  it('of pages on the way to an app, whose form may lead there', async () => {
    const browser = issuer.browser();
    const signIn = await browser.open(`/authorize?${authorizeParameters().toString()}`);
    const expected = { ...page, 'content-security-policy': pagePolicy("'self' http://localhost:4001") };
    assert.deepEqual(headersOf(signIn), expected);
    const consent = await browser.submit(signIn, { username: 'ada@example.com', password: 'ada-demo-password' });
    assert.match(consent.html, /name="decision"/);
    assert.deepEqual(headersOf(consent), expected);
  });

  it('of an error page', async () => {
    const response = await issuer.request('/authorize?client_id=nobody');
    assert.equal(response.status, 400);
    assert.deepEqual(headersOf(response), { ...page, 'content-security-policy': pagePolicy("'self'") });
  });

  it('of the page that posts an answer to an app', async () => {
    const answer = await issuer.browser().follow(`/authorize?${authorizeParameters({ response_mode: 'form_post' })}`);
    assert.deepEqual(headersOf(answer), {
      ...page,
      'content-security-policy':
        "default-src 'none'; script-src 'sha256-ox4bri+xTrW3kuLTyRoak73QX8KZGuyP3JlQYusbSlA='; form-action http://localhost:4001; base-uri 'none'; frame-ancestors 'none'",
    });
  });

  it('of a redirect to an app', async () => {
    const response = await issuer.request(`/authorize?${authorizeParameters({ prompt: 'none' }).toString()}`);
    assert.equal(response.status, 303);
    assert.deepEqual(headersOf(response), redirect);
  });

  it('of the stylesheet', async () => {
    const href = /href="([^"]+\.css)"/.exec(await (await issuer.request('/')).text())?.[1] ?? '';
    assert.match(href, /^\/assets\/ostiary\.[A-Za-z0-9_-]+\.css$/);
    assert.deepEqual(headersOf(await issuer.request(href)), {
      ...always,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/css; charset=utf-8',
    });
  });

  it('of public JSON', async () => {
    for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server', '/jwks']) {
      assert.deepEqual(headersOf(await issuer.request(path)), publicJson, path);
    }
  });

  it('of a token answer, to an origin that a client registered', async () => {
    const code = (await issuer.browser().authorize()).get('code') ?? '';
    assert.deepEqual(headersOf(await redeem(issuer, code)), json);
    const from = (origin: string) => issuer.request('/userinfo', { headers: { origin } });
    const challenge = { 'www-authenticate': 'Bearer, DPoP algs="ES256 RS256 PS256 EdDSA Ed25519"' };
    assert.deepEqual(headersOf(await from('http://localhost:4001')), {
      ...json,
      ...challenge,
      'access-control-allow-origin': 'http://localhost:4001',
      'access-control-expose-headers': 'www-authenticate, retry-after, date, dpop-nonce',
      vary: 'Origin',
    });
    assert.deepEqual(headersOf(await from('https://elsewhere.example')), { ...json, ...challenge, vary: 'Origin' });
  });

  it('of a preflight request', async () => {
    const response = await issuer.request('/token', {
      method: 'OPTIONS',
      headers: { origin: 'http://localhost:4001', 'access-control-request-method': 'POST' },
    });
    assert.equal(response.status, 204);
    const { 'access-control-max-age': maxAge, ...rest } = headersOf(response);
    assert.equal(maxAge, '600');
    assert.deepEqual(rest, {
      ...always,
      'access-control-allow-headers': 'authorization, content-type, dpop',
      'access-control-allow-methods': 'POST',
      'access-control-allow-origin': 'http://localhost:4001',
      'access-control-expose-headers': 'www-authenticate, retry-after, date, dpop-nonce',
      vary: 'Origin',
    });
  });

  it('over https add strict transport security, everywhere', async () => {
    const secure = await openIssuer({ settings: { issuer: 'https://id.example' } });
    const expected = { ...page, ...hsts, 'content-security-policy': pagePolicy("'self'") };
    assert.deepEqual(headersOf(await secure.request('/')), expected);
    assert.deepEqual(headersOf(await secure.request('/jwks')), { ...publicJson, ...hsts });
    await secure.close();
  });
});
