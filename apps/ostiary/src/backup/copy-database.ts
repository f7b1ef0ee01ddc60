import type { DatabaseContents } from '@ostiary/storage-sqlite';
import { messageOf, Stop } from '../stop.ts';
import type { StoragePlace } from '../storage-place.ts';

/** Copies a SQLite database to a new file, whoever works on it meanwhile. Throws `Stop`; then there is no such file. */
export async function copyDatabase(storage: StoragePlace, to: string): Promise<DatabaseContents> {
  const from = fileOf(storage);
  const { backUpSqlite } = await import('@ostiary/storage-sqlite');
  try {
    return backUpSqlite({ from, to });
  } catch (fault) {
    throw new Stop(`no backup was made: ${messageOf(fault)}`, { cause: fault });
  }
}

/** The file of a SQLite database. Throws `Stop` where the data are elsewhere. */
export function fileOf(storage: StoragePlace): string {
  if (storage.kind === 'postgres') {
    throw new Stop(
      'the data are in PostgreSQL, which has tools of its own: pg_basebackup with archived WAL, or pg_dump; ' +
        'after going back to an older state, run "ostiary epoch raise"',
    );
  }
  if (storage.path === ':memory:') throw new Stop('the data are in memory only (storage "sqlite::memory:")');
  return storage.path;
}
