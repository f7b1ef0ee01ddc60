import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fastify from 'fastify';
import { apiUrl, VirtualIssuer } from '../virtual-issuer.fixture.ts';
import { createAccessTokenVerifier } from '../verifier.ts';
import * as api from './fastify.ts';

const issuer = new VirtualIssuer();

const app = fastify({ trustProxy: true });
let reached = 0;
await app.register(async (below) => {
  await below.register(api.auth, issuer.settings());
  const get = (path: string, preHandler: api.Demand[]) =>
    below.get(path, { preHandler }, async (request) => {
      reached += 1;
      return api.authOf(request)?.claims.sub;
    });
  get('/', []);
  get('/reports', [api.requiredScopes('read:reports')]);
  get('/any', [api.scopeIncludesAny('a b'), api.claimEquals('t', 1), api.claimIncludes('r', 'x')]);
  get('/check', [api.claimCheck(({ t }) => t === 1, 't must be 1'), api.requireFreshLogin({ maxAge: 60 })]);
  get('/acr', [api.requireAcr('2')]);
  below.post('/', async () => 'posted');
});
await app.register(async (below) => {
  await below.register(api.auth, { ...issuer.settings(), authRequired: false });
  below.get('/open', async (request) => api.authOf(request)?.claims.sub ?? 'nobody');
  below.get('/open/reports', { preHandler: api.requiredScopes('read:reports') }, async () => 'never');
});
const verifier = createAccessTokenVerifier(issuer.settings({ resource: {} }));
app.get('/.well-known/oauth-protected-resource', async () => api.resourceMetadata({ verifier }));
await app.register(async (below) => {
  await below.register(api.auth, { verifier });
  below.get('/described', async () => 'never');
});
app.get('/forgotten', { preHandler: api.requiredScopes('read:reports') }, async () => 'never');
app.setErrorHandler((fault, _request, reply) => reply.code(500).send((fault as Error).message));
after(() => app.close());

function ask(url: string, token?: string, headers: Record<string, string> = {}) {
  return app.inject({ url, headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } });
}

const now = () => Math.floor(issuer.clock.now() / 1000);

describe('Fastify', () => {
  it('knows who asks', async () => {
    assert.equal((await ask('/', issuer.token())).body, 'usr_ada');
  });

  it('answers who has no token, and calls no handler', async () => {
    const before = reached;
    const refused = await ask('/');
    assert.deepEqual([refused.statusCode, reached - before], [401, 0]);
    assert.equal(refused.headers['content-type'], 'application/problem+json');
    assert.equal(refused.json().reason, 'token_missing');
    assert.match(String(refused.headers['www-authenticate']), /^Bearer realm="api"/);
  });

  it('answers before the body is read', async () => {
    const headers = { 'content-type': 'application/json' };
    const { statusCode } = await app.inject({ method: 'POST', url: '/', headers, payload: '{' });
    assert.equal(statusCode, 401);
  });

  for (const [what, status, path, claims] of [
    ['without the scope', 403, '/reports', { scope: 'x' }],
    ['with all', 200, '/any', { scope: 'b', t: 1, r: ['x'] }],
    ['with another claim', 401, '/any', { scope: 'b', t: 2, r: ['x'] }],
    ['with another list', 401, '/any', { scope: 'b', t: 1, r: ['y'] }],
    ['with another scope', 403, '/any', { scope: 'c', t: 1, r: ['x'] }],
    ['that passes the check', 200, '/check', { t: 1, auth_time: now() }],
    ['that does not', 401, '/check', { t: 2, auth_time: now() }],
    ['of an old sign-in', 401, '/check', { t: 1, auth_time: now() - 90 }],
    ['of a weak sign-in', 401, '/acr', { acr: '1' }],
    ['of a strong one', 200, '/acr', { acr: '2' }],
  ] as const)
    it(`${path}: a token ${what} gets ${status}`, async () => {
      assert.equal((await ask(path, issuer.token(claims))).statusCode, status);
    });

  it('lets requests without a token pass where none is required, as far as nothing more is demanded', async () => {
    assert.equal((await ask('/open')).body, 'nobody');
    assert.equal((await ask('/open', issuer.token())).body, 'usr_ada');
    assert.equal((await ask('/open', 'nonsense')).statusCode, 401);
    assert.equal((await ask('/open/reports')).statusCode, 401);
  });

  it('says what it is to everybody, and where, with a verifier that is shared', async () => {
    const metadata = await ask('/.well-known/oauth-protected-resource');
    assert.deepEqual([metadata.statusCode, metadata.json().resource], [200, apiUrl]);
    assert.match(String((await ask('/described')).headers['www-authenticate']), /resource_metadata="https:/);
  });

  it('says when auth was forgotten', async () => {
    const answer = await ask('/forgotten', issuer.token());
    assert.deepEqual([answer.statusCode, /auth must be registered/.test(answer.body)], [500, true]);
  });
});
