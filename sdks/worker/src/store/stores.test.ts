import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeGrantStore } from './contract.fixture.ts';
import { memoryGrants } from './memory-store.ts';
import { openSqliteGrants } from './sqlite-store.ts';
import type { SqliteGrants } from './sqlite-store.ts';

describeGrantStore('memory', async () => {
  const store = memoryGrants();
  return { open: async () => store, close: async () => {} };
});

// In memory where the system offers such files: the suite asks what a write means, not what a disk does.
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describeGrantStore('SQLite', async () => {
  const folder = await mkdtemp(join(parent, 'ostiary-grants-'));
  const opened: SqliteGrants[] = [];
  return {
    async open() {
      const store = openSqliteGrants({ path: join(folder, 'grants.db') });
      opened.push(store);
      return store;
    },
    async close() {
      for (const store of opened) store.close();
      await rm(folder, { recursive: true });
    },
  };
});
