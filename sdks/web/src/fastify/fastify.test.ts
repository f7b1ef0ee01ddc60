import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fastify from 'fastify';
import type { WebOptions } from '../options.ts';
import { home } from '../virtual-app.fixture.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { auth, authErrors, requiresAuth, send } from './fastify.ts';

async function openApp(authorizationParams: WebOptions['authorizationParams'] = { scope: 'openid offline_access' }) {
  const provider = new VirtualProvider();
  const app = fastify();
  await app.register(auth, {
    issuerBaseURL: provider.issuer,
    baseURL: home,
    clientID: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of thirty-two characters, or more',
    authRequired: false,
    authorizationParams,
    environment: provider.environment(),
  });
  app.setErrorHandler(authErrors);
  app.get('/', async ({ oidc }) => oidc.user?.sub ?? 'nobody');
  app.get('/token', { preHandler: requiresAuth() }, ({ oidc }) => oidc.getAccessToken());
  app.get('/late', ({ oidc }) => oidc.getAccessToken());
  app.get('/out', async (request, reply) => send(reply, await request.auth.logout()));
  const cookies = new Map<string, string>();
  const ask = async (url: string, { accept = 'text/html', form }: { accept?: string; form?: URLSearchParams } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const body = form && { method: 'POST' as const, payload: form.toString() };
    const type = form && { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await app.inject({ url, ...body, headers: { accept, cookie, ...type } });
    for (const { name, value, maxAge } of answer.cookies) {
      if (maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };
  const signIn = async () => {
    const away = String((await ask('/token')).headers.location);
    const { redirectUri, answer, isPost } = await provider.authorize(away);
    const { pathname } = new URL(redirectUri);
    const form = new URLSearchParams(answer);
    return isPost ? ask(pathname, { form }) : ask(`${pathname}?${form.toString()}`);
  };
  return { provider, ask, signIn };
}

describe('an app on Fastify', () => {
  it('signs in, comes back to the page, renews on use, signs out', async () => {
    const { provider, ask, signIn } = await openApp();
    assert.equal((await signIn()).headers.location, `${home}/token`);
    assert.equal((await ask('/')).body, 'ada');
    provider.nowMs += 3_601_000;
    assert.equal((await ask('/token')).body, 'at-2');
    assert.equal((await ask('/out')).statusCode, 303);
    assert.equal((await ask('/')).body, 'nobody');
  });

  it('takes an answer by form_post without a parser for forms', async () => {
    const { ask, signIn } = await openApp({ scope: 'openid', response_type: 'code id_token' });
    assert.equal((await signIn()).statusCode, 303);
    assert.equal((await ask('/')).body, 'ada');
  });

  it('answers what a route throws: a way to the login for a page, JSON for others', async () => {
    const { ask } = await openApp();
    assert.equal((await ask('/late')).statusCode, 303);
    const refused = await ask('/late', { accept: 'application/json' });
    assert.deepEqual([refused.statusCode, refused.json().error], [401, 'sign_in_required']);
  });
});
