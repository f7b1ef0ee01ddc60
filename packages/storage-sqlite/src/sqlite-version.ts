import type { Database } from './database.ts';

/** Before this version a checkpoint could race with a reset of the write-ahead log and corrupt the file. */
const oldestSafe = '3.51.3';

export function assertSafeSqlite(db: Database): void {
  const version = db.prepare<{ version: string }>('select sqlite_version() as version').get()?.version ?? '0';
  if (isOlder(version, oldestSafe)) {
    throw new Error(`SQLite ${version} is too old: ${oldestSafe} or newer is needed (update Node.js)`);
  }
}

/** Compares dotted versions number by number. */
export function isOlder(version: string, than: string): boolean {
  const parts = version.split('.').map(Number);
  const limits = than.split('.').map(Number);
  const at = limits.findIndex((limit, index) => (parts[index] ?? 0) !== limit);
  return at >= 0 && (parts[at] ?? 0) < (limits[at] ?? 0);
}
