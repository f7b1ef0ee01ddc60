import { strict as assert } from 'node:assert';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { event, mustCommit } from '@ostiary/storage/contract';
import pg from 'pg';
import { postgresProxy } from '../support/postgres-proxy.ts';
import type { PostgresProxy } from '../support/postgres-proxy.ts';
import { postgresServer } from '../support/postgres.ts';
import type { DatabaseServer, TestDatabase } from '../support/postgres.ts';

describe('the schema of a PostgreSQL store', () => {
  let server: DatabaseServer;
  let proxy: PostgresProxy;
  let database: TestDatabase;

  before(async () => {
    server = await postgresServer();
    proxy = await postgresProxy({ port: server.port });
  });
  after(() => proxy.close());
  beforeEach(async () => {
    database = await server.newDatabase();
  });
  afterEach(async () => {
    proxy.decide(undefined);
    await database.drop();
  });

  const throughProxy = () => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return url.href;
  };

  it('is brought up to date once', async () => {
    assert.deepEqual((await migratePostgres({ url: database.url })).applied[0], '0001-first-schema.sql');
    assert.deepEqual(await migratePostgres({ url: database.url }), { applied: [] });
  });

  it('goes on where it stopped, wherever the connection broke', async () => {
    const whole = await wholeSchema(server);
    let isUnbroken = false;
    for (let turn = 5; !isUnbroken; turn += 9) {
      let seen = 0;
      let isCut = false;
      proxy.decide(() => {
        isCut ||= ++seen === turn;
        return seen === turn ? { do: 'lose answer', by: 'reset' } : { do: 'pass' };
      });
      await migratePostgres({ url: throughProxy() }).catch(() => undefined);
      isUnbroken = !isCut;
    }
    proxy.decide(undefined);
    assert.deepEqual(await migratePostgres({ url: database.url }), { applied: [] });
    assert.deepEqual(await schemaOf(database), whole);
  });

  it('is the same when several bring it up to date at once', async () => {
    await Promise.all(Array.from({ length: 4 }, () => migratePostgres({ url: database.url })));
    assert.deepEqual(await schemaOf(database), await wholeSchema(server));
  });

  it('that is missing, older or newer is told with what to do, and nothing is made', async () => {
    await assert.rejects(openPostgresStore({ url: database.url }), /no tables of Ostiary: run `ostiary migrate`/);
    assert.deepEqual(await schemaOf(database), []);
    await migrated(database);
    await asOwner(database, 'delete from migration where step = 3');
    await assert.rejects(openPostgresStore({ url: database.url }), /older version: run `ostiary migrate`/);
    await migrated(database);
    await asOwner(database, `insert into migration values (900, 0, '0900-later.sql', 'sum')`);
    for (const open of [openPostgresStore, migratePostgres]) {
      await assert.rejects(open({ url: database.url }), /newer version of Ostiary.*0900-later\.sql.*backup/s);
    }
  });

  it('that reads differently now than when it was applied is refused', async () => {
    await migrated(database);
    await asOwner(database, `update migration set checksum = 'other' where step = 2`);
    await assert.rejects(
      migratePostgres({ url: database.url }),
      /step 2 of migration 0001\S* was applied with other content/,
    );
  });

  it('builds indexes in the background where an engine knows no other way', async () => {
    const asked: string[] = [];
    proxy.decide(({ sql }) => {
      if (sql.includes('index') && sql.startsWith('create')) asked.push(sql.slice(0, sql.indexOf(' if')));
      return /^create (unique )?index if/.test(sql) ? { do: 'fail', code: '0A000' } : { do: 'pass' };
    });
    await assert.rejects(migratePostgres({ url: throughProxy() }), /syntax error/);
    assert.deepEqual(asked, ['create unique index', 'create unique index async']);
  });

  it('is tuned only where the engine knows how', async () => {
    const isTuning = (sql: string) => /^(alter table \w+ set|do) /.test(sql);
    proxy.decide(({ sql }) => (isTuning(sql) ? { do: 'fail', code: '0A000' } : { do: 'pass' }));
    await migratePostgres({ url: throughProxy() });
    await (await openPostgresStore({ url: database.url })).close();
  });

  it('gives the role that serves no way to change it, nor the audit log', async () => {
    const role = await database.newRole();
    await migratePostgres({ url: database.url, runtimeRole: role.name });
    const store = await openPostgresStore({ url: role.url });
    await mustCommit(store, { events: [event('kept')] });
    await store.close();
    for (const forbidden of [
      'create table t (x integer)',
      'drop table audit',
      'alter table audit add column x integer',
      `update audit set kind = 'alarm'`,
      'delete from audit',
      'truncate audit',
      'delete from "user"',
      `update migration set checksum = ''`,
      'create index i on audit (kind)',
      'create schema s',
    ]) {
      await assert.rejects(ask(role.url, forbidden), /permission denied|must be owner/, forbidden);
    }
  });

  it('is granted to a role of any name, as it is spelled', async () => {
    await migrated(database);
    const name = `no "such" role; drop table audit`;
    await assert.rejects(
      migratePostgres({ url: database.url, runtimeRole: name }),
      /role "no "such" role; drop table audit" does not exist/,
    );
  });
});

/** What an undisturbed migration makes. */
async function wholeSchema(server: DatabaseServer): Promise<string[]> {
  const database = await server.newDatabase();
  try {
    return await schemaOf(await migrated(database));
  } finally {
    await database.drop();
  }
}

async function migrated(database: TestDatabase): Promise<TestDatabase> {
  await migratePostgres({ url: database.url });
  return database;
}

/** Tables, columns and indexes in words. */
async function schemaOf({ url }: TestDatabase): Promise<string[]> {
  const columns = await ask(
    url,
    `select table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable as line
    from information_schema.columns where table_schema = 'public'`,
  );
  const indexes = await ask(url, `select indexdef as line from pg_indexes where schemaname = 'public'`);
  const steps = columns.length === 0 ? [] : await ask(url, `select version || '.' || step as line from migration`);
  return [...columns, ...indexes, ...steps].toSorted();
}

function asOwner(database: TestDatabase, sql: string): Promise<string[]> {
  return ask(database.url, sql);
}

async function ask(url: string, sql: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ line: string }>(sql)).rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
}
