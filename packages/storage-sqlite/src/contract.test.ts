import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStorageContract } from '@ostiary/storage/contract';
import { openSqliteStore } from './open.ts';

// In memory where the system offers such files: the suite asks what a commit means; durability.test.ts, whether it lasts.
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

describeStorageContract('SQLite', async () => {
  const folder = await mkdtemp(join(parent, 'ostiary-'));
  return {
    open: () => openSqliteStore({ path: join(folder, 'ostiary.db') }),
    remove: () => rm(folder, { recursive: true }),
  };
});
