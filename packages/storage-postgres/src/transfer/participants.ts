import type { TransferRows } from '@ostiary/storage';
import type { ClientId, SessionId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { arrayOf, clientKey, uuidOf } from '../values.ts';

const put = statement(
  'transfer_participants',
  `insert into participant (session_id, client, joined_at, ended_at, due_at, attempts)
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[])
  on conflict (session_id, client) do update set ended_at = excluded.ended_at, due_at = excluded.due_at,
    attempts = excluded.attempts`,
);

export function putParticipants(rows: readonly TransferRows['participant'][]): Call {
  return {
    statement: put,
    values: [
      arrayOf(rows.map((row) => uuidOf('session', row.sessionId))),
      arrayOf(rows.map((row) => clientKey(row.clientId))),
      arrayOf(rows.map((row) => row.joinedAtMs)),
      arrayOf(rows.map((row) => row.endedAtMs ?? null)),
      arrayOf(rows.map((row) => row.dueAtMs ?? null)),
      arrayOf(rows.map((row) => row.attempts)),
    ],
  };
}

/** The session's id has no space; a client's may. */
export function participantKey(key: string): [SessionId, ClientId] {
  const end = key.indexOf(' ');
  return [key.slice(0, end) as SessionId, key.slice(end + 1) as ClientId];
}
