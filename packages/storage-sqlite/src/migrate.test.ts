import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { Database } from './database.ts';
import { migrate } from './migrate.ts';

const first = { '0001-first.sql': 'create table a (x) ; insert into a values (1);' };
const second = { '0002-second.sql': 'create table b (x); insert into a values (2); select die(); create table c (x);' };

describe('migrations', () => {
  it('are applied in order, once', () =>
    inFolder({ ...second, ...first }, async ({ folder, open }) => {
      for (let time = 0; time < 2; time++) open((db) => migrate(db, folder));
      assert.deepEqual(open(tables), ['a', 'b', 'c', 'migration']);
      assert.deepEqual(open(rowsOfA), [1, 2]);
    }));

  it('go on where they stopped when the process was killed between two statements', () =>
    inFolder({ ...first, ...second }, async ({ folder, path, open }) => {
      assert.equal(await migrateUntilKilled(path, folder), 'SIGKILL');
      assert.deepEqual(open(tables), ['a', 'migration'], 'the second is undone as a whole');
      open((db) => migrate(db, folder));
      assert.deepEqual(open(tables), ['a', 'b', 'c', 'migration']);
      assert.deepEqual(open(rowsOfA), [1, 2]);
    }));

  it('are undone as a whole when a statement fails', () =>
    inFolder({ ...first, '0002-bad.sql': 'create table b (x); nonsense;' }, async ({ folder, open }) => {
      assert.throws(() => open((db) => migrate(db, folder)), /syntax error/);
      assert.deepEqual(open(tables), ['a', 'migration']);
    }));

  it('of a newer version make an older one refuse the database and say what to do', () =>
    inFolder(first, async ({ folder, open }) => {
      open((db) => migrate(db, folder));
      open((db) => db.exec(`insert into migration values (2, '0002-later.sql', 'sum')`));
      assert.throws(() => open((db) => migrate(db, folder)), /newer version of Ostiary.*0002-later\.sql.*backup/s);
    }));

  it('that were changed after they had been applied are refused', () =>
    inFolder(first, async ({ folder, open }) => {
      open((db) => migrate(db, folder));
      writeFileSync(join(folder, '0001-first.sql'), 'create table a (x, y)');
      assert.throws(() => open((db) => migrate(db, folder)), /0001-first\.sql was applied with other content/);
    }));

  it('with a gap in their numbers are refused', () =>
    inFolder({ ...first, '0003-third.sql': '' }, async ({ folder, open }) => {
      assert.throws(() => open((db) => migrate(db, folder)), /0003-third\.sql should begin with 0002/);
    }));
});

interface Bench {
  folder: string;
  path: string;
  /** Runs `work` on a connection of its own, in which `die()` does nothing. */
  open: <Result>(work: (db: Database) => Result) => Result;
}

async function inFolder(files: Record<string, string>, body: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-'));
  const path = join(folder, 'ostiary.db');
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql);
  try {
    await body({ folder, path, open: (work) => onConnection(path, work) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function onConnection<Result>(path: string, work: (db: Database) => Result): Result {
  const handle = new DatabaseSync(path);
  handle.function('die', () => null);
  try {
    return work(new Database(handle));
  } finally {
    handle.close();
  }
}

/** Migrates in a process that kills itself in the middle of the second migration; returns the signal it died of. */
async function migrateUntilKilled(path: string, folder: string): Promise<string | null> {
  const module = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const script = `
    import { DatabaseSync } from 'node:sqlite';
    import { Database } from ${module('./database.ts')};
    import { migrate } from ${module('./migrate.ts')};
    const handle = new DatabaseSync(${JSON.stringify(path)});
    handle.function('die', () => process.kill(process.pid, 'SIGKILL'));
    migrate(new Database(handle), ${JSON.stringify(folder)});`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'inherit' });
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal;
}

function tables(db: Database): string[] {
  const rows = db.prepare<{ name: string }>(`select name from sqlite_schema where type = 'table' order by name`).all();
  return rows.map(({ name }) => name);
}

function rowsOfA(db: Database): number[] {
  const rows = db.prepare<{ x: number }>('select x from a order by x').all();
  return rows.map(({ x }) => x);
}
