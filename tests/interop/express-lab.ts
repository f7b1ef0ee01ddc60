import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type NextFunction, type Request, type Response } from 'express';
import { auth as bearer, requiredScopes } from 'express-oauth2-jwt-bearer';
import openid, { type ConfigParams } from 'express-openid-connect';
import { TestBrowser, type Page } from '@ostiary/http/fixture';

const { auth, requiresAuth } = openid;

/** Free ports for the web application and its API: the issuer must know the first before either knows the issuer. */
export interface ExpressPlaces {
  web: Place;
  api: Place;
  close(): Promise<void>;
}

interface Place {
  url: string;
  serve(listener: RequestListener): void;
}

/** What a person who runs the lab writes into its environment. */
export interface ExpressLabSettings {
  issuerBaseURL: string;
  clientID: string;
  clientSecret: string;
  audience: string;
}

export async function openPlaces(): Promise<ExpressPlaces> {
  const servers = await Promise.all([listen(), listen()]);
  const [web, api] = servers.map(placeOf);
  if (web === undefined || api === undefined) throw new Error('no place');
  return {
    web,
    api,
    async close() {
      await Promise.all(servers.map(shut));
    },
  };
}

/** The web application and the API of the identity lab, with the packages as they come from the registry. */
export function serveExpressLab(
  { web, api }: ExpressPlaces,
  settings: ExpressLabSettings,
  changes: Partial<ConfigParams> = {},
): { issuedAt: number[] } {
  web.serve(webApp(web.url, api.url, settings, changes));
  const issuedAt: number[] = [];
  api.serve(reportsApi(settings, issuedAt));
  return { issuedAt };
}

function webApp(
  baseURL: string,
  apiURL: string,
  { audience, ...settings }: ExpressLabSettings,
  changes: Partial<ConfigParams> = {},
): RequestListener {
  const app = express();
  app.use(
    auth({
      ...settings,
      baseURL,
      secret: 'a secret of the lab that is long enough',
      authRequired: false,
      authorizationParams: {
        response_type: 'code id_token',
        audience,
        scope: 'openid profile email read:reports offline_access',
      },
      ...changes,
    }),
  );
  app.get('/', (request, response) => {
    response.json({ user: request.oidc.user?.['name'] ?? null });
  });
  app.get('/expenses', requiresAuth(), (request, response, next) => {
    void showExpenses(request, response, { apiURL, next });
  });
  app.use(answerError);
  return app;
}

async function showExpenses(
  { oidc }: Request,
  response: Response,
  { apiURL, next }: { apiURL: string; next: NextFunction },
): Promise<void> {
  try {
    let token = oidc.accessToken;
    if (token?.isExpired() === true) token = await token.refresh();
    const headers = { authorization: `${token?.token_type} ${token?.access_token}` };
    const answer = await fetch(apiURL, { headers });
    response.status(answer.status).json({ user: oidc.user, reports: await answer.json() });
  } catch (error) {
    next(error);
  }
}

/** It notes when each token that it was shown had been issued. */
function reportsApi(
  { issuerBaseURL, audience }: Pick<ExpressLabSettings, 'issuerBaseURL' | 'audience'>,
  issuedAt: number[],
): RequestListener {
  const app = express();
  app.use(bearer({ issuerBaseURL, audience }));
  app.get('/', requiredScopes('read:reports'), (request, response) => {
    issuedAt.push(Number(request.auth?.payload.iat));
    response.json(['Lunch', 'Train']);
  });
  app.use(answerError);
  return app;
}

const answerError: ErrorRequestHandler = (error: { status?: number; message?: string }, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: error.message });
};

/** Where the application notes which sessions are over. */
type Store = NonNullable<Exclude<ConfigParams['backchannelLogout'], boolean | undefined>['store']>;
export type LogoutStore = Store & {
  /** Settles when it is told of the next one. */
  told(): Promise<void>;
};

export function logoutStore(): LogoutStore {
  const over = new Map<string, Parameters<Store['set']>[1]>();
  let isTold = Promise.withResolvers<void>();
  return {
    get: (key, callback) => callback(null, over.get(key)),
    set(key, payload, callback) {
      over.set(key, payload);
      callback?.();
      isTold.resolve();
    },
    destroy(key, callback) {
      over.delete(key);
      callback?.();
    },
    async told() {
      await isTold.promise;
      isTold = Promise.withResolvers();
    },
  };
}

/** A browser for the issuer and the application together: on localhost they share a jar, since cookies ignore ports. */
export function labBrowser(): TestBrowser {
  let at = 'http://localhost/';
  const send = (path: string, init?: RequestInit) => {
    const url = new URL(path, at);
    at = url.href;
    return fetch(url, { redirect: 'manual', ...init });
  };
  return new TestBrowser(send, 'http://localhost:');
}

/** Opens an address, and does what a browser and its person do until the application answers: signs in, allows, posts the answer. */
export async function arrive(browser: TestBrowser, url: string, who = 'ada'): Promise<Arrival> {
  const seen: string[] = [];
  let page = await browser.open(url, { headers: { accept: 'text/html' } });
  for (let step = 0; step < 4; step += 1) {
    const kind = kindOf(page);
    if (kind === 'other') return { page, seen };
    seen.push(kind);
    page = await browser.submit(page, answersOf(who)[kind]);
  }
  throw new Error(`no end: ${seen.join(', ')}`);
}

interface Arrival {
  page: Page;
  /** Pages on the way. */
  seen: string[];
}

type PageKind = 'sign_in' | 'consent' | 'form_post';

function kindOf({ html }: Page): PageKind | 'other' {
  if (html.includes('name="password"')) return 'sign_in';
  if (html.includes('name="decision"')) return html.includes('value="sign_out"') ? 'other' : 'consent';
  return html.includes('submit.call(document.forms[0])') ? 'form_post' : 'other';
}

function answersOf(who: string): Record<PageKind, Record<string, string>> {
  return {
    sign_in: { username: `${who}@example.com`, password: `${who}-demo-password` },
    consent: { decision: 'allow' },
    form_post: {},
  };
}

async function listen(): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return server;
}

function placeOf(server: Server): Place {
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    serve(listener) {
      server.removeAllListeners('request');
      server.on('request', listener);
    },
  };
}

function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
