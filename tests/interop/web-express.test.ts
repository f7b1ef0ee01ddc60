import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { labApi, labWeb, webSecret } from '@ostiary/http/fixture';
import { auth, authErrors, requiresAuth } from '@ostiary/web';
import type { TokenSet, WebOptions } from '@ostiary/web';
import type { ClientId, PublicJwk } from '@ostiary/wire';
import express from 'express';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';
import { AppVisitor, reserveWebApp, type WebApp } from '../support/web-app.ts';

const api = 'https://api.lab.example';

let server: ServedIssuer;
type Name = 'still' | 'rotating' | 'signing';
const apps: Record<Name, WebApp> = {
  still: await reserveWebApp(),
  rotating: await reserveWebApp(),
  signing: await reserveWebApp(),
};
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

before(async () => {
  const { refresh } = labWeb();
  const metadata = (name: Name, rotation: 'on' | 'off') =>
    labWeb({
      client_id: name as ClientId,
      redirect_uris: [`${apps[name].origin}/callback`],
      post_logout_redirect_uris: [apps[name].origin],
      refresh: { ...refresh, rotation },
    });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'c1', alg: 'ES256', use: 'sig' } as PublicJwk;
  const signing = {
    ...metadata('signing', 'on'),
    token_endpoint_auth_method: 'private_key_jwt' as const,
    jwks: { keys: [jwk] },
  };
  server = await serveIssuer({
    apis: [labApi({ accessTokenSeconds: 3600 })],
    clients: [withSecret(metadata('still', 'off')), withSecret(metadata('rotating', 'on')), { metadata: signing }],
  });
  const clientAssertionSigningKey = { ...privateKey.export({ format: 'jwk' }), kid: 'c1' };
  await Promise.all([
    serveApp('still', { clientSecret: webSecret }),
    serveApp('rotating', { clientSecret: webSecret }),
    serveApp('signing', { clientAssertionSigningKey }),
  ]);
});
after(async () => {
  await Promise.all(Object.values(apps).map((app) => app.close()));
  await server.close();
});

async function serveApp(name: Name, credentials: Partial<WebOptions>): Promise<void> {
  const app = express();
  app.use(
    auth({
      issuerBaseURL: server.issuer,
      baseURL: apps[name].origin,
      clientID: name,
      ...credentials,
      secret: 'a secret of the app that is long enough',
      required: false,
      idpLogout: true,
      renew: 'onDemand',
      authorizationParams: { audience: api, scope: 'openid profile email read:reports offline_access' },
      environment: { now: () => server.clock.now() },
    }),
  );
  app.get('/', (request, response) => void response.send(request.oidc.user?.['name'] ?? 'nobody'));
  app.get(
    '/token',
    requiresAuth(),
    async (request, response) => void response.send(await request.oidc.getAccessToken()),
  );
  app.get('/refresh-token', requiresAuth(), (request, response) => void response.send(request.oidc.refreshToken));
  // The loop of a well-known lab, word for word: the old refresh token is always put back.
  app.get('/expenses', requiresAuth(), async (request, response) => {
    const before = request.openid.tokens as TokenSet;
    let tokenSet = before;
    if (tokenSet.expired()) {
      tokenSet = await request.openid.client.refresh(tokenSet);
      tokenSet.refresh_token = before.refresh_token;
      request.openid.tokens = tokenSet;
    }
    response.send(tokenSet.access_token);
  });
  app.use(authErrors());
  await apps[name].serve(app);
}

async function signedIn(name: Name = 'still'): Promise<AppVisitor> {
  const visitor = new AppVisitor(apps[name].origin, server.browser());
  assert.equal((await visitor.open('/token')).status, 200);
  return visitor;
}

describe('an Express app with Ostiary', () => {
  it('that signs its assertions redeems, renews and revokes as well', async () => {
    const visitor = await signedIn('signing');
    const first = await (await visitor.ask('/token')).text();
    const refreshToken = await (await visitor.ask('/refresh-token')).text();
    server.clock.advance(3_601);
    assert.notEqual(await (await visitor.ask('/expenses')).text(), first);
    const renewed = await (await visitor.ask('/refresh-token')).text();
    assert.notEqual(renewed, refreshToken);
    await visitor.open('/logout');
    const events = await server.service.store.audit.listRecent(10);
    assert.ok(events.some(({ kind, clientId }) => kind === 'family_ended' && clientId === 'signing'));
  });

  it('knows nobody, sends to the login, comes back to the page, and knows the user', async () => {
    const visitor = new AppVisitor(apps.still.origin, server.browser());
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    const page = await visitor.open('/expenses?month=6');
    assert.equal(page.url, `${apps.still.origin}/expenses?month=6`);
    assert.equal(await (await visitor.ask('/')).text(), 'Ada');
  });

  it('answers a call without a session with 401', async () => {
    const visitor = new AppVisitor(apps.still.origin, server.browser());
    const answer = await visitor.ask('/token', { headers: { accept: 'application/json' } });
    assert.equal(answer.status, 401);
  });

  for (const name of ['still', 'rotating'] as const) {
    it(`makes one refresh of five requests at once (${name})`, async () => {
      const visitor = await signedIn(name);
      server.clock.advance(3_601);
      const before = new Map(visitor.cookies);
      const answers = await Promise.all([1, 2, 3, 4, 5].map(() => visitor.ask('/token', {}, before)));
      const tokens = await Promise.all(answers.map((answer) => answer.text()));
      assert.deepEqual(new Set(tokens).size, 1);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200, 200, 200],
      );
    });

    it(`goes a hundred rounds of the loop that puts the old refresh token back (${name})`, async () => {
      const visitor = await signedIn(name);
      const seen = new Set<string>();
      for (let round = 0; round < 100; round += 1) {
        server.clock.advance(3_601);
        const answer = await visitor.ask('/expenses');
        assert.equal(answer.status, 200, `round ${round}`);
        seen.add(await answer.text());
      }
      assert.equal(seen.size, 100);
    });
  }

  it('signs out here and at the provider, and the refresh token is worth nothing any more', async () => {
    const visitor = await signedIn();
    const refreshToken = await (await visitor.ask('/refresh-token')).text();
    const answer = await visitor.ask('/logout');
    const away = new URL(answer.headers.get('location') ?? '');
    assert.equal(away.origin, server.issuer);
    assert.equal(away.searchParams.get('post_logout_redirect_uri'), apps.still.origin);
    assert.equal(await (await visitor.ask('/')).text(), 'nobody');
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const authorization = `Basic ${btoa(`still:${webSecret}`)}`;
    const refused = await fetch(`${server.issuer}/token`, { method: 'POST', body: form, headers: { authorization } });
    assert.deepEqual([refused.status, (await refused.json()).error], [400, 'invalid_grant']);
  });
});
