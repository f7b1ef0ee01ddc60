import type { Cause, ClientId, DeviceId, EventId, FamilyId, SessionId, UserId } from '@ostiary/wire';

export type AuditKind =
  | 'user_created'
  | 'user_disabled'
  | 'user_enabled'
  | 'signed_out_everywhere'
  | 'session_started'
  | 'session_ended'
  /** A client was told that a session ended; is told later, for `reason`; was not told within a day. */
  | 'logout_delivered'
  | 'logout_delayed'
  | 'logout_undelivered'
  | 'device_seen'
  | 'device_removed'
  | 'consent_given'
  | 'consent_withdrawn'
  | 'family_born'
  | 'family_ended'
  | 'offline_access_not_granted'
  | 'client_disabled'
  | 'client_enabled'
  | 'sign_in_failed'
  | 'refused'
  | 'alarm'
  | 'key_rotated'
  /** The restore epoch was raised: by a restore, or by an operator after a loss of history. */
  | 'epoch_raised';

/** One recorded change or refusal. Never a token, a secret or a password. */
export interface AuditEvent {
  id: EventId;
  atMs: number;
  kind: AuditKind;
  userId?: UserId;
  clientId?: ClientId;
  deviceId?: DeviceId;
  sessionId?: SessionId;
  familyId?: FamilyId;
  cause?: Cause;
  /** The precise reason of a refusal or of a missing refresh token. */
  reason?: string;
  correlationId?: string;
}
