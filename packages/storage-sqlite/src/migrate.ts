import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';

interface Migration {
  version: number;
  name: string;
  sql: string;
  checksum: string;
}

type AppliedRow = { version: number; name: string; checksum: string };

/**
 * Brings the schema up to date: applies the `.sql` files of `folder` that the database has not seen, in order, each in one
 * transaction with its record, so that a process killed half way leaves nothing half done and the next one goes on.
 * Throws when the database was written by a newer version, or when an applied migration reads differently now.
 */
export function migrate(db: Database, folder: string): void {
  db.exec(
    'create table if not exists migration (version integer primary key, name text not null, checksum text not null) strict',
  );
  const migrations = readMigrations(folder);
  if (isUpToDate(db, migrations)) return;
  for (const migration of migrations) {
    db.transaction(() => {
      // Under the write lock: another process may have applied it since.
      if (!applied(db, migrations).has(migration.version)) apply(db, migration);
    });
  }
}

/** How many of the migrations the database has. Throws as `migrate` does. */
export function appliedMigrations(db: Database, folder: string): number {
  return applied(db, readMigrations(folder)).size;
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.toSorted().map((name, index) => {
    const version = Number(name.slice(0, 4));
    if (version !== index + 1)
      throw new Error(`migration ${name} should begin with ${String(index + 1).padStart(4, '0')}`);
    const sql = readFileSync(join(folder, name), 'utf8');
    return { version, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

function isUpToDate(db: Database, migrations: Migration[]): boolean {
  return applied(db, migrations).size === migrations.length;
}

function applied(db: Database, migrations: Migration[]): Set<number> {
  const rows = db.prepare<AppliedRow>('select version, name, checksum from migration order by version').all();
  for (const row of rows) {
    const migration = migrations[row.version - 1];
    if (!migration) {
      throw new Error(
        `the database was written by a newer version of Ostiary: it has migration ${row.name}, ` +
          `this version knows ${migrations.length}. Run that version, or restore a backup from before the upgrade.`,
      );
    }
    if (migration.checksum !== row.checksum) {
      throw new Error(`migration ${row.name} was applied with other content than ${migration.name} has now`);
    }
  }
  return new Set(rows.map((row) => row.version));
}

function apply(db: Database, { version, name, sql, checksum }: Migration): void {
  db.exec(sql);
  db.prepare('insert into migration values (?, ?, ?)').run(version, name, checksum);
}
