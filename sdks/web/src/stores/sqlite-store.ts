import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { SessionStore, StoredEntry, VersionedEntry } from './session-store.ts';

const writesBetweenSweeps = 256;

/** For apps that make their tables themselves. `sqliteStore` makes these where they are missing. */
export const sqliteTables = `
create table if not exists ostiary_sessions (
  key text primary key, version integer not null, value text not null, expires_at_ms integer not null
) strict, without rowid;
create index if not exists ostiary_sessions_by_end on ostiary_sessions (expires_at_ms);
create table if not exists ostiary_session_tags (
  tag text not null, key text not null, primary key (tag, key)
) strict, without rowid;
create index if not exists ostiary_session_tags_by_key on ostiary_session_tags (key);`;

/**
 * Sessions in a database of the app's: processes of one machine share it. Every call is one statement or one transaction, and
 * none waits for anything but the file.
 *
 * @param database opened by the app with `node:sqlite`; with several processes, in WAL mode and with a `timeout`
 */
export function sqliteStore(database: DatabaseSync, { now = Date.now }: { now?: () => number } = {}): SessionStore {
  database.exec(sqliteTables);
  const run = (sql: string, ...values: SQLInputValue[]) => Number(database.prepare(sql).run(...values).changes);
  let writes = 0;
  const sweep = () => {
    writes += 1;
    if (writes % writesBetweenSweeps !== 0) return;
    run('delete from ostiary_sessions where expires_at_ms <= ?', now());
    run('delete from ostiary_session_tags where key not in (select key from ostiary_sessions)');
  };
  const write = (key: string, seen: number, { value, expiresAtMs, tags }: StoredEntry) => {
    const changed =
      seen === 0
        ? run(insertSql, key, value, expiresAtMs, now())
        : run(updateSql, value, expiresAtMs, key, seen, now());
    if (changed === 0) return false;
    for (const tag of tags) run('insert or ignore into ostiary_session_tags (tag, key) values (?, ?)', tag, key);
    return true;
  };
  return {
    async read(key) {
      const row = database.prepare(readSql).get(key, now());
      return row && ({ ...row, tags: JSON.parse(String(row['tags'])) } as unknown as VersionedEntry);
    },
    async replace(key, seen, entry) {
      const isWritten = atOnce(database, () => write(key, seen, entry));
      sweep();
      return isWritten;
    },
    touch: async (key, expiresAtMs) =>
      void run(
        'update ostiary_sessions set expires_at_ms = ? where key = ? and expires_at_ms > ?',
        expiresAtMs,
        key,
        now(),
      ),
    remove: async (key) =>
      atOnce(database, () => {
        run('delete from ostiary_sessions where key = ?', key);
        run('delete from ostiary_session_tags where key = ?', key);
      }),
    removeTagged: async (tag) =>
      atOnce(database, () => {
        const removed = run(
          `delete from ostiary_sessions where expires_at_ms > ? and key in (${taggedSql})`,
          now(),
          tag,
        );
        run('delete from ostiary_session_tags where tag = ?', tag);
        return removed;
      }),
  };
}

const taggedSql = 'select key from ostiary_session_tags where tag = ?';
const readSql = `select version, value, expires_at_ms as expiresAtMs,
  (select json_group_array(tag) from ostiary_session_tags t where t.key = s.key) as tags
  from ostiary_sessions s where key = ? and expires_at_ms > ?`;
const insertSql = `insert into ostiary_sessions (key, version, value, expires_at_ms) values (?, 1, ?, ?)
  on conflict (key) do update set version = 1, value = excluded.value, expires_at_ms = excluded.expires_at_ms
  where ostiary_sessions.expires_at_ms <= ?`;
const updateSql = `update ostiary_sessions set version = version + 1, value = ?, expires_at_ms = ?
  where key = ? and version = ? and expires_at_ms > ?`;

/** All or nothing, also inside a transaction of the app's. */
function atOnce<Value>(database: DatabaseSync, work: () => Value): Value {
  const [begin, commit, undo] = database.isTransaction
    ? ['savepoint ostiary', 'release ostiary', 'rollback to ostiary; release ostiary']
    : ['begin immediate', 'commit', 'rollback'];
  database.exec(begin);
  try {
    const value = work();
    database.exec(commit);
    return value;
  } catch (fault) {
    database.exec(undo);
    throw fault;
  }
}
