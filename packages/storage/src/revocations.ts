import type { Ended } from '@ostiary/model';

/** What ended, read from the rows that ended: whoever writes an ending cannot forget to publish it. */
export interface Revocations {
  /**
   * Everything committed before the call that was noted as ended at `sinceMs` or later, in any order, `limit` rows at most. Times
   * are noted before the commit: a commit that is late brings rows with a time that was asked for already.
   */
  endedSince(sinceMs: number, limit: number): Promise<Ended[]>;
}
