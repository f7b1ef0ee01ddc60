import type { IncomingMessage, Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import { labApi, labSpa, openIssuer, type TestBrowser, type TestIssuer } from '@ostiary/http/fixture';
import { freePort } from '../support/free-port.ts';
import { localhostTls } from '../support/localhost-tls.ts';
import { FamilyTree } from './family-tree.ts';

/** What befalls one token request. */
export type RealFault =
  | { kind: 'refuse' }
  | { kind: 'dropAnswer' }
  | { kind: 'delay'; ms: number }
  | { kind: 'answer'; status: number; body: string; headers?: Record<string, string> }
  | { kind: 'change'; change: (body: string) => string };

/** How the server is set. `knowsAttempt: false`: as a server of another make, which ignores what Ostiary's SDK adds. */
export interface ServerKind {
  retrySeconds: number;
  knowsAttempt: boolean;
}

/** The real server on a port of its own, over TLS, with a person who signs in without being asked to type. */
export class RealHouse {
  readonly issuer: string;
  readonly families = new FamilyTree();
  /** Befall the next token requests, in order. */
  readonly faults: (RealFault | undefined)[] = [];
  /** Token requests that arrived, when. */
  readonly tokenRequests: number[] = [];
  /** Who signs in at the next authorization request. */
  who: 'ada' | 'bob' = 'ada';
  aheadMs = 0;
  readonly #opened: TestIssuer;
  readonly #server: Server;
  readonly #people: Record<'ada' | 'bob', TestBrowser>;
  readonly #kind: ServerKind;

  private constructor(issuer: string, opened: TestIssuer, server: Server, kind: ServerKind) {
    this.issuer = issuer;
    this.#opened = opened;
    this.#server = server;
    this.#kind = kind;
    const send = (path: string, init?: RequestInit) =>
      opened.handler(
        new Request(path.startsWith('http') ? path : issuer + path, { redirect: 'manual', ...init }),
        peer,
      );
    this.#people = { ada: opened.browser(send), bob: opened.browser(send) };
  }

  static async open(appPages: string[], kind: ServerKind, accessSeconds = 3600): Promise<RealHouse> {
    const late: { house?: RealHouse } = {};
    const issuer = `https://localhost:${await freePort()}`;
    const clock = {
      now: () => Date.now() + (late.house?.aheadMs ?? 0),
      offsetMs: () => late.house?.aheadMs ?? 0,
      advance() {},
    };
    const spa = labSpa({
      redirect_uris: appPages,
      allowedOrigins: [new URL(appPages[0] ?? '').origin],
      id_token_signed_response_alg: 'RS256',
    });
    const api = labApi({ accessTokenSeconds: accessSeconds, accessTokenBrowserSeconds: accessSeconds });
    const client = { ...spa, refresh: { ...spa.refresh, retrySeconds: kind.retrySeconds } } as typeof spa;
    const opened = await openIssuer({ clock, settings: { issuer, apis: [api], clients: [{ metadata: client }] } });
    const listener = getRequestListener(async (request, { incoming }) =>
      late.house ? late.house.#answer(request, incoming as IncomingMessage) : new Response(null, { status: 503 }),
    );
    const server = createTlsServer(localhostTls, (request, response) => void listener(request, response));
    await new Promise<void>((resolve) => server.listen(Number(new URL(issuer).port), 'localhost', resolve));
    late.house = new RealHouse(issuer, opened, server, kind);
    return late.house;
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
    await this.#opened.close();
  }

  async #answer(request: Request, incoming: IncomingMessage): Promise<Response> {
    const origin = request.headers.get('origin') ?? '*';
    const cors = { 'access-control-allow-origin': origin, 'access-control-expose-headers': 'date, retry-after' };
    if (request.method === 'OPTIONS') {
      const allowed = request.headers.get('access-control-request-headers') ?? '';
      return new Response(null, {
        status: 204,
        headers: { ...cors, 'access-control-allow-headers': allowed, connection: 'close' },
      });
    }
    const url = new URL(request.url);
    if (url.pathname === '/authorize') return this.#authorize(url);
    // The addresses that auth0-spa-js builds by itself.
    const path = url.pathname.replace('/oauth/', '/');
    const body = request.method === 'POST' ? await request.text() : undefined;
    const response = path === '/token' ? await this.#token(body ?? '', incoming) : await this.#serve(path, body);
    for (const [name, value] of Object.entries(cors)) response.headers.set(name, value);
    // On a connection that was used before, browsers repeat by themselves a request that gets no answer.
    response.headers.set('connection', 'close');
    response.headers.set('date', new Date(Date.now() + this.aheadMs).toUTCString());
    return response;
  }

  async #token(body: string, incoming: IncomingMessage): Promise<Response> {
    this.tokenRequests.push(Date.now());
    const fault = this.faults.shift();
    if (fault?.kind === 'refuse') return cut(incoming);
    if (fault?.kind === 'answer')
      return new Response(fault.body, {
        status: fault.status,
        headers: { 'content-type': 'text/html', ...fault.headers },
      });
    const form = new URLSearchParams(body);
    if (!this.#kind.knowsAttempt) form.delete('attempt');
    const response = await this.#serve('/token', form.toString());
    await this.families.record(form, response.clone());
    if (fault?.kind === 'dropAnswer') return cut(incoming);
    if (fault?.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    if (fault?.kind === 'change') return new Response(fault.change(await response.text()), response);
    return new Response(response.body, response);
  }

  async #serve(path: string, body: string | undefined): Promise<Response> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = new Request(this.issuer + path, body === undefined ? {} : { method: 'POST', body, headers });
    const response = await this.#opened.handler(request, peer);
    return new Response(response.body, response);
  }

  /** The person is signed in and allows by another browser, and this one is sent back with the answer. */
  async #authorize({ pathname, search }: URL): Promise<Response> {
    const { leftTo } = await this.#people[this.who].follow(pathname + search, this.who);
    return new Response(null, { status: 303, headers: { location: leftTo ?? '/' } });
  }
}

const peer = { address: '127.0.0.1', isTls: true };

/** The line breaks. */
function cut(incoming: IncomingMessage): Promise<never> {
  incoming.socket.destroy();
  return new Promise(() => {});
}
