import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Held until it is released, or until its process ends in whatever way: the lock is the operating system's. */
export interface FileLock {
  release(): void;
}

/** Somebody else has the database open, in a way that rules this one out. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

/**
 * Says that this process has the database open, among others that have it too. It is taken before the file is opened, so that
 * nobody opens a file that is just being replaced. The lock is one that SQLite takes on an empty file of its own beside the
 * database: it needs no database that can be read, and no cleaning up after kill -9. The folder is made when missing.
 */
export function lockShared(path: string, waitMs: number): FileLock {
  const message = `the database ${path} is just being restored; try again when that is done`;
  return lock({ path, waitMs, message, sql: 'begin; select count(*) from sqlite_schema' });
}

/** Keeps every other process from opening the database. Throws `DatabaseInUse` when one has it open. */
export function lockAlone(path: string, waitMs: number): FileLock {
  const message = `the database ${path} is in use: stop the server first, and wait for other commands to end`;
  return lock({ path, waitMs, message, sql: 'begin exclusive' });
}

function lock({
  path,
  waitMs,
  message,
  sql,
}: {
  path: string;
  waitMs: number;
  message: string;
  sql: string;
}): FileLock {
  const file = `${path}-lock`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  makeOnce(file);
  const handle = new DatabaseSync(file, { timeout: waitMs });
  try {
    handle.exec(sql);
  } catch (error) {
    handle.close();
    throw isBusy(error) ? new DatabaseInUse(message, { cause: error }) : error;
  }
  return { release: () => handle.isOpen && handle.close() };
}

/**
 * Makes a file that only its owner can read, unless it is there. A file that is there is not opened: closing it would let go
 * of every lock that this process has on it (POSIX advisory locks).
 */
export function makeOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5;
}
