import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { serveOperations } from './page.ts';
import type { Insight, OperationsPage } from './page.ts';

const ready = {
  isReady: true,
  checks: { serving: { ok: true }, storage: { ok: true }, clock: { ok: true }, keys: { ok: true } },
  warnings: [],
  nodes: 1,
};
const insight: Insight = {
  readiness: () => ready,
  metrics: async () => ({ text: 'ostiary_ready 1\n', contentType: 'text/plain; version=0.0.4' }),
};
const open: OperationsPage[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((page) => page.close()));
});

async function ask(path: string, { method = 'GET', seen = insight } = {}) {
  const page = await serveOperations({ host: '127.0.0.1', port: 0 }, seen);
  open.push(page);
  const answer = await fetch(`http://127.0.0.1:${page.port}${path}`, { method });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}

test('/live says that the process answers', async () => {
  assert.deepEqual(await ask('/live'), { status: 200, type: 'application/json', text: '{"alive":true}\n' });
});

test('/ready is 200 with its checks', async () => {
  const { status, text } = await ask('/ready?verbose');
  const { isReady: _, ...rest } = ready;
  assert.deepEqual([status, JSON.parse(text)], [200, { ready: true, ...rest }]);
});

test('/ready is 503 when a check fails, and says which', async () => {
  const clock = { ok: false, detail: 'the clock was not compared yet' };
  const seen = { ...insight, readiness: () => ({ ...ready, isReady: false, checks: { ...ready.checks, clock } }) };
  const { status, text } = await ask('/ready', { seen });
  assert.equal(status, 503);
  assert.deepEqual((JSON.parse(text) as { checks: object }).checks, { ...ready.checks, clock });
});

test('/metrics has the type that Prometheus asks for', async () => {
  assert.deepEqual(await ask('/metrics'), {
    status: 200,
    type: 'text/plain; version=0.0.4',
    text: 'ostiary_ready 1\n',
  });
});

test('a fault in a check is no answer that says ready', async () => {
  const seen = { ...insight, readiness: () => Promise.reject(new RangeError('hush')) };
  assert.deepEqual(await ask('/ready', { seen }), { status: 500, type: 'text/plain', text: 'Internal Server Error\n' });
});

test('there is nothing else, and nothing to send', async () => {
  assert.equal((await ask('/')).status, 404);
  assert.equal((await ask('/ready', { method: 'POST' })).status, 405);
  assert.deepEqual(await ask('/live', { method: 'HEAD' }), { status: 200, type: 'application/json', text: '' });
});

test('a port in use is told in clear words', async () => {
  const page = await serveOperations({ host: '127.0.0.1', port: 0 }, insight);
  open.push(page);
  await assert.rejects(serveOperations({ host: '127.0.0.1', port: page.port }, insight), {
    name: 'Stop',
    message: `port ${page.port} of 127.0.0.1, for health and metrics, is in use; choose another one, or "off", by operations.port in the configuration`,
  });
});
