import type { SessionRecord, Verdict } from '@ostiary/session';

export interface Failed {
  kind: 'failed';
  verdict: Exclude<Verdict, { kind: 'tokens' }>;
}
export type Redeemed = { kind: 'record'; record: SessionRecord } | Failed;
/** What came of a renewal. `again`: the store has moved on meanwhile; look at it anew. */
export type Outcome = Redeemed | { kind: 'again' };
