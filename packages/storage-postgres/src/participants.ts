import type { LogoutNotice, Participant } from '@ostiary/model';
import type { Participants } from '@ostiary/storage';
import type { ClientId, SessionId } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import type { Value } from './statement.ts';
import { clientKey, idText, soughtUuid, uuidOf } from './values.ts';

type ParticipantRow = {
  sessionId: string;
  clientId: ClientId;
  joinedAtMs: number;
  endedAtMs: number | null;
  dueAtMs: number | null;
  attempts: number;
};

const columns = `
  p.session_id as "sessionId", c.client_id as "clientId", p.joined_at as "joinedAtMs", p.ended_at as "endedAtMs",
  p.due_at as "dueAtMs", p.attempts`;
const find = statement<ParticipantRow>(
  'participant_find',
  `select ${columns} from participant p join client c on c.key = p.client where p.session_id = $1 and p.client = $2`,
);
/** Looks and takes no lock. */
const isDue = statement<{ sessionId: string }>(
  'participant_is_due',
  'select session_id as "sessionId" from participant where due_at <= $1 limit 1',
);
/** Whoever comes second waits for the rows, and finds that they are due no more. */
const claim = statement<ParticipantRow>(
  'participant_claim',
  `update participant p set due_at = $2, attempts = p.attempts + 1
  from client c
  where c.key = p.client and p.due_at <= $1 and (p.session_id, p.client) in (
    select session_id, client from participant where due_at <= $1
    order by due_at, session_id, client limit $3 for update)
  returning ${columns}`,
);
const postpone = statement(
  'participant_postpone',
  'update participant set due_at = $3 where session_id = $1 and client = $2 and due_at = $4 and attempts = $5',
);
const settle = statement('participant_settle', 'delete from participant where session_id = $1 and client = $2');

/** Clients to be told when a session ends. */
export class ParticipantTable implements Participants {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async find(sessionId: SessionId, clientId: ClientId): Promise<Participant | undefined> {
    const uuid = soughtUuid('session', sessionId);
    if (uuid === undefined) return undefined;
    const [row] = await this.#operations.query(find, [uuid, clientKey(clientId)]);
    return row && participantOf(row);
  }

  async claim(nowMs: number, untilMs: number, limit: number): Promise<LogoutNotice[]> {
    if ((await this.#operations.query(isDue, [String(nowMs)])).length === 0) return [];
    const rows = await this.#operations.query(claim, [String(nowMs), String(untilMs), String(limit)]);
    const notices = rows.map((row) => ({ endedAtMs: nowMs, dueAtMs: untilMs, ...participantOf(row) }));
    return notices.toSorted((a, b) => a.endedAtMs - b.endedAtMs);
  }

  async postpone(notice: LogoutNotice, dueAtMs: number): Promise<void> {
    const claimed = [String(notice.dueAtMs), String(notice.attempts)];
    await this.#operations.query(postpone, [...keyOf(notice), String(dueAtMs), ...claimed]);
  }

  async settle(notice: LogoutNotice): Promise<void> {
    await this.#operations.query(settle, keyOf(notice));
  }
}

function keyOf({ sessionId, clientId }: LogoutNotice): Value[] {
  return [uuidOf('session', sessionId), clientKey(clientId)];
}

function participantOf({ sessionId, endedAtMs, dueAtMs, ...row }: ParticipantRow): Participant {
  return {
    sessionId: idText('session', sessionId),
    ...row,
    ...(endedAtMs !== null && { endedAtMs }),
    ...(dueAtMs !== null && { dueAtMs }),
  };
}
