import type { Session } from '@ostiary/model';
import { draft, type PlanDraft } from '../decision.ts';

/** Ends a session and the families bound to it; offline families live on (OpenID Connect Back-Channel Logout 1.0 section 2.7). */
export function planSignOut({ id: sessionId, userId, deviceId }: Session, nowMs: number): PlanDraft {
  const cause = 'signed_out';
  return draft({
    ends: [
      { kind: 'session', id: sessionId, cause, atMs: nowMs },
      { kind: 'families', of: { userId, sessionId, boundTo: 'session' }, cause, atMs: nowMs },
    ],
    events: [{ kind: 'session_ended', userId, deviceId, sessionId, cause }],
  });
}
