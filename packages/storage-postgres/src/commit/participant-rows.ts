import type { Participant } from '@ostiary/model';
import type { SessionId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { arrayOf, clientKey, uuidOf } from '../values.ts';

type Joining = Pick<Participant, 'sessionId' | 'clientId' | 'joinedAtMs'>;

const insert = statement(
  'participant_insert',
  `insert into participant (session_id, client, joined_at, attempts)
  select v.session_id, v.client, v.joined_at, 0
  from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as v (session_id, client, joined_at)
  on conflict (session_id, client) do nothing`,
);
/** Sessions that end are locked: nobody joins or ends one of them meanwhile. */
const makeDue = statement(
  'participant_make_due',
  `update participant set ended_at = v.ended_at, due_at = v.ended_at
  from unnest($1::uuid[], $2::bigint[]) as v (session_id, ended_at)
  where participant.session_id = v.session_id and participant.ended_at is null`,
);

/** Clients that join sessions by the plans of one batch. */
export class ParticipantRows {
  readonly #joining = new Map<string, Joining>();

  insert(row: Joining): void {
    const key = `${row.sessionId} ${row.clientId}`;
    if (!this.#joining.has(key)) this.#joining.set(key, row);
  }

  /** `ended`: sessions that the batch ends, with the time. */
  writes(ended: readonly (readonly [SessionId, number])[]): Call[] {
    const calls: Call[] = [];
    const rows = [...this.#joining].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
    if (rows.length > 0) {
      const values = [
        arrayOf(rows.map((row) => uuidOf('session', row.sessionId))),
        arrayOf(rows.map((row) => clientKey(row.clientId))),
        arrayOf(rows.map((row) => row.joinedAtMs)),
      ];
      calls.push({ statement: insert, values });
    }
    if (ended.length > 0) {
      const ids = arrayOf(ended.map(([id]) => uuidOf('session', id)));
      calls.push({ statement: makeDue, values: [ids, arrayOf(ended.map(([, atMs]) => atMs))] });
    }
    return calls;
  }
}
