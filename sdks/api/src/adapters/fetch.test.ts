import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { apiUrl, VirtualIssuer } from '../virtual-issuer.fixture.ts';
import * as forFetch from './fetch.ts';
import * as forHono from './hono.ts';

const issuer = new VirtualIssuer();
const protect = forFetch.auth(issuer.settings({ resource: { scopes: ['read:reports'], name: 'Reports' } }));
const { verifier } = protect;

const handler = protect(
  (_request, { claims }) => new Response(claims.sub),
  forFetch.requiredScopes('read:reports'),
  forFetch.requireFreshLogin({ maxAge: 60 }),
);

const app = new Hono<{ Variables: forHono.ApiVariables }>();
app.get('/.well-known/oauth-protected-resource', () => forHono.resourceMetadata({ verifier }));
app.get('/open', forHono.auth({ verifier, authRequired: false }), (c) => c.text(c.get('auth')?.claims.sub ?? 'nobody'));
app.get('/forgotten', forHono.requiredScopes('read:reports'), (c) => c.text('never'));
app.use(forHono.auth({ verifier }));
app.get('/', forHono.requiredScopes('read:reports'), forHono.requireAcr('2'), (c) =>
  c.text(c.get('auth').claims.sub ?? ''),
);
app.get('/any', forHono.scopeIncludesAny('a b'), forHono.claimEquals('t', 1), forHono.claimIncludes('r', 'x'), (c) =>
  c.text('any'),
);
app.get(
  '/check',
  forHono.claimCheck(({ t }) => t === 1),
  forHono.requireFreshLogin({ maxAge: 60 }),
  (c) => c.text('check'),
);
app.onError((fault, c) => c.text(fault.message, 500));

function ask(token?: string, path = '/'): Request {
  return new Request(apiUrl + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
}

const now = () => Math.floor(issuer.clock.now() / 1000);

describe('handlers from Request to Response', () => {
  it('know who asks', async () => {
    const response = await handler(ask(issuer.token({ auth_time: now() })));
    assert.equal(await response.text(), 'usr_ada');
  });

  it('are called for requests of another realm, or of another making', async () => {
    const { method, url, headers } = ask(issuer.token());
    const foreign = Object.assign(Object.create(null) as Request, { method, url, headers });
    assert.equal((await verifier.verify(foreign)).ok, true);
  });

  it('are not called for what is refused', async () => {
    const response = await handler(ask());
    assert.equal(response.status, 401);
    assert.equal(
      response.headers.get('www-authenticate')?.split(', DPoP')[0],
      'Bearer realm="api", resource_metadata="https://api.example.com/.well-known/oauth-protected-resource"',
    );
    assert.equal((await handler(ask(issuer.token({ scope: 'x' })))).status, 403);
    assert.equal((await handler(ask(issuer.token({ auth_time: now() - 90 })))).status, 401);
  });
});

describe('Hono', () => {
  it('has auth in its context', async () => {
    assert.equal(await (await app.request(ask(issuer.token({ acr: '2' })))).text(), 'usr_ada');
  });

  for (const [what, status, path, claims] of [
    ['without the sign-in', 401, '/', {}],
    ['without the scope', 403, '/', { acr: '2', scope: 'x' }],
    ['with all', 200, '/any', { scope: 'b', t: 1, r: ['x'] }],
    ['with another claim', 401, '/any', { scope: 'b', t: 2, r: ['x'] }],
    ['with another list', 401, '/any', { scope: 'b', t: 1, r: ['y'] }],
    ['with another scope', 403, '/any', { scope: 'c', t: 1, r: ['x'] }],
    ['that passes the check', 200, '/check', { t: 1, auth_time: now() }],
    ['that does not', 401, '/check', { t: 2, auth_time: now() }],
    ['of an old sign-in', 401, '/check', { t: 1, auth_time: now() - 90 }],
  ] as const)
    it(`${path}: a token ${what} gets ${status}`, async () => {
      assert.equal((await app.request(ask(issuer.token(claims), path))).status, status);
    });

  it('lets requests without a token pass where none is required', async () => {
    assert.equal(await (await app.request(ask(undefined, '/open'))).text(), 'nobody');
    assert.equal(await (await app.request(ask(issuer.token(), '/open'))).text(), 'usr_ada');
    assert.equal((await app.request(ask('nonsense', '/open'))).status, 401);
  });

  it('says when auth() was forgotten', async () => {
    assert.match(await (await app.request(ask(issuer.token(), '/forgotten'))).text(), /auth\(\) must stand before/);
  });
});

describe('metadata of the protected resource (RFC 9728)', () => {
  it('is there for everybody', async () => {
    const response = await app.request(ask(undefined, '/.well-known/oauth-protected-resource'));
    assert.deepEqual(await response.json(), {
      resource: apiUrl,
      authorization_servers: ['https://id.example.com'],
      bearer_methods_supported: ['header'],
      scopes_supported: ['read:reports'],
      resource_name: 'Reports',
      dpop_signing_alg_values_supported: ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'],
      dpop_bound_access_tokens_required: false,
    });
  });

  it('stands between host and path', () => {
    const { verifier: other } = forFetch.auth(
      issuer.settings({ resource: { identifier: 'https://api.example.com/v1' } }),
    );
    assert.equal(other.challenge.resourceMetadata, 'https://api.example.com/.well-known/oauth-protected-resource/v1');
  });

  it('needs an address', () => {
    assert.throws(() => forFetch.auth(issuer.settings({ audience: 'reports', resource: {} })), TypeError);
    assert.throws(() => forFetch.resourceMetadata(forFetch.auth(issuer.settings())), TypeError);
  });
});
