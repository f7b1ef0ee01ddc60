import { constants, copyFileSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '../database.ts';
import { databaseOn } from '../open.ts';
import { PromotionTable } from '../promotion/promotion.ts';
import { readContents } from './contents.ts';
import type { DatabaseContents } from './contents.ts';

/** A copy of a backup beside the database, to be made ready; nothing that happens to it touches either of them. */
export interface StagedBackup {
  path: string;
  contents: DatabaseContents;
  remove(): void;
}

/** Copies a backup, with the log beside it if there is one, and checks the copy. Throws as `readContents` does. */
export function stageBackup({ from, database }: { from: string; database: string }): StagedBackup {
  if (!existsSync(from)) throw new Error(`there is no backup ${from}`);
  if (existsSync(database) && realpathSync(from) === realpathSync(database))
    throw new Error(`${from} is the database itself, not a backup of it`);
  const folder = `${database}-restoring`;
  const path = join(folder, 'ostiary.db');
  const remove = () => rmSync(folder, { recursive: true, force: true });
  remove();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    for (const ending of ['', '-wal'])
      if (existsSync(from + ending)) copyFileSync(from + ending, path + ending, constants.COPYFILE_FICLONE);
    takeLogIn(path, from);
    const contents = readContents(path);
    stopMove(path);
    return { path, contents, remove };
  } catch (error) {
    remove();
    throw error instanceof Error ? new Error(error.message.replaceAll(path, from), { cause: error }) : error;
  }
}

/** A file copied by hand may come with a write-ahead log. */
function takeLogIn(path: string, from: string): void {
  const handle = new DatabaseSync(path);
  try {
    new Database(handle).exec('pragma journal_mode = delete');
  } catch (error) {
    throw new Error(`${from} is not a database of Ostiary`, { cause: error });
  } finally {
    handle.close();
  }
}

/** A backup made while the database was moved elsewhere: the move is not this copy's. */
function stopMove(path: string): void {
  const db = databaseOn(new DatabaseSync(path));
  try {
    const moves = new PromotionTable(db);
    const { state, attempt } = moves.read() ?? { state: 'aborted', attempt: 0 };
    if (state === 'aborted' || state === 'promoted') return;
    moves.move({
      attempt,
      from: [state],
      to: 'aborted',
      note: 'the file was restored from a backup',
      atMs: Date.now(),
    });
  } finally {
    db.close();
  }
}
