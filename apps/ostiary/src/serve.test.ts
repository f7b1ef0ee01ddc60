import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, afterEach, test } from 'node:test';
import type { Handler } from '@ostiary/http';
import type { Log } from '@ostiary/service';
import { serve } from './serve.ts';
import type { Served } from './serve.ts';

const logged: unknown[] = [];
const log: Log = {
  info: () => undefined,
  warn: () => undefined,
  error: (event, fields) => void logged.push([event, fields]),
};
const open: Served[] = [];
const loopback = { host: '127.0.0.1', port: 0 };

async function served(handler: Handler): Promise<Served> {
  const server = await serve(handler, loopback, log);
  open.push(server);
  return server;
}

async function ask({ port }: Served, options: RequestOptions = {}) {
  const asked = request({ host: '127.0.0.1', port, ...options }).end();
  const [response] = await once(asked, 'response');
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) };
}

/** Sends bytes as they are, and gives all that comes back. */
async function sendRaw({ port }: Served, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.end(bytes);
  return text(socket);
}

afterEach(async () => {
  logged.length = 0;
  await Promise.all(open.splice(0).map((server) => server.close()));
});

test('a request reaches the handler with the address of its peer', async () => {
  const server = await served(async ({ url, method }, peer) => Response.json({ url, method, peer }));
  const { status, body } = await ask(server, { path: '/token?a=b', method: 'POST' });
  assert.equal(status, 200);
  assert.deepEqual(JSON.parse(body), {
    url: `http://127.0.0.1:${server.port}/token?a=b`,
    method: 'POST',
    peer: { address: '127.0.0.1', isTls: false },
  });
});

test('whoever closes the connection before the answer has left, and nobody else', async () => {
  const asked = Promise.withResolvers<() => Promise<boolean>>();
  const server = await served(async (_request, { hasLeft }) => {
    asked.resolve(hasLeft!);
    return new Promise(() => undefined);
  });
  const socket = connect({ host: '127.0.0.1', port: server.port });
  socket.write('POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n');
  const hasLeft = await asked.promise;
  assert.equal(await hasLeft(), false);
  socket.destroy();
  while (!(await hasLeft()));
});

test('a handler that fails is answered by 500 and logged without its message', async () => {
  const server = await served(() => Promise.reject(new TypeError('hush')));
  const { status, body } = await ask(server);
  assert.deepEqual([status, body], [500, 'Internal Server Error\n']);
  assert.deepEqual(logged, [['unexpected', { error: 'TypeError' }]]);
});

test('a Host header that makes no URL is answered by 400', async () => {
  const server = await served(async () => new Response('reached'));
  for (const host of ['a b', 'a@b', '[', ''])
    assert.match(
      await sendRaw(server, `GET / HTTP/1.1\r\nhost: ${host}\r\n\r\n`),
      /^HTTP\/1\.1 400 /,
      `host "${host}"`,
    );
  assert.deepEqual(logged, []);
});

test('headers of more than 16 KB are answered by 431', async () => {
  const server = await served(async () => new Response('reached'));
  assert.equal((await ask(server, { headers: { 'x-long': 'a'.repeat(15_000) } })).status, 200);
  assert.equal((await ask(server, { headers: { 'x-long': 'a'.repeat(17_000) } })).status, 431);
});

test('what is no HTTP is answered by 400', async () => {
  const server = await served(async () => new Response('reached'));
  assert.match(await sendRaw(server, 'hello\r\n\r\n'), /^HTTP\/1\.1 400 /);
});

test('two different lengths of one body are refused', async () => {
  const server = await served(async () => new Response('reached'));
  const twice = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n';
  assert.match(await sendRaw(server, twice), /^HTTP\/1\.1 400 /);
});

test('a port in use is told in clear words', async () => {
  const { port } = await served(async () => new Response());
  await assert.rejects(
    serve(async () => new Response(), { ...loopback, port }, log),
    {
      name: 'Stop',
      message: `port ${port} is in use on 127.0.0.1; stop the program that has it ("lsof -i :${port}" names it) or choose another --port`,
    },
  );
});

test('an address of another machine is told in clear words', async () => {
  await assert.rejects(
    serve(async () => new Response(), { host: '192.0.2.1', port: 0 }, log),
    {
      message: 'this machine has no address 192.0.2.1; choose another --host',
    },
  );
});

test('closing waits for the answer of a request in progress, and takes no new one', async () => {
  const arrived = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Response>();
  const server = await serve(
    () => {
      arrived.resolve();
      return answer.promise;
    },
    loopback,
    log,
  );
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const inProgress = ask(server, { agent });
  await arrived.promise;
  const closed = server.close();
  await assert.rejects(ask(server), { code: 'ECONNREFUSED' });
  answer.resolve(new Response('done'));
  assert.equal((await inProgress).body, 'done');
  const answeredAtMs = performance.now();
  await closed;
  assert.ok(performance.now() - answeredAtMs < 3000, 'the connection goes with its answer, not when patience ends');
});

test('closing does not wait for connections that are kept alive', async () => {
  const agent = new Agent({ keepAlive: true });
  after(() => agent.destroy());
  const server = await serve(async () => new Response('done'), loopback, log);
  const { headers } = await ask(server, { agent });
  assert.equal(headers.connection, 'keep-alive');
  await server.close();
});

test('a connection can be cut off, whatever waits on it', async () => {
  const asked = Promise.withResolvers<(() => void) | undefined>();
  const server = await served(async (_request, { cutOff }) => {
    asked.resolve(cutOff);
    return new Response(
      new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('a')) }),
    );
  });
  const asking = request({ host: '127.0.0.1', port: server.port }).end();
  const [response] = await once(asking, 'response');
  (await asked.promise)?.();
  await assert.rejects(text(response), { code: 'ECONNRESET' });
  assert.deepEqual(logged, []);
});
