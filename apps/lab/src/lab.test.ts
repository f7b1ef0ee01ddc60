import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startFakeIssuer } from '../test/fake-issuer.ts';
import type { FakeIssuer } from '../test/fake-issuer.ts';
import { startLab } from './lab.ts';
import type { Lab } from './lab.ts';

let fake: FakeIssuer;
let lab: Lab;

before(async () => {
  fake = await startFakeIssuer();
  lab = await startLab({ issuer: fake.issuer, port: 0, webPort: 0, apiPort: 0 });
});

after(async () => {
  await lab.close();
  fake.close();
});

async function call(path: string, token?: string): Promise<Response> {
  return fetch(lab.apiUrl + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

const unsigned = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');

describe('the Lab API', () => {
  it('answers a token with read:reports and says when it was issued', async () => {
    const issuedAt = fake.nowSeconds();
    const response = await call('/reports', await fake.accessToken({ iat: issuedAt }));
    assert.equal(response.status, 200);
    const body = (await response.json()) as { reports: unknown[]; tokenIssuedAtSeconds: number };
    assert.equal(body.tokenIssuedAtSeconds, issuedAt);
    assert.equal(body.reports.length, 2);
  });

  it('asks for a token without naming an error when there is none', async () => {
    const response = await call('/reports');
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer realm="lab", DPoP algs=/);
  });

  it('says 401 invalid_token to an expired token, and the legacy path says 403', async () => {
    const expired = await fake.accessToken({ exp: fake.nowSeconds() - 1 });
    const response = await call('/reports', expired);
    assert.equal(response.status, 401);
    assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer realm="lab", error="invalid_token"/);
    assert.equal((await call('/legacy/reports', expired)).status, 403);
  });

  it('says 403 insufficient_scope, naming the scope, to a token without it', async () => {
    const response = await call('/reports', await fake.accessToken({ scope: 'openid eq1 read:reports2' }));
    assert.equal(response.status, 403);
    assert.match(response.headers.get('www-authenticate') ?? '', /error="insufficient_scope".*scope="read:reports"/);
  });

  const strangers: [name: string, token: () => Promise<string>][] = [
    ['another audience', () => fake.accessToken({ aud: 'https://other.example' })],
    ['another issuer', () => fake.accessToken({ iss: 'http://localhost:1' })],
    ['the type of an ID token', () => fake.accessToken({}, 'JWT')],
    ['no end', () => fake.accessToken({ exp: undefined })],
    ['a spoiled signature', async () => `${(await fake.accessToken()).slice(0, -8)}AAAAAAAA`],
    ['the algorithm none', async () => (await fake.accessToken()).replace(/^[^.]+/, unsigned).replace(/[^.]+$/, '')],
    ['no form of a JWT', async () => 'nonsense'],
  ];
  for (const [name, token] of strangers) {
    it(`refuses a token with ${name}, on the legacy path too`, async () => {
      assert.equal((await call('/reports', await token())).status, 401);
      assert.equal((await call('/legacy/reports', await token())).status, 401);
    });
  }

  it('judges expiry by the clock of the issuer', async () => {
    const token = await fake.accessToken();
    assert.equal((await call('/reports', token)).status, 200);
    fake.advance(3601);
    assert.equal((await call('/reports', token)).status, 401);
    assert.equal((await call('/reports', await fake.accessToken())).status, 200);
  });

  it('lets the page, and no other origin, read its answers', async () => {
    const preflight = (origin: string) =>
      fetch(`${lab.apiUrl}/reports`, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
      });
    const page = await preflight(lab.url);
    assert.equal(page.headers.get('access-control-allow-origin'), lab.url);
    assert.match(page.headers.get('access-control-allow-headers') ?? '', /authorization/i);
    assert.notEqual(
      (await preflight('http://evil.example')).headers.get('access-control-allow-origin'),
      'http://evil.example',
    );
  });

  it('says 503, not 401, when the issuer cannot be reached', async () => {
    const lonely = await startLab({ issuer: 'http://localhost:1', port: 0, webPort: 0, apiPort: 0 });
    try {
      const token = await fake.accessToken({ iss: 'http://localhost:1' });
      const headers = { authorization: `Bearer ${token}`, origin: lonely.url };
      const response = await fetch(`${lonely.apiUrl}/reports`, { headers });
      assert.equal(response.status, 503);
      assert.equal(response.headers.get('access-control-allow-origin'), lonely.url);
    } finally {
      await lonely.close();
    }
  });
});

describe('the server of the page', () => {
  it('gives the page at / and at /callback, with a policy that allows no inline script', async () => {
    for (const path of ['/', '/callback?code=x&state=y', '/silent', '/silent/callback?code=x&state=y']) {
      const response = await fetch(lab.url + path);
      assert.equal(response.status, 200);
      const policy = response.headers.get('content-security-policy') ?? '';
      assert.match(policy, /script-src 'self' 'sha256-[\w+/]{43}=';/);
      assert.ok(policy.includes(`connect-src 'self' ${fake.issuer} ${lab.apiUrl};`));
      assert.doesNotMatch(policy, /unsafe/);
      assert.doesNotMatch(await response.text(), /<script(?![^>]*(src=|type="importmap"))|\son\w+=|style=/);
    }
  });

  it('gives browser modules as JavaScript without types', async () => {
    const response = await fetch(`${lab.url}/browser/jwt.ts`);
    assert.match(response.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.doesNotMatch(await response.text(), /interface |: string/);
  });

  it('gives nothing outside the folder of browser modules, and no tests', async () => {
    for (const name of ['jwt.test.ts', '..%2flab.ts', 'nothing.ts', '%2e%2e%2fmain.ts']) {
      assert.equal((await fetch(`${lab.url}/browser/${name}`)).status, 404, name);
    }
  });

  it('gives the SDK by the names that apps import it by', async () => {
    const html = await (await fetch(lab.url)).text();
    const { imports } = JSON.parse(/<script type="importmap">(.*?)<\/script>/.exec(html)?.[1] ?? '') as {
      imports: Record<string, string>;
    };
    const core = await fetch(lab.url + (imports['@ostiary/browser'] ?? ''));
    assert.match(core.headers.get('content-type') ?? '', /^text\/javascript/);
    assert.match(await core.text(), /createClient/);
    for (const path of [
      '/sdks/browser/package.json',
      '/sdks/browser/src/..%2f..%2fpackage.json',
      imports['@ostiary/browser/fixture'],
    ])
      assert.equal((await fetch(lab.url + path)).status, 404, path);
  });

  it('lets the hidden frame end on a page that runs nothing and that this app alone may frame', async () => {
    const response = await fetch(`${lab.url}/silent/frame?code=x&state=y`);
    assert.equal(response.headers.get('content-security-policy'), "default-src 'none'; frame-ancestors 'self'");
    assert.doesNotMatch(await response.text(), /<script/);
  });

  it('is there by number too, as an app on another site than the issuer', async () => {
    const response = await fetch(`${lab.url.replace('localhost', '127.0.0.1')}/silent`);
    assert.equal(response.status, 200);
  });

  it('moves the clock for the page alone', async () => {
    const move = (origin: string, body: string) =>
      fetch(`${lab.url}/clock`, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body });
    const before = fake.clock().offsetMs;
    assert.equal((await move('http://evil.example', '{"advanceSeconds":60}')).status, 403);
    assert.equal((await move(lab.url, '{"advanceSeconds":"60"}')).status, 400);
    assert.equal(fake.clock().offsetMs, before);
    const moved = await move(lab.url, '{"advanceSeconds":60}');
    assert.deepEqual(await moved.json(), { offsetMs: before + 60_000 });
  });
});

describe('the web app', () => {
  const open = (path: string, headers: Record<string, string> = {}) =>
    fetch(lab.webUrl + path, { redirect: 'manual', headers: { accept: 'text/html', ...headers } });

  it('has the navigation of all pages, and a policy that allows no inline script', async () => {
    const response = await open('/');
    assert.equal(response.status, 200);
    const html = await response.text();
    assert.ok(html.includes(`<a href="${lab.url}/silent">`));
    assert.ok(html.includes(`<a href="${lab.webUrl}/expenses" aria-current="page">`));
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /script-src 'self';/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(html, /<script(?![^>]*src=)|\son\w+=|style=/);
  });

  it('sends whoever opens the expenses to the issuer, for an ID token and a code with offline access', async () => {
    const response = await open('/expenses');
    assert.equal(response.status, 303);
    const to = new URL(response.headers.get('location') ?? '');
    assert.equal(to.origin, fake.issuer);
    assert.equal(to.searchParams.get('response_type'), 'code id_token');
    assert.equal(to.searchParams.get('response_mode'), 'form_post');
    assert.equal(to.searchParams.get('redirect_uri'), `${lab.webUrl}/callback`);
    assert.match(to.searchParams.get('scope') ?? '', /offline_access/);
  });

  it('has what its pages are made with', async () => {
    for (const path of ['/lab.css', '/icon.svg', '/browser/web-app.ts', '/settings.json', '/clock'])
      assert.equal((await open(path)).status, 200, path);
    const nothing = await open('/nothing');
    assert.equal(nothing.status, 404);
    assert.match(await nothing.text(), /There is no page here/);
  });

  it('takes forms of its own pages alone', async () => {
    const before = fake.clock().offsetMs;
    for (const origin of ['http://evil.example', 'null', lab.url]) {
      const post = { method: 'POST', headers: { origin }, body: new URLSearchParams({ seconds: '60' }) };
      assert.equal((await fetch(`${lab.webUrl}/time`, post)).status, 403, origin);
    }
    assert.equal(fake.clock().offsetMs, before);
  });

  it('moves the clock, and shows the page again that the form stood on, and no other', async () => {
    const before = fake.clock().offsetMs;
    const headers = { origin: lab.webUrl, referer: 'http://evil.example/expenses?x=y' };
    const post = { method: 'POST', headers, body: new URLSearchParams({ seconds: '60' }), redirect: 'manual' as const };
    const response = await fetch(`${lab.webUrl}/time`, post);
    assert.deepEqual([response.status, response.headers.get('location')], [303, '/expenses']);
    assert.equal(fake.clock().offsetMs, before + 60_000);
  });

  it('shows no settings where the issuer has no overlay, and says so to whoever sends some', async () => {
    assert.doesNotMatch(await (await open('/')).text(), /Token Expiration/);
    const response = await fetch(`${lab.webUrl}/settings`, {
      method: 'POST',
      headers: { origin: lab.webUrl },
      body: new URLSearchParams({ accessTokenSeconds: '1' }),
    });
    assert.equal(response.status, 400);
  });
});

it('a taken port rejects the start', async () => {
  const port = Number(new URL(lab.url).port);
  await assert.rejects(startLab({ issuer: fake.issuer, port: 0, webPort: 0, apiPort: port }), { code: 'EADDRINUSE' });
});

it('closing it ends all that it opened: both readers of the revocation feed leave', { timeout: 10_000 }, async () => {
  const [otherFake, left] = [await startFakeIssuer(), Promise.withResolvers<void>()];
  const other = await startLab({ issuer: otherFake.issuer, port: 0, webPort: 0, apiPort: 0 });
  const headers = { authorization: `Bearer ${await otherFake.accessToken({ scope: 'read:reports read:feed' })}` };
  for (const url of [`${other.apiUrl}/reports`, `${other.webUrl}/watch/feed`])
    assert.equal((await fetch(url, { headers })).status, 200, url);
  assert.equal(otherFake.readers, 2);
  otherFake.onReaderLeft = () => otherFake.readers === 0 && left.resolve();
  await other.close();
  await left.promise;
  otherFake.close();
});
