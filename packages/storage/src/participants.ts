import type { LogoutNotice, Participant } from '@ostiary/model';
import type { ClientId, SessionId } from '@ostiary/wire';

/** Clients to be told when a session ends. They join by `commit`, which also makes them due with the end of their session. */
export interface Participants {
  find(sessionId: SessionId, clientId: ClientId): Promise<Participant | undefined>;
  /**
   * Takes those that are due, at most `limit`, the longest due first, and counts an attempt for each: until `untilMs` nobody else
   * gets them. Atomic across nodes: of callers at once one takes each. Cheap when nothing is due.
   */
  claim(nowMs: number, untilMs: number, limit: number): Promise<LogoutNotice[]>;
  /** Makes a claimed one due at another time. Changes nothing when the claim was over and somebody else took it. */
  postpone(notice: LogoutNotice, dueAtMs: number): Promise<void>;
  /** It is done with. */
  settle(notice: LogoutNotice): Promise<void>;
}
