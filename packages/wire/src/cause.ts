/** Why a session or a family ended: the closed list that users, operators and developers read. */
export const causes = [
  'signed_out',
  'signed_out_everywhere',
  'session_replaced',
  'device_removed',
  'consent_withdrawn',
  'consent_changed',
  'permission_removed',
  'user_disabled',
  'client_disabled',
  'reuse_detected',
  'code_replayed',
  'idle_expired',
  'absolute_expired',
  'superseded',
  'revoked_by_client',
  'exhausted',
  'history_lost',
] as const;
export type Cause = (typeof causes)[number];
