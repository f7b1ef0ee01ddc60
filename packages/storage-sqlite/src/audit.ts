import type { AuditEvent, AuditKind } from '@ostiary/model';
import type { Audit } from '@ostiary/storage';
import type { Cause, ClientId, FamilyId, IdKind, UserId } from '@ostiary/wire';
import { idBlob, idText, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type AuditRow = {
  id: Uint8Array;
  atMs: number;
  kind: AuditKind;
  userId: Uint8Array | null;
  clientId: ClientId | null;
  deviceId: Uint8Array | null;
  sessionId: Uint8Array | null;
  familyId: Uint8Array | null;
  cause: Cause | null;
  reason: string | null;
  correlationId: string | null;
};

const columns = `
  select public_id as id, at as atMs, kind, user as userId, client as clientId, device as deviceId, session as sessionId,
    family as familyId, cause, reason, correlation_id as correlationId
  from audit`;
const newestFirst = 'order by audit.id desc limit ?';

/** The audit log. Its rows are kept: triggers refuse to change or remove one. */
export class AuditTable implements Audit {
  readonly #listByUser: Statement<AuditRow>;
  readonly #listByFamily: Statement<AuditRow>;
  readonly #listRecent: Statement<AuditRow>;
  readonly #findPlace: Statement<AuditRow>;
  readonly #insert: Statement<never>;

  constructor(db: Database) {
    this.#listByUser = db.prepare(`${columns} where user = ? ${newestFirst}`);
    this.#listByFamily = db.prepare(`${columns} where family = ? ${newestFirst}`);
    this.#listRecent = db.prepare(`${columns} ${newestFirst}`);
    this.#findPlace = db.prepare(`${columns} where id = ?`);
    this.#insert = db.prepare(`
      insert into audit (public_id, at, kind, user, client, device, session, family, cause, reason, correlation_id)
      values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  }

  async listByUser(userId: UserId, limit: number): Promise<AuditEvent[]> {
    return this.#listByUser.all(soughtId('user', userId), limit).map(eventOf);
  }

  async listByFamily(familyId: FamilyId, limit: number): Promise<AuditEvent[]> {
    return this.#listByFamily.all(soughtId('family', familyId), limit).map(eventOf);
  }

  async listRecent(limit: number): Promise<AuditEvent[]> {
    return this.#listRecent.all(limit).map(eventOf);
  }

  /** By its place in the table, as a move of the whole log reads it. */
  async findPlace(place: number): Promise<AuditEvent | undefined> {
    const row = this.#findPlace.get(place);
    return row && eventOf(row);
  }

  append(event: AuditEvent): void {
    this.#insert.run(
      idBlob('event', event.id),
      event.atMs,
      event.kind,
      optionalId('user', event.userId),
      event.clientId ?? null,
      optionalId('device', event.deviceId),
      optionalId('session', event.sessionId),
      optionalId('family', event.familyId),
      event.cause ?? null,
      event.reason ?? null,
      event.correlationId ?? null,
    );
  }
}

function optionalId(kind: IdKind, id: string | undefined): Uint8Array | null {
  return id === undefined ? null : idBlob(kind, id);
}

function eventOf(row: AuditRow): AuditEvent {
  const event: AuditEvent = { id: idText('event', row.id), atMs: row.atMs, kind: row.kind };
  if (row.userId) event.userId = idText('user', row.userId);
  if (row.clientId !== null) event.clientId = row.clientId;
  if (row.deviceId) event.deviceId = idText('device', row.deviceId);
  if (row.sessionId) event.sessionId = idText('session', row.sessionId);
  if (row.familyId) event.familyId = idText('family', row.familyId);
  if (row.cause !== null) event.cause = row.cause;
  if (row.reason !== null) event.reason = row.reason;
  if (row.correlationId !== null) event.correlationId = row.correlationId;
  return event;
}
