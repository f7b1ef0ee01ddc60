import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import pg from 'pg';
import { freePort } from '../support/free-port.ts';
import { postgresServer } from '../support/postgres.ts';

const program = join(import.meta.dirname, 'compat', 'main.ts');

/** What `npm run compat` prints and ends with. */
function compat(...words: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...words], { timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: stdout + stderr });
    });
  });
}

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  );
  await client.end();
  return rows.map(({ name }) => name);
}

describe('npm run compat', () => {
  test('migrates, runs the contract, counts what passed, and leaves nothing behind', async () => {
    const database = await (await postgresServer()).newDatabase();
    try {
      const { code, output } = await compat('--url', database.url, '--only', 'restore epoch');
      assert.equal(code, 0, output);
      assert.match(output, /^PostgreSQL \d+.*, read committed, the database of the URL\nmigrations {2}3 applied in /);
      assert.match(output, /^contract {4}[1-9]\d* passed, 0 failed in /m);
      assert.deepEqual(await tablesOf(database.url), []);
    } finally {
      await database.drop();
    }
  });

  test('runs at the isolation that it is told', async () => {
    const database = await (await postgresServer()).newDatabase();
    try {
      const words = ['--url', database.url, '--isolation', 'repeatable read', '--only', 'reversed'];
      const { code, output } = await compat(...words);
      assert.equal(code, 0, output);
      assert.match(output, /^PostgreSQL \d+.*, repeatable read, /);
      assert.match(
        output,
        /^done again .*serialization [1-9]/m,
        'where rows change after a snapshot, 40001 is the signal',
      );
    } finally {
      await database.drop();
    }
  });

  test('does not touch a database that holds something', async () => {
    const database = await (await postgresServer()).newDatabase();
    try {
      const client = new pg.Client({ connectionString: database.url });
      await client.connect();
      await client.query('create table family (precious text)');
      await client.end();
      const { code, output } = await compat('--url', database.url);
      assert.equal(code, 1);
      assert.match(output, /^FAIL no right to create a database, and tables are in this one: family\n$/);
      assert.deepEqual(await tablesOf(database.url), ['family']);
    } finally {
      await database.drop();
    }
  });

  test('a test that finds nothing to run is no success', async () => {
    const database = await (await postgresServer()).newDatabase();
    try {
      assert.equal((await compat('--url', database.url, '--only', 'no test is called so')).code, 1);
    } finally {
      await database.drop();
    }
  });

  test('says what is wrong with its words, and never the password', async () => {
    assert.equal((await compat()).code, 2);
    assert.equal((await compat('--url', 'postgres://a@localhost/a', '--isolation', 'none')).code, 2);
    const { code, output } = await compat('--url', `postgres://a:open-sesame@127.0.0.1:${await freePort()}/a`);
    assert.equal(code, 1);
    assert.match(output, /^FAIL /);
    assert.doesNotMatch(output, /open-sesame/);
  });
});
