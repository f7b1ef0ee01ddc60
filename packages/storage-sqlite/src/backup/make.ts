import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '../database.ts';
import { readContents } from './contents.ts';
import type { DatabaseContents } from './contents.ts';
import { appear, syncFile } from './durable-files.ts';
import { lockShared } from './file-lock.ts';

const waitMs = 5_000;

/**
 * Copies a database beside whoever works on it, as it stands at one moment, to a file that nobody else can read. The file is
 * written aside, read back from beginning to end, and only then gets its name: what is there under that name is whole.
 * Throws when the database is not there or not one of Ostiary, when the file exists, when there is no room.
 */
export function backUpSqlite({ from, to }: { from: string; to: string }): DatabaseContents {
  if (!existsSync(from)) throw new Error(`there is no database ${from}`);
  if (existsSync(to)) throw new Error(`${to} exists already, and a backup never takes the place of another file`);
  const lock = lockShared(from, waitMs);
  const aside = `${to}.partial`;
  try {
    rmSync(aside, { force: true });
    closeSync(openSync(aside, 'wx', 0o600));
    copyInto(from, aside);
    const contents = readContents(aside);
    syncFile(aside);
    appear(aside, to);
    return contents;
  } finally {
    for (const ending of ['', '-journal']) rmSync(aside + ending, { force: true });
    lock.release();
  }
}

/**
 * `vacuum into` reads one snapshot: writers go on beside it, and only the write-ahead log waits to be emptied. SQLite's page
 * copy either restarts whenever the server commits, or holds its snapshot as long. Not opened read-only: such a connection
 * leaves a log behind that a server of another user could not open.
 */
function copyInto(from: string, aside: string): void {
  const handle = new DatabaseSync(from, { timeout: waitMs });
  try {
    new Database(handle).prepare('vacuum into ?').run(aside);
  } finally {
    handle.close();
  }
}
