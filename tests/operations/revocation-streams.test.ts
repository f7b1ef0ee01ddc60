import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { basic } from '@ostiary/http/fixture';
import { readStream, type StreamReader } from '@ostiary/http/feed-fixture';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';

const api = { identifier: 'https://api.example.com', name: 'API', secret: 'secret of the example API' };

let program: IssuerProgram;
before(async () => {
  program = await startIssuer((issuer) => ({
    issuer,
    apis: [api],
    users: [{ username: 'ada@example.com', password: 'correct horse battery' }],
    operations: { port: 0 },
  }));
});
after(() => program.close());

async function follow(): Promise<StreamReader> {
  const headers = { ...basic(api.identifier, api.secret), accept: 'text/event-stream' };
  return readStream(await fetch(`${program.issuer}/revocations`, { headers }));
}

test('what another process ends is told within a second', async () => {
  const reader = await follow();
  assert.equal((await reader.next())?.batch.full, true);
  await program.command('user', 'disable', '--username', 'ada@example.com');
  const endedAtMs = performance.now();
  const next = await reader.next();
  assert.deepEqual(
    next?.batch.entries.map(({ k }) => k),
    ['usr'],
  );
  assert.ok(performance.now() - endedAtMs < 1_000, 'the command had ended already');
  await reader.leave();
});

test('a reader that leaves is forgotten, and one that stays does not keep the server from stopping at once', async () => {
  await (await follow()).leave();
  const reader = await follow();
  await reader.next();
  const toldAtMs = performance.now();
  assert.deepEqual(await program.end('SIGTERM'), { code: 0, signal: null });
  assert.ok(performance.now() - toldAtMs < 5_000, 'a request that does not end would be waited for 10 s');
  for (let next = await reader.next(); next !== undefined; next = await reader.next());
});
