import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { home } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { createBff } from './bff.ts';
import type { BffOptions } from './bff.ts';

/** A backend with its provider and an API that says what it was sent. */
function openBff(options: Partial<BffOptions> = {}) {
  const provider = new VirtualProvider();
  const calls: Request[] = [];
  let api = async (request: Request) =>
    Response.json(
      { path: new URL(request.url).pathname, body: await request.text() },
      { headers: { 'set-cookie': 'theirs=1', 'access-control-allow-origin': '*', etag: '"1"' } },
    );
  const environment = provider.environment();
  const bff = createBff({
    issuerBaseURL: provider.issuer,
    baseURL: home,
    clientID: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of thirty-two characters, or more',
    authorizationParams: { scope: 'openid offline_access' },
    upstreams: [{ path: '/api', target: 'https://api.example/v1' }],
    ...options,
    environment: {
      ...environment,
      async fetch(url, init) {
        if (!url.startsWith('https://api.example')) return provider.serve(new Request(url, init));
        const request = new Request(url, init);
        calls.push(request);
        return api(request);
      },
    },
  });
  const cookies = new Map<string, string>();
  const raw = async (path: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const answer = (await bff.handle(new Request(home + path, { ...init, headers }))) as Response;
    for (const line of answer?.headers.getSetCookie() ?? []) {
      const [pair = ''] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      if (/Max-Age=0(;|$)/.test(line)) cookies.delete(name);
      else cookies.set(name, value.join('='));
    }
    return answer;
  };
  const call = (path: string, init: RequestInit = {}) =>
    raw(path, { ...init, headers: { 'x-csrf': '1', ...Object.fromEntries(new Headers(init.headers)) } });
  const signIn = async () => {
    const away = await raw('/bff/login?returnTo=/reports');
    const { redirectUri, answer } = await provider.authorize(away.headers.get('location') ?? '');
    return raw(`${redirectUri.slice(home.length)}?${new URLSearchParams(answer).toString()}`);
  };
  return { bff, provider, calls, cookies, raw, call, signIn, setApi: (next: typeof api) => void (api = next) };
}

describe('a backend for a single-page app', () => {
  it('signs in, comes back to the page, and keeps a cookie that is for this host, this site and no script', async () => {
    const { signIn, raw } = openBff();
    const back = await signIn();
    assert.equal(back.headers.get('location'), `${home}/reports`);
    const line = back.headers.getSetCookie().find((each) => each.startsWith('__Host-appSession='));
    assert.match(line ?? '', /; Path=\/; .*HttpOnly; Secure; SameSite=Strict$/);
    assert.equal(await raw('/elsewhere'), undefined);
  });

  it('tells the page its user and the end of the session, and never a token', async () => {
    const { signIn, call } = openBff();
    await signIn();
    const answer = await call('/bff/user?slide=false');
    const text = await answer.text();
    const user = JSON.parse(text);
    assert.equal(user.claims.sub, 'ada');
    assert.equal(user.session_expires_in, 86_400);
    assert.match(user.logout_url, /^\/bff\/logout\?token=/);
    assert.doesNotMatch(text, /at-1|rt-0|eyJ/);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  });

  it('slides the session when the page says so, and only then', async () => {
    const { provider, signIn, call } = openBff();
    await signIn();
    provider.nowMs += 3_600_000;
    const left = async (query: string) => (await (await call(`/bff/user${query}`)).json()).session_expires_in;
    assert.equal(await left('?slide=false'), 82_800);
    assert.equal(await left(''), 86_400);
    assert.equal(await left('?slide=false'), 86_400);
  });

  it('answers 401 with the cause when nobody is signed in', async () => {
    const answer = await openBff().call('/bff/user');
    assert.deepEqual([answer.status, (await answer.json()).error], [401, 'sign_in_required']);
  });

  const foreign: Record<string, [path: string, init: RequestInit]> = {
    'a call without the header': ['/bff/user', { headers: { 'x-csrf': '0' } }],
    'a call of another origin': ['/bff/api/a', { headers: { origin: 'https://evil.example' } }],
    'a call that the browser calls cross-site': ['/bff/api/a', { headers: { 'sec-fetch-site': 'cross-site' } }],
    'a call of a sibling host': ['/bff/api/a', { headers: { 'sec-fetch-site': 'same-site' } }],
    'a logout by a form': ['/bff/logout', { method: 'POST', headers: { 'x-csrf': '' } }],
  };
  for (const [name, [path, init]] of Object.entries(foreign)) {
    it(`refuses ${name}, and does nothing`, async () => {
      const { signIn, call, calls } = openBff();
      await signIn();
      assert.equal((await call(path, init)).status, 403);
      assert.equal(calls.length, 0);
      assert.equal((await call('/bff/user')).status, 200);
    });
  }

  it('signs out by a call, and by the link of this session alone', async () => {
    const { provider, signIn, call, raw } = openBff();
    await signIn();
    assert.equal((await raw('/bff/logout?token=guessed')).status, 400);
    const { logout_url: url } = await (await call('/bff/user')).json();
    assert.equal((await raw(url)).status, 303);
    assert.equal((await call('/bff/user')).status, 401);
    await signIn();
    assert.deepEqual(await (await call('/bff/logout', { method: 'POST' })).json(), { location: `${home}/` });
    assert.deepEqual(provider.revoked, ['rt-0-0', 'rt-1-0']);
  });
});

describe('a call through the backend', () => {
  it('carries the access token and the body; of headers, those that an API needs, both ways', async () => {
    const { signIn, call, calls } = openBff();
    await signIn();
    const headers = { 'content-type': 'text/plain', 'x-forwarded-for': '1.2.3.4', 'accept-language': 'de' };
    const answer = await call('/bff/api/reports/7?all=1', { method: 'POST', body: 'hello', headers });
    assert.deepEqual(await answer.json(), { path: '/v1/reports/7', body: 'hello' });
    const [sent] = calls;
    assert.equal(sent?.headers.get('authorization'), 'Bearer at-1');
    assert.deepEqual(
      ['cookie', 'x-csrf', 'x-forwarded-for', 'accept-language'].map((name) => sent?.headers.get(name)),
      [null, null, null, 'de'],
    );
    assert.deepEqual(
      ['set-cookie', 'access-control-allow-origin', 'etag'].map((name) => answer.headers.get(name)),
      [null, null, '"1"'],
    );
  });

  it('comes from no memory that others share: what an API lets be kept for a while, this browser alone keeps, for this session', async () => {
    const { signIn, call, setApi } = openBff();
    await signIn();
    const rules = { '': 'no-store', 'max-age=60': 'private, max-age=60', 'public, max-age=60': 'public, max-age=60' };
    for (const [said, heard] of Object.entries(rules)) {
      setApi(async () => new Response('', { headers: { 'cache-control': said, vary: 'accept' } }));
      const { headers } = await call('/bff/api/me');
      assert.deepEqual([headers.get('cache-control'), headers.get('vary')], [heard, 'accept, cookie']);
    }
  });

  it('is made with a new token before the old one is over', async () => {
    const { provider, signIn, call, calls } = openBff();
    await signIn();
    provider.nowMs += 3_590_000;
    await call('/bff/api/a');
    assert.equal(calls[0]?.headers.get('authorization'), 'Bearer at-2');
  });

  it('is made once more after a 401, with a new token and the same body', async () => {
    const { provider, signIn, call, calls, setApi } = openBff();
    await signIn();
    provider.nowMs += 10_000;
    setApi(async (request) =>
      request.headers.get('authorization') === 'Bearer at-1'
        ? new Response(null, { status: 401 })
        : new Response(await request.text()),
    );
    assert.equal(await (await call('/bff/api/a', { method: 'PUT', body: 'work' })).text(), 'work');
    assert.equal(calls.length, 2);
  });

  it('makes no storm of renewals where the API refuses every token', async () => {
    const { provider, signIn, call, setApi } = openBff();
    await signIn();
    provider.nowMs += 10_000;
    setApi(async () => new Response(null, { status: 401 }));
    for (let round = 0; round < 5; round += 1) assert.equal((await call('/bff/api/a')).status, 401);
    assert.equal(provider.refreshes(), 1);
  });

  it('is not made again when the API wants another sign-in', async () => {
    const { signIn, call, calls, setApi } = openBff();
    await signIn();
    const challenge = 'Bearer error="insufficient_user_authentication"';
    setApi(async () => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }));
    assert.equal((await call('/bff/api/a')).headers.get('www-authenticate'), challenge);
    assert.equal(calls.length, 1);
  });

  for (const path of [
    '/bff/other',
    '/bff/apix',
    '/bff/api/..%2f..%2fadmin',
    '/bff/api/%2e%2e/%2e%2e/admin',
    '/bff/api\\..\\admin',
    '/bff/api//evil.example/a/../..',
  ]) {
    it(`leads nowhere outside of the list: ${path}`, async () => {
      const { signIn, call, calls } = openBff();
      await signIn();
      // What a URL parser folds away does not come to the backend at all.
      const answer = (await call(path)) as Response | undefined;
      const isRefused = answer === undefined || [400, 403].includes(answer.status);
      assert.ok(isRefused || calls.every(({ url }) => url.startsWith('https://api.example/v1/')));
    });
  }

  it('is refused when its path can be read in two ways', async () => {
    const { signIn, call, calls } = openBff();
    await signIn();
    for (const path of ['..%2f..%2fadmin', '..%5c..%5cadmin', 'a%2Fb'])
      assert.equal((await call(`/bff/api/${path}`)).status, 400);
    assert.equal(calls.length, 0);
  });

  it('is refused for methods that are not allowed', async () => {
    const { signIn, call } = openBff({
      upstreams: [{ path: '/api', target: 'https://api.example/v1', methods: ['GET'] }],
    });
    await signIn();
    assert.equal((await call('/bff/api/a', { method: 'DELETE' })).status, 403);
  });

  it('says 502 when the API does not answer, and 503 when the provider does not', async () => {
    const { provider, signIn, call, setApi } = openBff();
    await signIn();
    setApi(() => Promise.reject(new TypeError('fetch failed')));
    assert.equal((await call('/bff/api/a')).status, 502);
    provider.nowMs += 3_700_000;
    provider.trouble = [1, 2, 3].map(() => new Response(null, { status: 500 }));
    const answer = await call('/bff/api/a');
    assert.deepEqual([answer.status, answer.headers.has('retry-after')], [503, true]);
  });

  it('follows no redirect, and keeps one within the API behind the backend', async () => {
    const { signIn, call, setApi } = openBff();
    await signIn();
    setApi(async () => new Response(null, { status: 302, headers: { location: 'https://api.example/v1/b' } }));
    assert.equal((await call('/bff/api/a')).headers.get('location'), '/bff/api/b');
    setApi(async () => new Response(null, { status: 302, headers: { location: 'https://inside.example/' } }));
    assert.equal((await call('/bff/api/a')).headers.get('location'), null);
  });

  for (const [where, origin] of [
    ['at its own address', home],
    ['behind a proxy', 'http://10.0.0.7:3000'],
  ] as const)
    it(`ends with the request it is made for, ${where}`, async () => {
      const { bff, cookies, signIn, setApi } = openBff();
      await signIn();
      const leaving = new AbortController();
      setApi(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            leaving.abort();
          }),
      );
      const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
      const headers = { cookie, 'x-csrf': '1' };
      const answer = await bff.handle(new Request(`${origin}/bff/api/a`, { headers, signal: leaving.signal }));
      assert.equal(answer?.status, 502);
    });

  it('does not stop at long bodies', async () => {
    const { signIn, call } = openBff();
    await signIn();
    const body = 'x'.repeat(3_000_000);
    assert.equal((await (await call('/bff/api/a', { method: 'POST', body })).json()).body.length, body.length);
  });
});
