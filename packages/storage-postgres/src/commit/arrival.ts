import type { CommitResult, Plan } from '@ostiary/model';
import type { Need } from './needs.ts';

/** A plan that waits to be committed, with what was found out about it when it came. */
export interface Arrival {
  plan: Plan;
  needs: Need[];
  /** Of its events in the audit log: drawn once, so that a second attempt is recognised. */
  places: readonly string[];
}

/** What became of a plan; `failed`: it cannot be stored, or nothing can be said about it. */
export type Outcome = CommitResult | { kind: 'failed'; error: unknown };
