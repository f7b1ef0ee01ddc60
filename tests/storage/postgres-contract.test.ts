import { after, before } from 'node:test';
import { describeStorageContract } from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import pg from 'pg';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let url: string;
let owner: pg.Client;
let emptying: string;

before(async () => {
  database = await (await postgresServer()).newDatabase();
  const role = await database.newRole();
  await migratePostgres({ url: database.url, runtimeRole: role.name });
  url = role.url;
  owner = new pg.Client({ connectionString: database.url });
  await owner.connect();
  emptying = await emptyingOf(owner);
});
after(async () => {
  await owner.end();
  await database.drop();
});

// By the role that serves, which has no right to change tables. One database for all tests, emptied after each: making one takes
// longer than most of them.
describeStorageContract('PostgreSQL', async () => ({
  open: () => openPostgresStore({ url, operationTimeoutMs: 5_000 }),
  remove: async () => void (await owner.query(emptying)),
}));

/** What leaves the tables as the migration left them. */
async function emptyingOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables
    where table_schema = 'public' and table_name not in ('meta', 'migration')`,
  );
  const deletions = rows.map(({ name }) => `delete from "${name}"`);
  return [...deletions, `delete from meta where name <> 'restore_epoch'`, `update meta set value = '0'`].join('; ');
}
