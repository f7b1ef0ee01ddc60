import type { Family, Session } from '@ostiary/model';
import { draft, type PlanDraft } from './decision.ts';

const cause = 'history_lost';

/** What still lives in a state that went back in time. */
export interface LivingBefore {
  sessions: readonly Pick<Session, 'id' | 'userId' | 'deviceId'>[];
  families: readonly Pick<Family, 'id' | 'userId' | 'clientId' | 'deviceId'>[];
}

/** Ends all of it, each with an event, so that every user reads why they sign in again. */
export function planEndOfLostHistory({ sessions, families }: LivingBefore, nowMs: number): PlanDraft {
  return draft({
    ends: [
      ...sessions.map(({ id }) => ({ kind: 'session', id, cause, atMs: nowMs }) as const),
      ...families.map(({ id }) => ({ kind: 'family', id, cause, atMs: nowMs }) as const),
    ],
    events: [
      ...sessions.map(
        ({ id, userId, deviceId }) => ({ kind: 'session_ended', userId, deviceId, sessionId: id, cause }) as const,
      ),
      ...families.map(
        ({ id, userId, clientId, deviceId }) =>
          ({ kind: 'family_ended', userId, clientId, deviceId, familyId: id, cause }) as const,
      ),
    ],
  });
}
