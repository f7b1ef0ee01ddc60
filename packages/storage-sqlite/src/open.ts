import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import type { StorageObserver, Store } from '@ostiary/storage';
import { lockShared, makeOnce } from './backup/file-lock.ts';
import { Database } from './database.ts';
import { GroupCommit } from './group-commit.ts';
import type { BatchTransaction } from './group-commit.ts';
import { migrate } from './migrate.ts';
import { PlanWriter } from './plan-writer.ts';
import { assertNotPromoted } from './promotion/promotion.ts';
import { assertSafeSqlite } from './sqlite-version.ts';
import { openTables } from './tables.ts';
import type { Tables } from './tables.ts';

export interface SqliteOptions {
  /** File of the database; it and its folder are made when missing. `:memory:` keeps everything in memory. */
  path: string;
  /** How long a commit waits for another process that is writing, before it gives up with `StorageUnavailable`. */
  busyTimeoutMs?: number;
  observer?: StorageObserver;
}

export const migrations = fileURLToPath(new URL('../migrations/', import.meta.url));

/**
 * Opens the store and brings its schema up to date. Several processes may have one file open, as the command line has
 * beside the server. Throws when SQLite is older than 3.51.3, or when a newer version of Ostiary wrote the file.
 */
export async function openSqliteStore({ path, busyTimeoutMs = 2_000, observer }: SqliteOptions): Promise<Store> {
  if (path === ':memory:') return openFile(path, busyTimeoutMs, observer);
  const lock = lockShared(path, busyTimeoutMs);
  try {
    // The file holds secrets of users: nobody else on the machine may read it. WAL files take over its mode.
    makeOnce(path);
    chmodSync(path, 0o600);
    const store = openFile(path, busyTimeoutMs, observer);
    return { ...store, close: () => store.close().finally(() => lock.release()) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function openFile(path: string, busyTimeoutMs: number, observer: StorageObserver | undefined): Store {
  const handle = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    return storeOn(handle, observer);
  } catch (error) {
    handle.close();
    throw error;
  }
}

/** The store of an open connection, which it then owns. */
export function storeOn(handle: DatabaseSync, observer?: StorageObserver): Store {
  const db = databaseOn(handle);
  assertNotPromoted(db);
  const tables = openTables(db);
  const committer = committerOf(db, tables, observer);
  return {
    ...tables,
    commit: (plan) => committer.commit(plan),
    close: async () => {
      committer.close();
      db.close();
    },
  };
}

/** The connection, with its schema up to date. */
export function databaseOn(handle: DatabaseSync): Database {
  const db = new Database(handle);
  assertSafeSqlite(db);
  configure(db);
  migrate(db, migrations);
  return db;
}

/** Batches run on this thread. A worker thread would take this place: plans and results are plain data. */
function committerOf(db: Database, tables: Tables, observer: StorageObserver | undefined): GroupCommit {
  const writer = new PlanWriter(tables);
  const transaction: BatchTransaction = {
    begin: () => db.begin(),
    apply: (plan) => writer.apply(plan),
    commit: () => db.commit(),
    rollback: () => {
      db.rollback();
      tables.terms.forget();
    },
  };
  return new GroupCommit(transaction, observer);
}

function configure(db: Database): void {
  db.exec('pragma journal_mode = wal');
  // FULL: every commit is on the disk before it is acknowledged; fullfsync says so to macOS, and nothing elsewhere.
  db.exec('pragma synchronous = full; pragma fullfsync = on; pragma checkpoint_fullfsync = on');
  db.exec('pragma foreign_keys = on; pragma trusted_schema = off; pragma cache_size = -32000');
  db.exec('pragma journal_size_limit = 67108864');
}
