import assert from 'node:assert/strict';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import express, { type ErrorRequestHandler } from 'express';
import * as api from '../index.ts';
import { VirtualIssuer } from '../virtual-issuer.fixture.ts';

const issuer = new VirtualIssuer();
const check = api.auth(issuer.settings());
const { verifier } = check;

const app = express();
app.use(express.urlencoded({ extended: false }));
app.get(
  '/open',
  api.auth({ verifier, authRequired: false }),
  (req, res) => void res.json(req.auth?.claims.sub ?? 'nobody'),
);
app.get(
  '/open/reports',
  api.auth({ verifier, authRequired: false }),
  api.requiredScopes('read:reports'),
  (_req, res) => void res.json('reports'),
);
app.get('/mine', api.auth({ verifier, passErrors: true }), (_req, res) => void res.json('mine'));
app.get('/forgotten', api.requiredScopes('read:reports'), (_req, res) => void res.json('never'));
app.use(check);
app.all('/', (req, res) => void res.json(req.auth?.payload.sub));
app.get('/reports', api.requiredScopes('read:reports'), (_req, res) => void res.json('reports'));
app.get('/both', api.requiredScopes(['read:reports', 'write:reports']), (_req, res) => void res.json('both'));
app.get('/any', api.scopeIncludesAny('write:reports read:reports'), (_req, res) => void res.json('any'));
app.get('/equals', api.claimEquals('tenant', 'a'), (_req, res) => void res.json('equals'));
app.get('/includes', api.claimIncludes('roles', 'admin', 'editor'), (_req, res) => void res.json('includes'));
app.get(
  '/check',
  api.claimCheck(({ tenant }) => tenant === 'a', 'tenant must be a'),
  (_req, res) => void res.json('check'),
);
app.get('/acr', api.requireAcr('2', '3'), (_req, res) => void res.json('acr'));
app.get('/fresh', api.requireFreshLogin({ maxAge: 300 }), (_req, res) => void res.json('fresh'));
const showError: ErrorRequestHandler = (fault, _req, res, _next) => {
  const { name, code, status, headers, message } = fault as Partial<api.ApiError>;
  res.status(status ?? 500).json({ name, code, headers, message });
};
app.use(showError);

const server = app.listen(0, 'localhost');
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;
after(() => void server.close());

async function ask(path: string, token?: string, init: RequestInit = {}) {
  const headers = new Headers(init.headers);
  headers.set('connection', 'close');
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  const response = await fetch(`http://localhost:${port}${path}`, { ...init, headers });
  return {
    status: response.status,
    headers: response.headers,
    challenge: response.headers.get('www-authenticate'),
    body: await response.json(),
  };
}

const dpop = 'DPoP algs="ES256 RS256 PS256 EdDSA Ed25519"';

describe('auth() where no server of Node’s made the request, as in functions of a cloud', () => {
  it('finds the token among the headers that are set', async () => {
    const request: api.HandledRequest = new IncomingMessage(new Socket());
    request.headers = { authorization: `Bearer ${issuer.token()}` };
    await check(request, new ServerResponse(request), () => {});
    assert.equal(request.auth?.claims.sub, 'usr_ada');
  });
});

describe('auth()', () => {
  it('sets req.auth', async () => {
    assert.deepEqual((await ask('/', issuer.token())).body, 'usr_ada');
  });

  it('asks for a token without naming an error (RFC 6750 section 3.1)', async () => {
    const { status, challenge, headers, body } = await ask('/');
    assert.equal(status, 401);
    assert.equal(challenge, `Bearer realm="api", ${dpop}`);
    assert.equal(headers.get('content-type'), 'application/problem+json');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(body, {
      type: 'about:blank',
      title: 'Unauthorized',
      status: 401,
      detail: 'an access token is needed',
      reason: 'token_missing',
    });
  });

  it('says what is wrong with a token', async () => {
    const { status, challenge, body } = await ask(
      '/',
      issuer.token({ exp: Math.floor(issuer.clock.now() / 1000) - 60 }),
    );
    assert.equal(status, 401);
    assert.equal(
      challenge,
      `Bearer realm="api", error="invalid_token", error_description="the token has expired: 60 s ago", ${dpop}`,
    );
    assert.equal(body.error, 'invalid_token');
    assert.equal(body.reason, 'expired');
  });

  for (const [what, path, init] of [
    ['a header that is none', '/', { headers: { authorization: 'Bearer' } }],
    ['a header of two words', '/', { headers: { authorization: 'Bearer a b' } }],
    ['a token in the query', '/?access_token=abc', {}],
    ['a token in a form', '/', { method: 'POST', body: new URLSearchParams({ access_token: 'abc' }) }],
    ['a token in header and query', '/?access_token=abc', { headers: { authorization: 'Bearer abc' } }],
  ] as const)
    it(`answers 400 to ${what}`, async () => {
      const { status, challenge } = await ask(path, undefined, init);
      assert.equal(status, 400);
      assert.match(challenge ?? '', /^Bearer realm="api", error="invalid_request", error_description="/);
    });

  it('takes tokens in query and form where that was asked for', async () => {
    const places = api.createAccessTokenVerifier(issuer.settings({ allowTokenInQuery: true, allowTokenInForm: true }));
    const token = issuer.token();
    const method = 'POST';
    assert.ok((await places.verify({ method, url: `https://api.example.com/?access_token=${token}` })).ok);
    assert.ok((await places.verify({ method, url: 'https://api.example.com/', formTokens: [token] })).ok);
    const twice = await places.verify({
      method,
      url: `https://api.example.com/?access_token=${token}`,
      formTokens: [token],
    });
    assert.ok(!twice.ok && twice.refusal.reason === 'tokens_several');
  });

  it('lets a request without a token pass where none is required, but not one with a bad token', async () => {
    assert.equal((await ask('/open')).body, 'nobody');
    assert.equal((await ask('/open', issuer.token())).body, 'usr_ada');
    assert.equal((await ask('/open', 'nonsense')).status, 401);
    assert.equal((await ask('/open/reports')).status, 401);
  });

  it('hands refusals on as errors where that was asked for', async () => {
    const { status, body } = await ask('/mine', 'nonsense');
    assert.equal(status, 401);
    assert.equal(body.name, 'InvalidTokenError');
    assert.equal(body.code, 'invalid_token');
    assert.match(body.headers['WWW-Authenticate'], /^Bearer /);
    assert.equal((await ask('/mine')).body.name, 'UnauthorizedError');
  });

  it('must stand before the demands', async () => {
    assert.match((await ask('/forgotten')).body.message, /auth\(\) must stand before/);
  });
});

describe('demands', () => {
  it('scopes: 403 names what would be enough', async () => {
    const { status, challenge } = await ask('/both', issuer.token());
    assert.equal(status, 403);
    assert.equal(
      challenge,
      `Bearer realm="api", error="insufficient_scope", error_description="the token lacks a permission", scope="read:reports write:reports", ${dpop}`,
    );
    assert.equal((await ask('/both', issuer.token({ scope: 'write:reports x read:reports' }))).status, 200);
  });

  it('a scope is no part of a longer one', async () => {
    assert.equal((await ask('/reports', issuer.token({ scope: 'read:reports2 read' }))).status, 403);
    const { status, body } = await ask('/reports', issuer.token({ scope: undefined }));
    assert.equal(status, 403);
    assert.match(body.detail, /missing 'scope' claim/);
  });

  for (const [path, good, bad] of [
    ['/any', { scope: 'read:reports' }, { scope: 'other' }],
    ['/equals', { tenant: 'a' }, { tenant: 'b' }],
    ['/includes', { roles: ['editor', 'admin'] }, { roles: ['editor'] }],
    ['/includes', { roles: 'admin editor' }, { roles: { admin: true, editor: true } }],
    ['/check', { tenant: 'a' }, {}],
  ] as const)
    it(`${path}: ${JSON.stringify(good)} but not ${JSON.stringify(bad)}`, async () => {
      assert.equal((await ask(path, issuer.token(good))).status, 200);
      const { status } = await ask(path, issuer.token(bad));
      assert.equal(status, path === '/any' ? 403 : 401);
    });

  it('requireAcr() asks for a stronger sign-in (RFC 9470 section 3)', async () => {
    assert.equal((await ask('/acr', issuer.token({ acr: '2' }))).status, 200);
    const { status, challenge } = await ask('/acr', issuer.token({ acr: '1' }));
    assert.equal(status, 401);
    assert.match(challenge ?? '', /error="insufficient_user_authentication", .*acr_values="2 3"/);
  });

  it('requireFreshLogin() asks for a newer sign-in (RFC 9470 section 3)', async () => {
    const now = Math.floor(issuer.clock.now() / 1000);
    assert.equal((await ask('/fresh', issuer.token({ auth_time: now - 300 }))).status, 200);
    for (const authTime of [now - 310, undefined]) {
      const { status, challenge } = await ask('/fresh', issuer.token({ auth_time: authTime }));
      assert.equal(status, 401);
      assert.match(challenge ?? '', /error="insufficient_user_authentication", .*max_age="300"/);
    }
  });
});
