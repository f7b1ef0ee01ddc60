import { DatabaseSync } from 'node:sqlite';
import { visible } from '../grant.ts';
import { columnsOf, grantOf } from './grant-row.ts';
import type { GrantRow } from './grant-row.ts';
import type { GrantStore } from './grant-store.ts';

/** A store with a file under it. */
export interface SqliteGrants extends GrantStore {
  close(): void;
}

const schema = `
  pragma journal_mode = wal;
  pragma synchronous = full;
  pragma busy_timeout = 5000;
  create table if not exists ostiary_grants (
    id text primary key,
    client_id text not null,
    subject text,
    state text not null,
    obtained_at_ms integer not null,
    due_at_ms integer,
    record text not null,
    fence integer not null,
    lease_owner text,
    lease_until_ms integer not null
  ) strict;
  create index if not exists ostiary_grants_due on ostiary_grants (client_id, due_at_ms) where due_at_ms is not null;
`;

/** Keeps grants in a file that the workers of one machine share. What is written is on the disk when it is acknowledged. */
export function openSqliteGrants({ path }: { path: string }): SqliteGrants {
  const database = new DatabaseSync(path);
  // Before all else: opening the same new file twice at once is waiting, not an error.
  database.exec('pragma busy_timeout = 5000');
  database.exec(schema);
  const { put, read, list, claimOne, claimDue, nextDue, hold, release, remove } = prepare(database);
  const grants = (rows: unknown[]) => rows.map((row) => grantOf(row as GrantRow));
  return {
    put: async (grant) => put.run({ ...columnsOf(grant) }).changes === 1,
    read: async (id) => grants(read.all(id))[0],
    list: async (clientId) => grants(list.all(clientId)).map(visible),
    claim: async (what, { owner, nowMs, untilMs }) => {
      const lease = { owner, nowMs, untilMs };
      return grants('id' in what ? claimOne.all({ ...lease, ...what }) : claimDue.all({ ...lease, ...what }));
    },
    nextDueMs: async (clientId) => (nextDue.get(clientId) as { due: number | null }).due ?? undefined,
    async save(grant, lease) {
      const { id, subject, state, obtainedAtMs, dueAtMs, record } = columnsOf(grant);
      const values = { id, subject, state, obtainedAtMs, dueAtMs, record, fence: grant.fence };
      return (lease === 'hold' ? hold : release).run(values).changes === 1;
    },
    remove: async ({ id, fence }) => remove.run(id, fence).changes === 1,
    close: () => database.close(),
  };
}

function prepare(database: DatabaseSync) {
  return {
    put: database.prepare(`
      insert into ostiary_grants values (:id, :clientId, :subject, :state, :obtainedAtMs, :dueAtMs, :record, 1, null, 0)
      on conflict (id) do update set client_id = excluded.client_id, subject = excluded.subject, state = excluded.state,
        obtained_at_ms = excluded.obtained_at_ms, due_at_ms = excluded.due_at_ms, record = excluded.record,
        fence = ostiary_grants.fence + 1, lease_owner = null, lease_until_ms = 0
      where ostiary_grants.state <> 'active' or ostiary_grants.obtained_at_ms <= excluded.obtained_at_ms`),
    read: database.prepare('select record, fence from ostiary_grants where id = ?'),
    list: database.prepare('select record, fence from ostiary_grants where client_id = ? order by id'),
    claimOne: database.prepare(`
      update ostiary_grants set lease_owner = :owner, lease_until_ms = :untilMs, fence = fence + 1
      where id = :id and lease_until_ms <= :nowMs returning record, fence`),
    claimDue: database.prepare(`
      update ostiary_grants set lease_owner = :owner, lease_until_ms = :untilMs, fence = fence + 1
      where id in (
        select id from ostiary_grants where client_id = :dueOf and due_at_ms <= :nowMs and lease_until_ms <= :nowMs
        order by due_at_ms limit :limit
      ) returning record, fence`),
    nextDue: database.prepare(
      'select min(max(due_at_ms, lease_until_ms)) as due from ostiary_grants where client_id = ? and due_at_ms is not null',
    ),
    hold: database.prepare(`
      update ostiary_grants set subject = :subject, state = :state, obtained_at_ms = :obtainedAtMs, due_at_ms = :dueAtMs,
        record = :record
      where id = :id and fence = :fence`),
    release: database.prepare(`
      update ostiary_grants set subject = :subject, state = :state, obtained_at_ms = :obtainedAtMs, due_at_ms = :dueAtMs,
        record = :record, lease_owner = null, lease_until_ms = 0
      where id = :id and fence = :fence`),
    remove: database.prepare('delete from ostiary_grants where id = ? and fence = ?'),
  };
}
