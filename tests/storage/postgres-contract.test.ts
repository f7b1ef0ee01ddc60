import { after, before } from 'node:test';
import { describeStorageContract } from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { emptyTables } from './compat/scratch.ts';

let database: TestDatabase;

before(async () => {
  database = await (await postgresServer()).newDatabase();
  await migratePostgres({ url: database.url });
});
after(() => database.drop());

// One database for all tests, emptied after each: making one takes longer than most of them.
describeStorageContract('PostgreSQL', async () => ({
  open: () => openPostgresStore({ url: database.url }),
  remove: () => emptyTables(database.url),
}));
