import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { labWeb, webSecret, type TestBrowser } from '@ostiary/http/fixture';
import { tellOfLogouts } from '@ostiary/service';
import { auth, requiresAuth } from '@ostiary/web';
import type { SessionOptions } from '@ostiary/web';
import { memoryStore } from '@ostiary/web/stores';
import type { ClientId } from '@ostiary/wire';
import express from 'express';
import { serveIssuer, withSecret, type ServedIssuer } from '../support/served-issuer.ts';
import { AppVisitor, reserveWebApp, type WebApp } from '../support/web-app.ts';

type Kind = 'stored' | 'cookie';

let server: ServedIssuer;
const apps: Record<Kind, WebApp> = { stored: await reserveWebApp(), cookie: await reserveWebApp() };

before(async () => {
  const client = (name: Kind) =>
    withSecret(
      labWeb({
        client_id: name as ClientId,
        redirect_uris: [`${apps[name].origin}/callback`],
        backchannel_logout_uri: `${apps[name].origin}/backchannel-logout`,
      }),
    );
  server = await serveIssuer({ clients: [client('stored'), client('cookie')] });
  await serveApp('stored', { store: memoryStore() }, true);
  await serveApp('cookie', {}, { store: memoryStore() });
});
after(() => Promise.all([apps.stored.close(), apps.cookie.close(), server.close()]));

async function serveApp(
  name: Kind,
  session: SessionOptions,
  backchannelLogout: true | { store: ReturnType<typeof memoryStore> },
) {
  const app = express();
  app.use(
    auth({
      issuerBaseURL: server.issuer,
      baseURL: apps[name].origin,
      clientID: name,
      clientSecret: webSecret,
      secret: 'a secret of the app that is long enough',
      authRequired: false,
      session,
      backchannelLogout,
    }),
  );
  app.get('/', (request, response) => void response.send(request.oidc.user?.['name'] ?? 'nobody'));
  app.get('/in', requiresAuth(), (_, response) => void response.send('in'));
  await apps[name].serve(app);
}

/** Delivers what waits to be told, over the network. */
async function deliver(): Promise<number[]> {
  const statuses: number[] = [];
  await tellOfLogouts(server.service, {
    async post(url, body) {
      const { status } = await fetch(url, { method: 'POST', body });
      statuses.push(status);
      return { status };
    },
  });
  return statuses;
}

async function signedIn(name: Kind): Promise<{ visitor: AppVisitor; browser: TestBrowser }> {
  const browser = server.browser();
  const visitor = new AppVisitor(apps[name].origin, browser);
  assert.equal((await visitor.open('/in')).status, 200);
  return { visitor, browser };
}

describe('a sign-out at Ostiary', () => {
  for (const name of ['stored', 'cookie'] as const) {
    it(`ends the ${name} session of the web app, and nobody else's`, async () => {
      const [one, other] = [await signedIn(name), await signedIn(name)];
      await one.browser.submit(await one.browser.open('/end-session'), { decision: 'sign_out' });
      assert.deepEqual(await deliver(), [200]);
      assert.equal(await (await one.visitor.ask('/')).text(), 'nobody');
      assert.equal(await (await other.visitor.ask('/')).text(), 'Ada');
    });
  }
});
