import type { Insertion, LogoutNotice, Participant } from '@ostiary/model';
import type { Participants } from '@ostiary/storage';
import type { ClientId, SessionId } from '@ostiary/wire';
import { idBlob, idText, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type ParticipantRow = {
  session: Uint8Array;
  clientId: ClientId;
  joinedAtMs: number;
  endedAtMs: number | null;
  dueAtMs: number | null;
  attempts: number;
};

const columns = `
  p.session, c.client_id as clientId, p.joined_at as joinedAtMs, p.ended_at as endedAtMs, p.due_at as dueAtMs, p.attempts
  from participant p join client c on c.id = p.client`;
const clientOf = '(select id from client where client_id = ?)';

/** Clients to be told when a session ends: the port, and what plans do to them. Triggers make them due. */
export class ParticipantTable implements Participants {
  readonly #db: Database;
  readonly #find: Statement<ParticipantRow>;
  readonly #due: Statement<ParticipantRow>;
  readonly #insert: Statement<never>;
  readonly #claim: Statement<never>;
  readonly #postpone: Statement<never>;
  readonly #settle: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare(`select ${columns} where p.session = ? and c.client_id = ?`);
    this.#due = db.prepare(`select ${columns} where p.due_at <= ? order by p.due_at limit ?`);
    this.#insert = db.prepare(`
      insert into participant (session, client, joined_at, attempts) values (?, ${clientOf}, ?, 0) on conflict do nothing`);
    this.#claim = db.prepare(`
      update participant set due_at = ?, attempts = attempts + 1 where session = ? and client = ${clientOf}`);
    this.#postpone = db.prepare(`
      update participant set due_at = ? where session = ? and client = ${clientOf} and due_at = ? and attempts = ?`);
    this.#settle = db.prepare(`delete from participant where session = ? and client = ${clientOf}`);
  }

  async find(sessionId: SessionId, clientId: ClientId): Promise<Participant | undefined> {
    const row = this.#find.get(soughtId('session', sessionId), clientId);
    return row && participantOf(row);
  }

  async claim(nowMs: number, untilMs: number, limit: number): Promise<LogoutNotice[]> {
    // Whoever only looks does not wait for those who write.
    if (this.#due.get(nowMs, 1) === undefined) return [];
    return this.#db.transaction(() =>
      this.#due.all(nowMs, limit).map((row) => {
        this.#claim.run(untilMs, row.session, row.clientId);
        const endedAtMs = row.endedAtMs ?? nowMs;
        return { ...participantOf(row), endedAtMs, dueAtMs: untilMs, attempts: row.attempts + 1 };
      }),
    );
  }

  async postpone({ sessionId, clientId, dueAtMs: claimedMs, attempts }: LogoutNotice, dueAtMs: number): Promise<void> {
    this.#postpone.run(dueAtMs, idBlob('session', sessionId), clientId, claimedMs, attempts);
  }

  async settle({ sessionId, clientId }: LogoutNotice): Promise<void> {
    this.#settle.run(idBlob('session', sessionId), clientId);
  }

  insert({ sessionId, clientId, joinedAtMs }: (Insertion & { kind: 'participant' })['row']): void {
    this.#insert.run(idBlob('session', sessionId), clientId, joinedAtMs);
  }
}

function participantOf({ session, endedAtMs, dueAtMs, ...row }: ParticipantRow): Participant {
  return {
    sessionId: idText('session', session),
    ...row,
    ...(endedAtMs !== null && { endedAtMs }),
    ...(dueAtMs !== null && { dueAtMs }),
  };
}
