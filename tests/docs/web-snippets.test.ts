import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { after, before, describe, mock, test } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import type { IssuerProgram } from '../support/issuer-program.ts';
import { AppVisitor, reserveWebApp, type WebApp } from '../support/web-app.ts';
import { browserAt, password, secrets, startExampleIssuer } from './served-snippets.ts';

let issuer: IssuerProgram;
const apps = {} as Record<'express' | 'fetch' | 'hono' | 'fastify' | 'bff', WebApp>;

before(async () => {
  for (const name of ['express', 'fetch', 'hono', 'fastify', 'bff'] as const) apps[name] = await reserveWebApp();
  const origins = Object.values(apps).map(({ origin }) => origin);
  const listed = (path: string) => origins.map((origin) => JSON.stringify(origin + path)).join();
  issuer = await startExampleIssuer({
    '"http://localhost:3001/callback"': `${listed('/callback')},${listed('/bff/callback')}`,
    '"http://localhost:3001/"': listed(''),
  });
  // An API that says which token it was shown.
  const { fetch: network } = globalThis;
  mock.method(globalThis, 'fetch', (input: string | URL | Request, init?: RequestInit) => {
    const request = new Request(input, init);
    if (!request.url.startsWith('https://api.example.com/')) return network(input, init);
    return Promise.resolve(new Response(`reports for ${request.headers.get('authorization')?.slice(0, 10)}`));
  });
  const listen = (handle: (request: Request) => Response | Promise<Response>): RequestListener => {
    const listener = getRequestListener(handle);
    return (request, response) => void listener(request, response);
  };
  await apps.express.serve((await withEnvironment('express', () => import('./snippets/web-express.ts'))).app);
  await apps.bff.serve((await withEnvironment('bff', () => import('./snippets/web-bff.ts'))).app);
  await apps.fetch.serve(listen((await withEnvironment('fetch', () => import('./snippets/web-fetch.ts'))).GET));
  const hono = (await withEnvironment('hono', () => import('./snippets/web-hono.ts'))).app;
  await apps.hono.serve(listen((request) => hono.fetch(request)));
  const { app: fastify } = await withEnvironment('fastify', () => import('./snippets/web-fastify.ts'));
  await fastify.ready();
  await apps.fastify.serve((request, response) => fastify.routing(request, response));
});
after(async () => {
  mock.restoreAll();
  await Promise.all(Object.values(apps).map((app) => app.close()));
  await issuer.close();
});

/** The environment that a snippet reads when it begins. */
async function withEnvironment<Value>(name: keyof typeof apps, work: () => Promise<Value>): Promise<Value> {
  Object.assign(process.env, {
    ISSUER_BASE_URL: issuer.issuer,
    BASE_URL: apps[name].origin,
    CLIENT_ID: 'example-web',
    CLIENT_SECRET: secrets.EXAMPLE_WEB_SECRET,
    SECRET: 'a secret of the app that nobody else knows',
  });
  return work();
}

function visitorOf(name: keyof typeof apps): AppVisitor {
  const browser = browserAt(issuer.issuer);
  return new AppVisitor(apps[name].origin, {
    async follow(url) {
      let page = await browser.open(url);
      if (page.html.includes('name="password"'))
        page = await browser.submit(page, { username: 'ada@example.com', password });
      return page.html.includes('name="decision"') ? browser.submit(page, { decision: 'allow' }) : page;
    },
  });
}

describe('the web app of the guide', () => {
  test('says hello, calls the API, goes through the loop, signs out', async () => {
    const visitor = visitorOf('express');
    assert.equal(await (await visitor.ask('/')).text(), 'Nobody is signed in');
    assert.equal(await (await visitor.open('/reports')).text(), 'reports for Bearer eyJ');
    assert.equal(await (await visitor.ask('/')).text(), 'Hello Ada');
    assert.match(await (await visitor.ask('/expenses')).text(), /^eyJ/);
    assert.equal(new URL((await visitor.ask('/logout')).headers.get('location') ?? '').origin, issuer.issuer);
    assert.equal(await (await visitor.ask('/')).text(), 'Nobody is signed in');
  });

  for (const name of ['fetch', 'hono', 'fastify'] as const) {
    test(`says hello with ${name} too`, async () => {
      assert.equal(await (await visitorOf(name).open('/')).text(), 'Hello Ada');
    });
  }

  test('is a backend for a single-page app', async () => {
    const visitor = visitorOf('bff');
    const call = (path: string) => visitor.ask(path, { headers: { 'x-csrf': '1' } });
    assert.equal((await call('/bff/user')).status, 401);
    await visitor.open('/bff/login');
    assert.equal((await (await call('/bff/user')).json()).claims.name, 'Ada');
    assert.equal(await (await call('/bff/reports')).text(), 'reports for Bearer eyJ');
    assert.equal((await visitor.ask('/bff/reports')).status, 403);
  });
});

describe('the stores of the guide', () => {
  test('are what the options take', async () => {
    const { authIn, inFile, inMemory, inPostgres, inRedis } = await withEnvironment(
      'express',
      () => import('./snippets/web-stores.ts'),
    );
    const pool = { query: async () => ({ rows: [], rowCount: 0 }) };
    const stores = [
      inMemory,
      inFile(':memory:'),
      inPostgres(pool as never),
      inRedis(async () => [null, null, null, null]),
    ];
    for (const store of stores) {
      assert.equal(typeof authIn(store), 'function');
      assert.equal(await store.read('nothing'), undefined);
    }
  });
});
