import type { AuditEvent } from '@ostiary/model';
import type { FamilyId, UserId } from '@ostiary/wire';

/** Reads the audit log. Events are written by `commit`, with the change they tell of. */
export interface Audit {
  /** Newest first. */
  listByUser(userId: UserId, limit: number): Promise<AuditEvent[]>;
  listByFamily(familyId: FamilyId, limit: number): Promise<AuditEvent[]>;
  /** Newest first, of everybody. */
  listRecent(limit: number): Promise<AuditEvent[]>;
}
