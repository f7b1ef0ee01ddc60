import { after, before } from 'node:test';
import { describeStorageContract } from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { emptyTables } from './compat/scratch.ts';

let database: TestDatabase;
let url: string;

before(async () => {
  database = await (await postgresServer()).newDatabase();
  const role = await database.newRole();
  await migratePostgres({ url: database.url, runtimeRole: role.name });
  url = role.url;
});
after(() => database.drop());

// By the role that serves, which has no right to change tables. One database for all tests, emptied after each: making one takes
// longer than most of them.
describeStorageContract('PostgreSQL', async () => ({
  open: () => openPostgresStore({ url }),
  remove: () => emptyTables(database.url),
}));
