import type { AuditEvent, AuditKind } from '@ostiary/model';
import type { Audit } from '@ostiary/storage';
import type { Cause, ClientId, FamilyId, UserId } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { idText, soughtUuid } from './values.ts';

export type AuditRow = {
  id: string;
  atMs: number;
  kind: AuditKind;
  userId: string | null;
  clientId: ClientId | null;
  deviceId: string | null;
  sessionId: string | null;
  familyId: string | null;
  cause: Cause | null;
  reason: string | null;
  correlationId: string | null;
};

const columns = `
  select id, at as "atMs", kind, user_id as "userId", client_id as "clientId", device_id as "deviceId",
    session_id as "sessionId", family_id as "familyId", cause, reason, correlation_id as "correlationId"
  from audit`;
const listByUser = statement<AuditRow>(
  'audit_list_by_user',
  `${columns} where user_id = $1 order by audit.place desc limit $2`,
);
const listByFamily = statement<AuditRow>(
  'audit_list_by_family',
  `${columns} where family_id = $1 order by audit.place desc limit $2`,
);
const listRecent = statement<AuditRow>('audit_list_recent', `${columns} order by audit.place desc limit $1`);

/** Reads of the audit log. */
export class AuditReads implements Audit {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async listByUser(userId: UserId, limit: number): Promise<AuditEvent[]> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined) return [];
    return (await this.#operations.query(listByUser, [uuid, String(limit)])).map(eventOf);
  }

  async listByFamily(familyId: FamilyId, limit: number): Promise<AuditEvent[]> {
    const uuid = soughtUuid('family', familyId);
    if (uuid === undefined) return [];
    return (await this.#operations.query(listByFamily, [uuid, String(limit)])).map(eventOf);
  }

  async listRecent(limit: number): Promise<AuditEvent[]> {
    return (await this.#operations.query(listRecent, [String(limit)])).map(eventOf);
  }
}

export function eventOf(row: AuditRow): AuditEvent {
  const event: AuditEvent = { id: idText('event', row.id), atMs: row.atMs, kind: row.kind };
  if (row.userId !== null) event.userId = idText('user', row.userId);
  if (row.clientId !== null) event.clientId = row.clientId;
  if (row.deviceId !== null) event.deviceId = idText('device', row.deviceId);
  if (row.sessionId !== null) event.sessionId = idText('session', row.sessionId);
  if (row.familyId !== null) event.familyId = idText('family', row.familyId);
  if (row.cause !== null) event.cause = row.cause;
  if (row.reason !== null) event.reason = row.reason;
  if (row.correlationId !== null) event.correlationId = row.correlationId;
  return event;
}
