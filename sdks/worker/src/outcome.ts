import type { TokenSet } from '@ostiary/session';
import { GrantError } from './grant-error.ts';
import type { KeptGrant, Problem } from './grant.ts';

/** What came of a renewal. `overtaken`: another worker has the grant by now; the store knows more than this one. */
export type Outcome =
  | { kind: 'renewed'; tokens: TokenSet }
  | { kind: 'ended' }
  | { kind: 'failed'; grant: KeptGrant; problem: Problem; retryAfterSeconds?: number | undefined }
  | { kind: 'overtaken' };

/** What kept a request from being made, as a problem. What is not the SDK's own goes on its way. */
export function problemIn(fault: unknown): Problem {
  if (!(fault instanceof GrantError)) throw fault;
  return { kind: fault.code === 'try_later' ? 'serverBusy' : 'misconfigured', detail: fault.message };
}
