import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What `pragma integrity_check` says of a database as a crash left it. Works on a copy: the next start must do the recovery itself. */
export function integrityAfterCrash(path: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ostiary-crash-'));
  const copy = join(folder, 'copy.db');
  for (const ending of ['', '-wal']) if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
  try {
    return integrityOf(copy);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function integrityOf(path: string): string {
  return read(path, (db) => {
    const { integrity_check: result } = db.prepare('pragma integrity_check').get() as { integrity_check: string };
    return result;
  });
}

/** Generation of every living family, by public id. */
export function generationsIn(path: string): Map<string, number> {
  return read(path, (db) => {
    const rows = db.prepare('select public_id, generation from family where ended_at is null').all() as {
      public_id: Uint8Array;
      generation: number;
    }[];
    return new Map(rows.map((row) => [`fam_${Buffer.from(row.public_id).toString('base64url')}`, row.generation]));
  });
}

/** Rows of a table. */
export function rowsIn(path: string, table: 'family' | 'audit'): number {
  return read(path, (db) => (db.prepare(`select count(*) as rows from ${table}`).get() as { rows: number }).rows);
}

/** A number that the database keeps of itself. */
export function valueIn(path: string, name: 'restore_epoch'): number {
  return read(path, (db) => (db.prepare('select value from meta where name = ?').get(name) as { value: number }).value);
}

/** Audit events of a kind and cause. */
export function eventsIn(path: string, kind: string, cause: string): number {
  const sql = 'select count(*) as rows from audit where kind = ? and cause = ?';
  return read(path, (db) => (db.prepare(sql).get(kind, cause) as { rows: number }).rows);
}

function read<Result>(path: string, work: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(path);
  try {
    return work(db);
  } finally {
    db.close();
  }
}
