import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { VirtualProvider } from '../virtual-provider.fixture.ts';
import { bff } from './express-bff.ts';

const provider = new VirtualProvider();
const faults: unknown[] = [];
/** What the API does with the next call. */
let api: (signal: AbortSignal) => Promise<Response>;
let handler: ReturnType<typeof bff>;
const server = createServer((request, response) =>
  handler(request, response, (fault) => {
    faults.push(fault);
    response.destroy();
  }),
);
let home: string;
let cookie: string;

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  home = `http://localhost:${(server.address() as AddressInfo).port}`;
  handler = bff({
    issuerBaseURL: provider.issuer,
    baseURL: home,
    clientID: 'web',
    clientSecret: 'web-secret',
    secret: 'a secret of thirty-two characters, or more',
    upstreams: [{ path: '/api', target: 'https://api.example' }],
    environment: {
      ...provider.environment(),
      fetch: (url, init) =>
        url.startsWith('https://api.example')
          ? api(new Request(url, init).signal)
          : provider.serve(new Request(url, init)),
    },
  });
  cookie = await signIn();
});
after(() => {
  server.closeAllConnections();
  server.close();
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(home + path, { redirect: 'manual', ...init, headers: { cookie: cookie ?? '', 'x-csrf': '1' } });
}

const cookiesOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');

async function signIn(): Promise<string> {
  const away = await ask('/bff/login');
  cookie = cookiesOf(away);
  const { redirectUri, answer } = await provider.authorize(away.headers.get('location') ?? '');
  return cookiesOf(await ask(`${redirectUri.slice(home.length)}?${new URLSearchParams(answer).toString()}`));
}

it('who leaves before the API answers takes the call along', async () => {
  const leaving = new AbortController();
  const ended = new Promise<void>((resolve) => {
    api = (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
          resolve();
        });
        leaving.abort();
      });
  });
  await assert.rejects(ask('/bff/api/slow', { signal: leaving.signal }), { name: 'AbortError' });
  await ended;
});

it('who leaves in the middle of an answer ends it at its source, even while that says nothing', async () => {
  const leaving = new AbortController();
  const ended = new Promise<void>((resolve) => {
    const start = (controller: ReadableStreamDefaultController) =>
      controller.enqueue(new TextEncoder().encode('first'));
    api = async () => new Response(new ReadableStream({ start, cancel: () => resolve() }));
  });
  const answer = await ask('/bff/api/stream', { signal: leaving.signal });
  const reader = answer.body?.getReader();
  assert.equal(new TextDecoder().decode((await reader?.read())?.value), 'first');
  leaving.abort();
  await ended;
});

it('a call that is answered is not taken back, and none of it was an error', async () => {
  let seen: AbortSignal | undefined;
  api = async (signal) => {
    seen = signal;
    return new Response('done');
  };
  assert.equal(await (await ask('/bff/api/quick')).text(), 'done');
  await new Promise(setImmediate);
  assert.deepEqual([seen?.aborted, faults], [false, []]);
});
