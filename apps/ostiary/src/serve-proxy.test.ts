import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { createHandler } from '@ostiary/http';
import { applyConfiguration } from '@ostiary/service';
import { systemClock } from './clock.ts';
import { openService } from './compose.ts';
import { completed, web } from './config/config.fixture.ts';
import { serve } from './serve.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing.toReversed()) await close();
});

/** The server on a socket of its own. Gives its URL. */
async function served(trustedProxies: string[]): Promise<string> {
  const configuration = completed({ storage: 'sqlite::memory:', clients: [web], trustedProxies });
  const masterKey = randomBytes(32);
  const open = await openService({ configuration, masterKey, clock: systemClock, log });
  closing.push(open.close);
  await applyConfiguration(open.service);
  const place = { host: '127.0.0.1', port: 0, trustedProxies: configuration.trustedProxies };
  const { port, close } = await serve(createHandler({ service: open.service }), place, log);
  closing.push(close);
  return `http://127.0.0.1:${port}`;
}

/** How many of `count` wrong guesses at a client secret are not yet limited. */
async function guessesTaken(url: string, count: number, headers: Record<string, string>): Promise<number> {
  const authorization = `Basic ${Buffer.from('web:a-wrong-secret').toString('base64')}`;
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'none' });
    const response = await fetch(`${url}/token`, { method: 'POST', body, headers: { authorization, ...headers } });
    await response.body?.cancel();
    statuses.push(response.status);
  }
  assert.ok(
    statuses.every((status) => status === 401 || status === 429),
    statuses.join(),
  );
  return statuses.filter((status) => status === 401).length;
}

test('behind a trusted proxy each client has a limit of its own, and its port does not count', async () => {
  const url = await served(['127.0.0.1']);
  assert.equal(await guessesTaken(url, 35, { 'x-forwarded-for': '203.0.113.7, 198.51.100.1' }), 30);
  assert.equal(await guessesTaken(url, 5, { 'x-forwarded-for': '198.51.100.1:4711' }), 0);
  assert.equal(await guessesTaken(url, 5, { forwarded: 'for="198.51.100.1:4712"' }), 0);
  assert.equal(await guessesTaken(url, 5, { 'x-forwarded-for': '198.51.100.2' }), 5);
  assert.equal(await guessesTaken(url, 5, { forwarded: 'for=198.51.100.3' }), 5);
  assert.equal(await guessesTaken(url, 5, {}), 5);
});

for (const trustedProxies of [[], ['192.0.2.10']]) {
  test(`with ${trustedProxies.join() || 'nobody'} trusted all clients of another proxy share one limit`, async () => {
    const url = await served(trustedProxies);
    assert.equal(await guessesTaken(url, 35, { 'x-forwarded-for': '198.51.100.1' }), 30);
    assert.equal(await guessesTaken(url, 5, { 'x-forwarded-for': '198.51.100.2' }), 0);
    assert.equal(await guessesTaken(url, 5, { forwarded: 'for=198.51.100.3' }), 0);
  });
}

test('host, scheme and path of a trusted proxy change nothing', async () => {
  const url = await served(['127.0.0.1']);
  const forged = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    'x-forwarded-prefix': '/evil',
    forwarded: 'for=198.51.100.1;host=evil.example;proto=http',
  };
  const seen = async (headers: Record<string, string>) => {
    const metadata = await fetch(`${url}/.well-known/openid-configuration`, { headers });
    const signIn = await fetch(`${url}/sign-in`, { headers });
    await signIn.body?.cancel();
    const names = signIn.headers.getSetCookie().map((cookie) => cookie.replace(/=[^;]*/, ''));
    return { metadata: await metadata.json(), names };
  };
  const plain = await seen({});
  assert.ok(plain.names.some((cookie) => cookie.startsWith('__Host-')));
  assert.deepEqual(await seen(forged), plain);
});
