import type { TokenSet } from './token-set.ts';

/** The end of a session in sight. */
export interface SessionEnd {
  /** Server time. */
  endsAtMs: number;
  /** Whether renewing now moves the end. */
  canExtend: boolean;
}

/** When the session ends if nobody does anything; `undefined` when it never does, or the server does not say. */
export function sessionEnd({ refreshToken, refreshExpiresAtMs, sessionExpiresAtMs }: TokenSet): SessionEnd | undefined {
  if (refreshToken === undefined) return undefined;
  const endsAtMs = Math.min(refreshExpiresAtMs ?? Infinity, sessionExpiresAtMs ?? Infinity);
  if (endsAtMs === Infinity) return undefined;
  return { endsAtMs, canExtend: sessionExpiresAtMs === undefined || endsAtMs < sessionExpiresAtMs };
}
