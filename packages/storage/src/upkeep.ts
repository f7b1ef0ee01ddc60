/** Housekeeping of one store. */
export interface Upkeep {
  /**
   * Removes at most `limit` rows that nothing needs any more and says how many went: interactions and one-time values past
   * their expiry, codes a day after theirs, revoked access tokens past their expiry, families and sessions 30 days after
   * their end or expiry. Does nothing when the clock leapt more than an hour since the last run.
   */
  removeExpired(nowMs: number, limit: number): Promise<number>;
  /** Part of every refresh token's tag; raised by a restore, so that no token from before comes back to life. */
  restoreEpoch(): Promise<number>;
}
