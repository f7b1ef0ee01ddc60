import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { networkCourier } from './courier.ts';

const form = new URLSearchParams({ logout_token: 'a.b.c' });

/** What comes of posting to a server that answers so, and what it was asked for. */
async function posted(answer: RequestListener, withinMs?: number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const outcome = await networkCourier(withinMs).post(`http://127.0.0.1:${port}/told`, form);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  return { outcome, asked, port };
}

test('a form is posted, and the status comes back', async () => {
  const { outcome, asked } = await posted((_request, response) => response.writeHead(204).end());
  assert.deepEqual(outcome, { status: 204 });
  assert.deepEqual(asked, ['POST /told application/x-www-form-urlencoded']);
});

test('a redirect is an answer, and leads nowhere', async () => {
  const { outcome, asked } = await posted((_request, response) =>
    response.writeHead(307, { Location: '/inside' }).end(),
  );
  assert.deepEqual(outcome, { status: 307 });
  assert.equal(asked.length, 1);
});

test('a body without end holds nobody up', async () => {
  const { outcome } = await posted((_request, response) => void response.writeHead(200).write('x'.repeat(100_000)));
  assert.deepEqual(outcome, { status: 200 });
});

test('whoever does not answer is given up', async () => {
  const { outcome } = await posted(() => undefined, 50);
  assert.deepEqual(outcome, { fault: 'timeout' });
});

test('nobody there is a fault, not an error', async () => {
  const { port } = await posted((_request, response) => response.end());
  assert.deepEqual(await networkCourier().post(`http://127.0.0.1:${port}/told`, form), { fault: 'unreachable' });
});
