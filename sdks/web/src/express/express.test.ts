import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as send } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { text } from 'node:stream/consumers';
import type { WebOptions } from '../options.ts';
import { memoryStore } from '../stores/memory-store.ts';
import type { SessionStore } from '../stores/session-store.ts';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { auth } from './express.ts';
import type { Handler, OpenidRequest } from './express.ts';
import { fetchRequest } from './node-request.ts';
import type { NodeRequest } from './node-request.ts';

/** A session that is no more: the answer takes its cookie back. */
const gone = { cookie: 'appSession=~gone' };

function appAuth(options: Partial<WebOptions> = {}): Handler {
  const provider = new VirtualProvider();
  return auth({
    issuerBaseURL: provider.issuer,
    baseURL: 'http://localhost:3000',
    clientID: 'web',
    secret: 'a secret of thirty-two characters, or more',
    authRequired: false,
    environment: provider.environment(),
    ...options,
  });
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends one request to a server of Node's that lives as long as the request. */
async function ask(app: RequestListener, { body, ...init }: Asked = {}) {
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  try {
    const [response] = (await once(send({ port, ...init }).end(body), 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** The handler, with a route behind it; what it hands on as an error is answered with its status. */
function behind(handler: Handler, route: RequestListener): RequestListener {
  return (request, response) =>
    handler(request, response, (fault) => {
      if (fault === undefined) return route(request, response);
      response.writeHead((fault as { status?: number }).status ?? 500).end();
    });
}

describe('the session’s cookies', () => {
  const given: Record<string, (response: ServerResponse) => void> = {
    'an object': (response) =>
      response.writeHead(200, 'Fine', { 'Set-Cookie': 'theme=dark', 'Cache-Control': 'public, max-age=60' }).end('hi'),
    'a list': (response) =>
      response.writeHead(200, ['Set-Cookie', 'theme=dark', 'Cache-Control', 'public, max-age=60']).end('hi'),
  };
  for (const [how, answer] of Object.entries(given)) {
    it(`stand beside headers that a route gives with its status, as ${how}, and keep caches away`, async () => {
      const { headers, body } = await ask(
        behind(appAuth({ session: { store: memoryStore() } }), (_, response) => answer(response)),
        { headers: gone },
      );
      assert.deepEqual(
        headers['set-cookie']?.map((line) => line.split(';', 1)[0]),
        ['theme=dark', 'appSession='],
      );
      assert.deepEqual([headers['cache-control'], body], ['no-store', 'hi']);
    });
  }

  it('are not the app’s matter where there are none: its headers go out as they are', async () => {
    const route: RequestListener = (_, response) => response.writeHead(200, { 'Cache-Control': 'max-age=60' }).end();
    assert.equal((await ask(behind(appAuth(), route))).headers['cache-control'], 'max-age=60');
  });
});

describe('an answer whose session could not be kept', () => {
  it('is 503 and comes to its end', async () => {
    const store = memoryStore();
    let reads = 0;
    const failing: SessionStore = {
      ...store,
      read: async (key) => ((reads += 1) > 1 ? Promise.reject(new Error('down')) : store.read(key)),
    };
    const route = (request: IncomingMessage & { openid?: OpenidRequest }, response: ServerResponse) => {
      Object.assign(request.openid ?? {}, { tokens: { access_token: 'at' } });
      response.setHeader('content-length', '5').end('hello');
    };
    const { status, body } = await ask(behind(appAuth({ session: { store: failing } }), route), { headers: gone });
    assert.deepEqual([status, body], [503, '']);
  });
});

describe('a request of Node’s', () => {
  it('by a method that the Fetch standard does not know is refused, and no fault of the app', async () => {
    const { status } = await ask(
      behind(appAuth(), (_, response) => response.end()),
      { method: 'TRACE' },
    );
    assert.equal(status, 400);
  });

  const bodies: Record<string, [type: string, body: string, parsed: (body: string) => unknown]> = {
    JSON: ['application/json', '{"a":[1,2]}', (body) => JSON.parse(body)],
    'a form': ['application/x-www-form-urlencoded', 'a=1&a=2&b=%26', () => ({ a: ['1', '2'], b: '&' })],
    bytes: ['application/octet-stream', 'abc', (body) => Buffer.from(body)],
    text: ['text/plain', 'abc', (body) => body],
  };
  for (const [what, [type, body, parsed]] of Object.entries(bodies)) {
    it(`has its body still when a parser read it before: ${what}`, async () => {
      const told = async (request: NodeRequest) => {
        request.body = parsed(await text(request));
        return fetchRequest(request, 'http://localhost:3000').text();
      };
      const app: RequestListener = (request, response) => void told(request).then((said) => response.end(said));
      const answer = await ask(app, { method: 'POST', headers: { 'content-type': type }, body });
      assert.equal(answer.body, body);
    });
  }
});
