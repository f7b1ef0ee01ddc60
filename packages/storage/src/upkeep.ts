import type { Family, Session } from '@ostiary/model';

/** Housekeeping of one store. */
export interface Upkeep {
  /**
   * Removes at most `limit` rows that nothing needs any more and says how many went: interactions and one-time values past
   * their expiry, codes a day after theirs, revoked access tokens past their expiry, families 30 days after their end or
   * after their expiry by their own limits, sessions with their participants 30 days after their end or after their expiry by the
   * limits given.
   * Does nothing when the clock leapt more than an hour since the last run. One run looks at a part of a large table, so
   * that it stays short; the next goes on behind it. Audit events are kept. Rates that are full again and nodes not seen for
   * a day go too. Several nodes may call it at once.
   */
  removeExpired(nowMs: number, limit: number, sessionLimits?: SessionLimits): Promise<number>;
  /** Part of every refresh token's tag; raised by a restore, so that no token from before comes back to life. */
  restoreEpoch(): Promise<number>;
  /** Raises it: every refresh token made before is unknown from now on. At least the seconds of `nowMs`, and always higher. */
  raiseRestoreEpoch(nowMs: number): Promise<number>;
  /** What lives of all users and was born until then, at most `limit` of each kind: a loss of history ends it, step by step. */
  listLiving(bornUntilMs: number, limit: number): Promise<Living>;
  /** Removes at most `limit` codes and pages in progress, whatever their state, and says how many: they never come back. */
  removePending(limit: number): Promise<number>;
}

export interface Living {
  sessions: Pick<Session, 'id' | 'userId' | 'deviceId'>[];
  families: Pick<Family, 'id' | 'userId' | 'clientId' | 'deviceId'>[];
}

/** How long sessions live, by configuration. Absent = never ends by itself. */
export interface SessionLimits {
  idleSeconds?: number;
  absoluteSeconds?: number;
}
