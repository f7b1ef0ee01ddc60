import type { SessionStore, VersionedEntry } from './session-store.ts';

/** The part of a pool of `pg` that is used; whatever speaks like it will do. */
export interface Queryable {
  query(text: string, values?: unknown[]): Promise<{ rowCount: number | null; rows: Array<Record<string, unknown>> }>;
}

/** For apps that make their tables themselves. `postgresStore` makes it where it is missing. */
export const postgresTable = `
create table if not exists ostiary_sessions (
  key text primary key, version integer not null, value text not null, expires_at_ms bigint not null, tags text[] not null
);
create index if not exists ostiary_sessions_by_end on ostiary_sessions (expires_at_ms);
create index if not exists ostiary_sessions_by_tag on ostiary_sessions using gin (tags);`;

const writesBetweenSweeps = 256;
/** Two processes may make the same table at once; then it is there. */
const isThere = new Set(['23505', '42P07', '42710']);

/**
 * Sessions in PostgreSQL: any number of machines share it. Every call is one statement, which commits by itself.
 *
 * @param pool `new Pool()` of `pg`, opened and closed by the app
 */
export function postgresStore(pool: Queryable, { now = Date.now }: { now?: () => number } = {}): SessionStore {
  let making: Promise<void> | undefined;
  const ready = () =>
    (making ??= makeTable(pool).catch((fault: unknown) => {
      making = undefined;
      throw fault;
    }));
  const run = async (text: string, values: unknown[]) => {
    await ready();
    return pool.query(text, values);
  };
  let writes = 0;
  const sweep = async () => {
    writes += 1;
    if (writes % writesBetweenSweeps === 0)
      await run('delete from ostiary_sessions where expires_at_ms <= $1', [now()]);
  };
  return {
    async read(key) {
      const { rows } = await run(readSql, [key, now()]);
      const [row] = rows;
      return row && ({ ...row, expiresAtMs: Number(row['expiresAtMs']) } as unknown as VersionedEntry);
    },
    async replace(key, seen, { value, expiresAtMs, tags }) {
      const values = [key, value, expiresAtMs, tags, now()];
      const { rowCount } = await (seen === 0 ? run(insertSql, values) : run(updateSql, [...values, seen]));
      await sweep();
      return rowCount === 1;
    },
    touch: async (key, expiresAtMs) =>
      void (await run('update ostiary_sessions set expires_at_ms = $2 where key = $1 and expires_at_ms > $3', [
        key,
        expiresAtMs,
        now(),
      ])),
    remove: async (key) => void (await run('delete from ostiary_sessions where key = $1', [key])),
    async removeTagged(tag) {
      const { rowCount } = await run(
        'delete from ostiary_sessions where tags @> array[$1]::text[] and expires_at_ms > $2',
        [tag, now()],
      );
      return rowCount ?? 0;
    },
  };
}

async function makeTable(pool: Queryable): Promise<void> {
  for (const statement of postgresTable.split(';').filter((text) => text.trim() !== '')) {
    await pool.query(statement).catch((fault: unknown) => {
      const code = typeof fault === 'object' && fault !== null && 'code' in fault ? String(fault.code) : '';
      if (!isThere.has(code)) throw fault;
    });
  }
}

const readSql = `select version, value, expires_at_ms as "expiresAtMs", tags from ostiary_sessions
  where key = $1 and expires_at_ms > $2`;
const insertSql = `insert into ostiary_sessions (key, version, value, expires_at_ms, tags) values ($1, 1, $2, $3, $4)
  on conflict (key) do update
  set version = 1, value = excluded.value, expires_at_ms = excluded.expires_at_ms, tags = excluded.tags
  where ostiary_sessions.expires_at_ms <= $5`;
const updateSql = `update ostiary_sessions set version = version + 1, value = $2, expires_at_ms = $3, tags = $4
  where key = $1 and version = $6 and expires_at_ms > $5`;
