import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ownPostgresServer, postgresServer } from '../support/postgres.ts';

async function ask(url: string, sql: string, connectWithinMs = 30_000): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: connectWithinMs });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test('a database of a test belongs to a role of its own, which is no superuser', async () => {
  const server = await postgresServer();
  const [one, other] = await Promise.all([server.newDatabase(), server.newDatabase()]);
  try {
    const [row] = await ask(
      one.url,
      `select rolsuper, current_setting('server_version_num')::int as version from pg_roles where rolname = current_user`,
    );
    assert.equal(row?.['rolsuper'], false);
    assert.ok(Number(row?.['version']) >= 150_000);
    await ask(one.url, 'create table mine (id int)');
    await assert.rejects(ask(one.url.replace(/[^/]*$/, new URL(other.url).pathname.slice(1)), 'select 1'), {
      code: '42501',
    });
    const role = await one.newRole();
    await assert.rejects(ask(role.url, 'select * from mine'), { code: '42501' });
    await assert.rejects(ask(one.url.replace(/:[^:@]*@/, ':wrong@'), 'select 1'), { code: '28P01' });
  } finally {
    await Promise.all([one.drop(), other.drop()]);
  }
});

test('a server of its own can be stopped, started, paused and robbed of its sessions', async () => {
  const server = await ownPostgresServer();
  try {
    const { url } = await server.newDatabase();
    await ask(url, 'create table kept as select 1 as one');
    for (const mode of ['fast', 'immediate'] as const) {
      await server.stop(mode);
      await assert.rejects(ask(url, 'select 1'), { code: 'ECONNREFUSED' });
      await server.start();
      assert.deepEqual(await ask(url, 'select * from kept'), [{ one: 1 }]);
    }

    await server.pause();
    const late = ask(url, 'select 2 as two');
    await assert.rejects(ask(url, 'select 1', 300), /timeout/);
    await server.resume();
    assert.deepEqual(await late, [{ two: 2 }]);

    const session = new pg.Client({ connectionString: url });
    const ended = new Promise<string>((resolve) => session.on('error', (fault) => resolve(fault.message)));
    await session.connect();
    assert.equal(await server.killBackends(), 1);
    assert.match(await ended, /terminat/);
    assert.deepEqual(await ask(url, 'select 3 as three'), [{ three: 3 }]);
  } finally {
    await server.close();
  }
});

test('a server goes with the process that asked for it, even when that is killed', async () => {
  const support = fileURLToPath(new URL('../support/postgres.ts', import.meta.url));
  const script = `import { ownPostgresServer } from ${JSON.stringify(support)};
    const { port } = await ownPostgresServer();
    process.stdout.write(String(port), () => process.kill(process.pid, 'SIGKILL'));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script], {
    encoding: 'utf8',
  });
  const port = Number(stdout);
  assert.ok(port > 0, stderr);
  const url = `postgres://nobody:nothing@127.0.0.1:${port}/postgres`;
  const deadlineMs = Date.now() + 30_000;
  const codeOf = async () => ask(url, 'select 1').then(String, (fault: { code?: string }) => fault.code);
  while ((await codeOf()) !== 'ECONNREFUSED') assert.ok(Date.now() < deadlineMs, 'it still answers');
});
