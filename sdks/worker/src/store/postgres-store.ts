import { visible } from '../grant.ts';
import { columnsOf, grantOf } from './grant-row.ts';
import type { GrantRow } from './grant-row.ts';
import type { GrantStore } from './grant-store.ts';

/** What the store needs of a pool: `new Pool()` of `pg`, or anything with the same `query`. */
export interface QueryPool {
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[]; rowCount: number | null }>;
}

/** The table, for who makes tables with other rights than a worker has. */
export const postgresGrantsSchema = `
  create table if not exists ostiary_grants (
    id text primary key,
    client_id text not null,
    subject text,
    state text not null,
    obtained_at_ms bigint not null,
    due_at_ms bigint,
    record text not null,
    fence bigint not null,
    lease_owner text,
    lease_until_ms bigint not null
  );
  create index if not exists ostiary_grants_due on ostiary_grants (client_id, due_at_ms) where due_at_ms is not null;
`;

/** Keeps grants in PostgreSQL, for workers on many machines. The pool stays the caller's, who also closes it. */
export function postgresGrants(pool: QueryPool): GrantStore {
  const grants = async (text: string, values: unknown[]) => {
    const { rows } = await pool.query(text, values);
    return rows.map((row) => grantOf(row as GrantRow));
  };
  const changes = async (text: string, values: unknown[]) => (await pool.query(text, values)).rowCount === 1;
  return {
    put(grant) {
      const { id, clientId, subject, state, obtainedAtMs, dueAtMs, record } = columnsOf(grant);
      return changes(put, [id, clientId, subject, state, obtainedAtMs, dueAtMs, record]);
    },
    read: async (id) => (await grants('select record, fence from ostiary_grants where id = $1', [id]))[0],
    list: async (clientId) => (await grants(list, [clientId])).map(visible),
    claim: (what, { owner, nowMs, untilMs }) =>
      'id' in what
        ? grants(claimOne, [owner, untilMs, nowMs, what.id])
        : grants(claimDue, [owner, untilMs, nowMs, what.dueOf, what.limit]),
    async nextDueMs(clientId) {
      const { rows } = await pool.query(nextDue, [clientId]);
      const [{ due }] = rows as [{ due: string | null }];
      return due === null ? undefined : Number(due);
    },
    save(grant, lease) {
      const { id, subject, state, obtainedAtMs, dueAtMs, record } = columnsOf(grant);
      const values = [id, grant.fence, subject, state, obtainedAtMs, dueAtMs, record];
      return changes(lease === 'hold' ? hold : release, values);
    },
    remove: ({ id, fence }) => changes('delete from ostiary_grants where id = $1 and fence = $2', [id, fence]),
  };
}

/** Makes the table where there is none. Several processes may do so at once. */
export async function createPostgresGrantsTable(pool: QueryPool): Promise<void> {
  // Of two that create a table at the same moment one may fail although both said "if not exists".
  await pool.query(postgresGrantsSchema).catch(() => pool.query(postgresGrantsSchema));
}

const put = `
  insert into ostiary_grants values ($1, $2, $3, $4, $5, $6, $7, 1, null, 0)
  on conflict (id) do update set client_id = excluded.client_id, subject = excluded.subject, state = excluded.state,
    obtained_at_ms = excluded.obtained_at_ms, due_at_ms = excluded.due_at_ms, record = excluded.record,
    fence = ostiary_grants.fence + 1, lease_owner = null, lease_until_ms = 0
  where ostiary_grants.state <> 'active' or ostiary_grants.obtained_at_ms <= excluded.obtained_at_ms`;
const list = 'select record, fence from ostiary_grants where client_id = $1 order by id';
const claimOne = `
  update ostiary_grants set lease_owner = $1, lease_until_ms = $2, fence = fence + 1
  where id = $4 and lease_until_ms <= $3 returning record, fence`;
// Who waited for another's lock looks at the lease once more.
const claimDue = `
  update ostiary_grants set lease_owner = $1, lease_until_ms = $2, fence = fence + 1
  where lease_until_ms <= $3 and id in (
    select id from ostiary_grants where client_id = $4 and due_at_ms <= $3 and lease_until_ms <= $3
    order by due_at_ms limit $5 for update skip locked
  ) returning record, fence`;
const nextDue = `
  select min(greatest(due_at_ms, lease_until_ms)) as due from ostiary_grants
  where client_id = $1 and due_at_ms is not null`;
const hold = `
  update ostiary_grants set subject = $3, state = $4, obtained_at_ms = $5, due_at_ms = $6, record = $7
  where id = $1 and fence = $2`;
const release = `
  update ostiary_grants set subject = $3, state = $4, obtained_at_ms = $5, due_at_ms = $6, record = $7,
    lease_owner = null, lease_until_ms = 0
  where id = $1 and fence = $2`;
