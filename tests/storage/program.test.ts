import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { callback, verifier } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { startIssuer } from '../support/issuer-program.ts';
import { localhostTls } from '../support/localhost-tls.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { ownPostgresServer, postgresServer, type PostgresServer, type TestDatabase } from '../support/postgres.ts';
import { runProgram, startProgram } from '../support/program.ts';

const main = 'apps/ostiary/src/main.ts';
const folder = mkdtempSync(join(tmpdir(), 'ostiary-storage-'));
after(() => rmSync(folder, { recursive: true }));
const masterKey = randomBytes(32).toString('base64url');

interface Run {
  args: string[];
  env: Record<string, string>;
}

/** A command of the program, outside development, on the database that the variable names. */
async function onDatabase(url: string, command: string[], postgres: object = {}): Promise<Run> {
  const issuer = `http://localhost:${await freePort()}`;
  const config = join(folder, 'ostiary.config.json');
  const storage = { postgres: { url: { env: 'DATABASE_URL' }, ...postgres } };
  writeFileSync(config, JSON.stringify({ issuer, storage, operations: { port: 'off', drainSeconds: 0 } }));
  const env = { DATABASE_URL: url, OSTIARY_MASTER_KEY: masterKey };
  return { args: [main, ...command, '--config', config], env };
}

async function run(
  url: string,
  command: string[],
  postgres?: object,
): Promise<{ code: number | null; output: string }> {
  const { code, output } = await runProgram(await onDatabase(url, command, postgres));
  const { password } = new URL(url);
  assert.ok(password === '' || !output.includes(password), 'the password of the database was written');
  return { code, output };
}

/** The address without role and password, as messages have it. */
function nameOf(url: string): string {
  return url.replace(/\/\/[^@]*@/, '//');
}

async function postToken(issuer: string, form: Record<string, string>) {
  const body = new URLSearchParams({ client_id: 'lab-spa', ...form });
  const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

describe('the program on PostgreSQL', () => {
  let database: TestDatabase;
  before(async () => {
    database = await (await postgresServer()).newDatabase();
  });
  after(() => database.drop());

  test('in development it makes its tables, signs people in, refreshes, and knows them after a crash', async () => {
    const storage = { postgres: { url: database.url } };
    const operations = { drainSeconds: 0 };
    const issuer = await startIssuer((identifier) => ({ ...labConfig, issuer: identifier, storage, operations }));
    try {
      const code = (await networkBrowser(issuer.issuer).authorize()).get('code') ?? '';
      const redemption = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
      const first = await postToken(issuer.issuer, redemption);
      assert.equal(first.status, 200, JSON.stringify(first.body));
      const refresh = (token: unknown) =>
        postToken(issuer.issuer, { grant_type: 'refresh_token', refresh_token: String(token) });
      const second = await refresh(first.body['refresh_token']);
      assert.equal(second.status, 200, JSON.stringify(second.body));

      await issuer.end('SIGKILL');
      await issuer.start();
      const retried = await refresh(first.body['refresh_token']);
      assert.equal(retried.body['refresh_token'], second.body['refresh_token'], 'a lost answer is answered alike');
      const third = await refresh(second.body['refresh_token']);
      assert.equal(third.status, 200, JSON.stringify(third.body));
      const replayed = await postToken(issuer.issuer, redemption);
      assert.equal(replayed.body['error'], 'invalid_grant', issuer.process().output());
      const { code: exit, output } = await issuer.command('user', 'disable', '--username', 'ada@example.com');
      assert.equal(exit, 0, output);
      const last = await refresh(third.body['refresh_token']);
      assert.equal(last.status, 400);
      assert.deepEqual(await issuer.end('SIGTERM'), { code: 0, signal: null });
    } finally {
      await issuer.close();
    }
  });
});

describe('tables and roles', () => {
  let database: TestDatabase;
  before(async () => {
    database = await (await postgresServer()).newDatabase();
  });
  after(() => database.drop());

  test('a server on an empty database says what makes the tables, and makes none', async () => {
    const { code, output } = await run(database.url, ['start']);
    assert.equal(code, 1, output);
    assert.match(output, /^ostiary: the database postgres:\/\/127\.0\.0\.1:\d+\/\w+ cannot be opened: /);
    assert.match(output, /"?ostiary migrate"?/);
  });

  test('the role that serves gets what it needs, and no more; another migration changes nothing', async () => {
    const role = await database.newRole();
    const first = await run(database.url, ['migrate', '--runtime-role', role.name]);
    assert.equal(first.code, 0, first.output);
    assert.match(first.output, /^applied \S+\n/);
    assert.ok(first.output.endsWith(`${role.name} may read and write it\n`), first.output);
    const again = await run(database.url, ['migrate']);
    assert.deepEqual(again, { code: 0, output: `${nameOf(database.url)} is up to date\n` });

    const { program } = await startProgram(await onDatabase(role.url, ['start']), /^Ostiary ready on .*$/m);
    program.signal('SIGTERM');
    assert.deepEqual(await program.ended, { code: 0, signal: null });
    const client = new pg.Client({ connectionString: role.url });
    await client.connect();
    try {
      for (const statement of [
        'create table own (id int)',
        'delete from audit',
        'update audit set at = 0',
        'drop table family',
      ])
        await assert.rejects(client.query(statement), { code: '42501' }, statement);
    } finally {
      await client.end();
    }
  });

  test('a server whose tables are newer than it does not start', async () => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      await client.query(
        `insert into migration (version, step, name, checksum) values (9000, 1, '9000-later.sql', 'x')`,
      );
    } finally {
      await client.end();
    }
    const { code, output } = await run(database.url, ['start']);
    assert.equal(code, 1, output);
    assert.match(output, /newer version/);
  });
});

describe('a database that cannot be reached', () => {
  test('a wrong password is told at once, without the password', async () => {
    const database = await (await postgresServer()).newDatabase();
    try {
      for (const command of [['start'], ['migrate']]) {
        const { code, output } = await run(database.url.replace(/:[^:@]*@/, ':wrong-password@'), command);
        assert.equal(code, 1, output);
        assert.match(output, /^ostiary: the database \S+ cannot be (opened|migrated): .*password/);
      }
    } finally {
      await database.drop();
    }
  });

  test('a server that is not there is told', async () => {
    const url = `postgres://ostiary:a-password@127.0.0.1:${await freePort()}/ostiary`;
    for (const command of [['start'], ['migrate']]) {
      const { code, output } = await run(url, command);
      assert.equal(code, 1, output);
      assert.match(output, /^ostiary: the database \S+ cannot be (opened|migrated): nobody listens there/);
    }
  });
});

describe('a database that is spoken to by TLS', () => {
  let server: PostgresServer;
  let url: string;
  before(async () => {
    server = await ownPostgresServer({ tls: localhostTls });
    const named = new URL((await server.newDatabase()).url);
    named.hostname = 'localhost';
    url = named.href;
    writeFileSync(join(folder, 'ca.pem'), localhostTls.cert);
  });
  after(() => server.close());

  test('is trusted when the authority named in the configuration signed its certificate', async () => {
    const { code, output } = await run(url, ['migrate'], { ca: 'ca.pem' });
    assert.equal(code, 0, output);
    const client = new pg.Client({ connectionString: server.adminUrl });
    const start = await onDatabase(url, ['start'], { ca: 'ca.pem' });
    const { program } = await startProgram(start, /^Ostiary ready on .*$/m);
    await client.connect();
    try {
      const { rows } = await client.query<{ encrypted: boolean }>(
        `select distinct ssl as encrypted from pg_stat_ssl join pg_stat_activity using (pid) where usename = $1`,
        [new URL(url).username],
      );
      assert.deepEqual(rows, [{ encrypted: true }]);
    } finally {
      await client.end();
      program.signal('SIGTERM');
      await program.ended;
    }
  });

  test('is waited for when it is too busy to answer a start', async () => {
    const start = await onDatabase(url, ['start'], { ca: 'ca.pem' });
    await server.pause();
    try {
      const { program } = await startProgram(start, /"event":"database_late"/);
      await server.resume();
      await program.said(/^Ostiary ready on .*$/m);
      program.signal('SIGTERM');
      await program.ended;
    } finally {
      await server.resume();
    }
  });

  test('is refused when nobody known signed it', async () => {
    const { code, output } = await run(`${url}?sslmode=verify-full`, ['migrate']);
    assert.equal(code, 1, output);
    assert.match(
      output,
      /its certificate is signed by nobody who is trusted here; name the file of its authority in storage\.postgres\.ca/,
    );
  });

  test('is refused under a name that the certificate does not have', async () => {
    const { code, output } = await run(url.replace('localhost', '127.0.0.1'), ['migrate'], { ca: 'ca.pem' });
    assert.equal(code, 1, output);
    assert.match(output, /its certificate is for another host/);
  });

  test('is refused when it does not speak TLS', async () => {
    const plain = await (await postgresServer()).newDatabase();
    try {
      const { code, output } = await run(`${plain.url}?sslmode=require`, ['migrate']);
      assert.equal(code, 1, output);
      assert.match(output, /does not support SSL/);
    } finally {
      await plain.drop();
    }
  });
});

test('a server on SQLite loads nothing of PostgreSQL', async () => {
  const config = join(folder, 'sqlite.config.json');
  writeFileSync(config, JSON.stringify({ issuer: 'http://localhost:4000', storage: 'sqlite::memory:' }));
  const tell = `import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { if (/storage-|\\/pg\\//.test(url)) console.log('loaded ' + url); return next(url, context); } });`;
  const hook = `data:text/javascript,${encodeURIComponent(tell)}`;
  const { output } = await runProgram({
    args: ['--import', hook, main, 'user', 'enable', '--username', 'nobody', '--config', config],
    env: { OSTIARY_MASTER_KEY: masterKey },
  });
  assert.match(output, /loaded \S*storage-sqlite/);
  assert.doesNotMatch(output, /loaded \S*(storage-postgres|\/pg\/)/);
});
