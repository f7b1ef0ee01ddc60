import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { Database } from '../database.ts';
import { appliedMigrations } from '../migrate.ts';
import { migrations } from '../open.ts';

/** What a database file holds, after it was found whole. */
export interface DatabaseContents {
  users: number;
  /** Sign-ins that stand. */
  sessions: number;
  /** Refresh token families that stand. */
  families: number;
  events: number;
  bytes: number;
}

/**
 * Looks at a file that nobody else has open, from its header to its last page. Throws when it is no database of Ostiary, when
 * a newer version wrote it, or when it is damaged.
 */
export function readContents(path: string): DatabaseContents {
  const handle = new DatabaseSync(path, { readOnly: true });
  try {
    const db = new Database(handle);
    assertOstiary(db, path);
    assertWhole(db, path);
    const counts = db.prepare<Omit<DatabaseContents, 'bytes'>>(`
      select (select count(*) from user) as users,
        (select count(*) from session where ended_at is null) as sessions,
        (select count(*) from family where ended_at is null) as families,
        (select count(*) from audit) as events`);
    return { ...(counts.get() ?? empty), bytes: statSync(path).size };
  } finally {
    handle.close();
  }
}

const empty = { users: 0, sessions: 0, families: 0, events: 0 };

function assertOstiary(db: Database, path: string): void {
  const known = db.prepare(
    "select name from sqlite_schema where type = 'table' and name in ('migration', 'meta', 'family')",
  );
  if (known.all().length < 3 || appliedMigrations(db, migrations) === 0)
    throw new Error(`${path} is not a database of Ostiary`);
}

function assertWhole(db: Database, path: string): void {
  const found = db.prepare<{ integrity_check: string }>('pragma integrity_check(1)').get()?.integrity_check;
  if (found !== 'ok') throw new Error(`${path} is damaged: ${found ?? 'it cannot be read'}`);
}
