import { openSqliteStore } from '@ostiary/storage-sqlite';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import type { Store } from '@ostiary/storage';
import { postgresServer } from './postgres.ts';

export interface EmptyStore {
  store: Store;
  /** Removes what lay beneath the store, which was closed before. */
  remove(): Promise<void>;
}

/** Where the data of an issuer may lie: tests that hold for both run on both. */
export const storages: readonly { name: string; open(): Promise<EmptyStore> }[] = [
  {
    name: 'SQLite',
    open: async () => ({ store: await openSqliteStore({ path: ':memory:' }), remove: async () => {} }),
  },
  {
    name: 'PostgreSQL',
    async open() {
      const { url, drop } = await (await postgresServer()).newDatabase();
      await migratePostgres({ url });
      return { store: await openPostgresStore({ url }), remove: drop };
    },
  },
];
