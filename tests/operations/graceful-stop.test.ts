import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import type { FamilyId } from '@ostiary/wire';
import { Refresher } from './refresh-load.ts';
import { makeServer, signIns, type Server } from './server.ts';

const servers: Server[] = [];
after(async () => {
  for (const server of servers) await server.close();
});

async function made(config: Parameters<typeof makeServer>[0] = {}): Promise<Server> {
  const server = await makeServer(config);
  servers.push(server);
  return server;
}

test('SIGTERM under refresh load breaks no answer, and every connection is told to end', async () => {
  const server = await made({ operations: { port: 0, drainSeconds: 1 } });
  const program = await server.start();
  const tokens = await signIns(server.issuer, 8);
  const clients = tokens.map((token) => new Refresher(server.issuer, token));
  const running = Promise.all(clients.map((client) => client.run()));
  await until(() => clients.every((client) => client.acknowledged() >= 20));
  program.signal('SIGTERM');
  await running;
  assert.deepEqual(await program.ended, { code: 0, signal: null });

  const last = clients.flatMap(({ outcomes }) => outcomes.slice(-1));
  assert.deepEqual(
    last.filter(({ kind }) => kind !== 'closed'),
    [],
    'each client stops at a server that is gone, not at a torn or wrong answer',
  );
  for (const { outcomes } of clients)
    assert.ok(
      outcomes.some((outcome) => outcome.kind === 'answered' && outcome.isLastOfConnection),
      'its connection was to end before the server was gone',
    );
  const store = await openSqliteStore({ path: join(server.folder, 'data', 'ostiary.db') });
  for (const [index, client] of clients.entries()) {
    const facts = await store.families.find(familyOf(tokens[index] ?? ''));
    assert.equal(facts?.family.generation, client.acknowledged(), 'what was not answered was not done');
  }
  await store.close();
});

test('a server that was told to stop is not ready at once, and still serves for the time it was given', async () => {
  const port = 0;
  const server = await made({ operations: { drainSeconds: 2 }, listen: { port } });
  const program = await server.start();
  const origin = (event: string) => {
    const line =
      program
        .output()
        .split('\n')
        .find((each) => each.includes(`"${event}"`)) ?? '{}';
    const { host, port: found } = JSON.parse(line) as { host: string; port: number };
    return `http://${host}:${found}`;
  };
  const [own, operations] = [origin('listening'), origin('operations_listening')];
  assert.equal((await fetch(`${operations}/ready`)).status, 200);
  program.signal('SIGTERM');
  await until(() => program.output().includes('"stopping"'));
  const ready = await fetch(`${operations}/ready`);
  assert.equal(ready.status, 503);
  assert.equal(((await ready.json()) as { checks: { serving: { ok: boolean } } }).checks.serving.ok, false);
  const served = await fetch(`${own}/jwks`);
  await served.body?.cancel();
  assert.deepEqual([served.status, served.headers.get('connection')], [200, 'close']);
  assert.deepEqual(await program.ended, { code: 0, signal: null });
});

async function until(isSo: () => boolean): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!isSo()) {
    assert.ok(performance.now() < endMs, `it never came about: ${String(isSo)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The family whose token it is: bytes 2 to 18. */
function familyOf(token: string): FamilyId {
  return `fam_${Buffer.from(token.slice(4), 'base64url').toString('base64url', 2, 18)}` as FamilyId;
}
