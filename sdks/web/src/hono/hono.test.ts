import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Hono } from 'hono';
import { home } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { auth, requiresAuth } from './hono.ts';
import type { AuthVariables } from './hono.ts';

function openApp() {
  const provider = new VirtualProvider();
  const app = new Hono<{ Variables: AuthVariables }>();
  app.use(
    auth({
      issuerBaseURL: provider.issuer,
      baseURL: home,
      clientID: 'web',
      clientSecret: 'web-secret',
      secret: 'a secret of thirty-two characters, or more',
      authRequired: false,
      authorizationParams: { scope: 'openid offline_access' },
      environment: provider.environment(),
    }),
  );
  // Quietly: what is thrown here is answered above.
  app.onError((_, c) => c.text('', 500));
  app.get('/', (c) => c.text(c.get('oidc').user?.sub ?? 'nobody'));
  app.get('/token', requiresAuth(), async (c) => c.text(await c.get('oidc').getAccessToken()));
  app.get('/late', async (c) => c.text(await c.get('oidc').getAccessToken()));
  app.get(
    '/admin',
    requiresAuth((claims) => claims['role'] === 'admin'),
    (c) => c.text('in'),
  );
  const cookies = new Map<string, string>();
  const ask = async (path: string, accept = 'text/html') => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await app.request(new URL(path, home).href, { headers: { accept, cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return answer;
  };
  const signIn = async () => {
    const { redirectUri, answer } = await provider.authorize((await ask('/token')).headers.get('location') ?? '');
    return ask(`${redirectUri}?${new URLSearchParams(answer).toString()}`);
  };
  return { provider, ask, signIn };
}

describe('an app on Hono', () => {
  it('signs in, comes back to the page, renews on use', async () => {
    const { provider, ask, signIn } = openApp();
    assert.equal((await signIn()).headers.get('location'), `${home}/token`);
    assert.equal(await (await ask('/')).text(), 'ada');
    provider.nowMs += 3_601_000;
    assert.equal(await (await ask('/token')).text(), 'at-2');
  });

  it('answers what a route throws: a way to the login for a page, JSON for others, 403 for who may not', async () => {
    const { ask, signIn } = openApp();
    assert.equal((await ask('/late')).status, 303);
    const refused = await ask('/late', 'application/json');
    assert.deepEqual([refused.status, (await refused.json()).error], [401, 'sign_in_required']);
    await signIn();
    assert.equal((await ask('/admin')).status, 403);
  });
});
