import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import type { OstiaryConfig } from 'ostiary';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import { redirectSnippets, secrets } from './served-snippets.ts';
import config from './snippets/api-sdk.config.ts';
import type * as ForFastify from './snippets/api-sdk-fastify.ts';
import type * as WithFeed from './snippets/api-sdk-feed.ts';
import type * as ForFetch from './snippets/api-sdk-fetch.ts';
import type * as ForHono from './snippets/api-sdk-hono.ts';
import type * as ForExpress from './snippets/api-sdk.ts';

let program: IssuerProgram;
let forExpress: typeof ForExpress;
let withFeed: typeof WithFeed;
let forFetch: typeof ForFetch;
let forHono: typeof ForHono;
let forFastify: typeof ForFastify;
const closing: (() => unknown)[] = [];

before(async () => {
  Object.assign(process.env, secrets, { EXAMPLE_API_SECRET: 'a-secret-of-the-api' });
  program = await startIssuer((issuer): OstiaryConfig => ({ ...config, issuer }));
  closing.push(() => program.close());
  redirectSnippets({ 'http://localhost:4000': program.issuer });
  [forExpress, withFeed, forFetch, forHono, forFastify] = await Promise.all([
    import('./snippets/api-sdk.ts'),
    import('./snippets/api-sdk-feed.ts'),
    import('./snippets/api-sdk-fetch.ts'),
    import('./snippets/api-sdk-hono.ts'),
    import('./snippets/api-sdk-fastify.ts'),
  ]);
  closing.push(
    () => withFeed.stop(),
    () => forFastify.app.close(),
  );
});
after(async () => {
  for (const close of closing.toReversed()) await close();
});

const basic = `Basic ${Buffer.from(`example-job:${secrets.EXAMPLE_JOB_SECRET}`).toString('base64')}`;

/** Sends a form to the issuer as the service. */
function post(path: string, form: Record<string, string>): Promise<Response> {
  const headers = { authorization: basic };
  return fetch(program.issuer + path, { method: 'POST', headers, body: new URLSearchParams(form) });
}

async function newToken(): Promise<string> {
  const response = await post('/token', { grant_type: 'client_credentials', scope: 'read:reports' });
  const { access_token: token } = (await response.json()) as { access_token: string };
  return token;
}

async function serve(app: RequestListener): Promise<string> {
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const bearing = (token: string) => ({ authorization: `Bearer ${token}` });

describe('docs/apis.md', () => {
  test('Express: tells who asks, and refuses who has no token', async () => {
    const url = await serve(forExpress.app);
    const headers = bearing(await newToken());
    assert.deepEqual(await (await fetch(`${url}/reports`, { headers })).json(), { reportsOf: 'example-job' });
    const refused = await fetch(`${url}/reports`);
    assert.equal(refused.status, 401);
    assert.match(refused.headers.get('www-authenticate') ?? '', /^Bearer realm="api"/);
  });

  test('Express: demands more of a token', async () => {
    const url = await serve(forExpress.app);
    const headers = bearing(await newToken());
    const statusOf = async (path: string, method = 'GET') => (await fetch(url + path, { method, headers })).status;
    assert.deepEqual(
      [
        await statusOf('/summary'),
        await statusOf('/tenant'),
        await statusOf('/office'),
        await statusOf('/payments', 'POST'),
      ],
      [200, 401, 401, 401],
    );
  });

  test('with the feed: a token that was revoked is refused within a second', async () => {
    const url = await serve(withFeed.app);
    await withFeed.verifier.ready();
    assert.equal((await fetch(`${url}/ready`)).status, 200);
    const token = await newToken();
    const ask = async () => (await fetch(`${url}/reports`, { headers: bearing(token) })).status;
    assert.equal(await ask(), 200);
    assert.equal((await post('/revoke', { token })).status, 200);
    const revokedAt = performance.now();
    let status = await ask();
    while (status === 200 && performance.now() - revokedAt < 5_000) status = await ask();
    assert.equal(status, 401);
    assert.ok(performance.now() - revokedAt < 1_000);
  });

  test('Fetch: answers with reports, with metadata, or with a challenge', async () => {
    const ask = (path: string, headers = {}) =>
      forFetch.handle(new Request(`https://api.example.com${path}`, { headers }));
    assert.deepEqual(await (await ask('/reports', bearing(await newToken()))).json(), { reportsOf: 'example-job' });
    const metadata = (await (await ask('/.well-known/oauth-protected-resource')).json()) as { resource: string };
    assert.equal(metadata.resource, 'https://api.example.com');
    const challenge = (await ask('/reports')).headers.get('www-authenticate') ?? '';
    assert.match(challenge, /resource_metadata="https:\/\/api\.example\.com\/\.well-known\/oauth-protected-resource"/);
  });

  test('Fastify: tells who asks, and refuses who has no token', async () => {
    const ask = (headers = {}) => forFastify.app.inject({ url: '/reports', headers });
    assert.deepEqual((await ask(bearing(await newToken()))).json(), { reportsOf: 'example-job' });
    assert.equal((await ask()).statusCode, 401);
  });

  test('Hono: tells who asks, and asks about opaque tokens', async () => {
    const ask = (token: string) => forHono.app.request('/reports', { headers: bearing(token) });
    assert.deepEqual(await (await ask(await newToken())).json(), { reportsOf: 'example-job' });
    assert.equal((await ask('an-opaque-token')).status, 401);
  });
});
