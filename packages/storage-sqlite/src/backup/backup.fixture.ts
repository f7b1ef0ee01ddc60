import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Store } from '@ostiary/storage';
import { bear, furnish } from '@ostiary/storage/contract';
import { openSqliteStore } from '../open.ts';

/** A folder of one test. */
export async function inFolder(work: (at: (name: string) => string) => void | Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-backup-'));
  try {
    await work((name) => join(folder, name));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Opens a database, works on it, and closes it. */
export async function onStore<Result>(path: string, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await openSqliteStore({ path });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** A database with one user who is signed in, and one family. */
export async function makeDatabase(path: string): Promise<void> {
  await onStore(path, async (store) => {
    await furnish(store);
    await bear(store, 'f');
  });
}
