import { closeSync, existsSync, openSync, readSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '../database.ts';
import { assertNotPromoted } from '../promotion/promotion.ts';
import { keepAs, syncFile } from './durable-files.ts';
import { DatabaseInUse } from './file-lock.ts';

/** What stands at the place of the database: nothing, a database, or a file that SQLite cannot read as one. */
export type Present = 'missing' | 'whole' | 'unreadable';

/**
 * Makes the present database one file, so that it can be kept and replaced as one: its write-ahead log goes into it. Throws
 * `DatabaseInUse` when anything else has it open.
 */
export function foldPresent(path: string): Present {
  if (!existsSync(path)) return 'missing';
  // SQLite would remove the log beside a file that it does not know; somebody may want to read it yet.
  if (!isSqlite(path)) return 'unreadable';
  const handle = new DatabaseSync(path, { timeout: 0 });
  try {
    handle.exec('pragma journal_mode = delete');
    assertNotMoved(new Database(handle));
    return 'whole';
  } catch (error) {
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    if (unreadable.has(code)) return 'unreadable';
    throw code === busy
      ? new DatabaseInUse(`the database ${path} is in use by another program`, { cause: error })
      : error;
  } finally {
    handle.close();
  }
}

function isSqlite(path: string): boolean {
  const header = Buffer.alloc(16);
  const file = openSync(path, 'r');
  try {
    readSync(file, header);
    return header.toString('latin1') === 'SQLite format 3\0';
  } finally {
    closeSync(file);
  }
}

/** The rows of a promoted file live on elsewhere; a second life of them here would be a fork. */
function assertNotMoved(db: Database): void {
  const hasMoves = db.prepare("select 1 as found from sqlite_schema where name = 'promotion'").get() !== undefined;
  if (hasMoves) assertNotPromoted(db);
}

const busy = 5;
/** CORRUPT and NOTADB (https://sqlite.org/rescode.html): no server can work on such a file either. */
const unreadable = new Set([11, 26]);

/**
 * Puts `staged` in the place of `path` and keeps what is there under a name of its own. There is no moment without a database,
 * nor one with a database and the log of another: a process killed half way leaves the old one or the new one.
 * @returns the name that the old one is kept under; `undefined` when there was none
 */
export function putInPlace({
  staged,
  path,
  stamp,
}: {
  staged: string;
  path: string;
  stamp: string;
}): string | undefined {
  syncFile(staged);
  const kept = existsSync(path) ? keep(path, stamp) : undefined;
  for (const ending of ['-wal', '-shm', '-journal']) {
    if (!existsSync(path + ending)) continue;
    renameSync(path + ending, `${kept ?? `${path}.before-restore-${stamp}`}${ending}`);
  }
  renameSync(staged, path);
  syncFile(dirname(path));
  return kept;
}

function keep(path: string, stamp: string): string {
  for (let more = 1; ; more += 1) {
    const name = `${path}.before-restore-${stamp}${more === 1 ? '' : `-${more}`}`;
    try {
      keepAs(path, name);
      return name;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
}
