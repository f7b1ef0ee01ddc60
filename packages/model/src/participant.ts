import type { ClientId, SessionId } from '@ostiary/wire';

/** A client that took part in a session and is to be told when it ends (OpenID Connect Back-Channel Logout 1.0). */
export interface Participant {
  sessionId: SessionId;
  clientId: ClientId;
  joinedAtMs: number;
  /** When the session ended; absent while it lives. */
  endedAtMs?: number;
  /** When the client is to be told next; whoever is telling it has until then. Absent while the session lives. */
  dueAtMs?: number;
  /** How often it was begun to tell the client. */
  attempts: number;
}

/** A participant of a session that ended, claimed until `dueAtMs` by whoever tells it. */
export type LogoutNotice = Required<Participant>;
