import { pauseMs, renewalTime, sessionEnd, tokenSetOf } from '@ostiary/session';
import type { TokenAnswer, TokenSet, Verdict } from '@ostiary/session';
import type { KeptGrant, Problem } from './grant.ts';
import type { RenewalPolicy } from './parts.ts';

/** What decides when a grant is due: server time, a draw between 0 and 1, and the worker's policy. */
export interface Moment {
  nowMs: number;
  draw: number;
  renewal: RenewalPolicy;
}

/** A grant with tokens that just came, and which scopes it has no more. The tokens are still to be sealed. */
export function withTokens(grant: KeptGrant, tokens: TokenSet, moment: Moment): { grant: KeptGrant; lost: string[] } {
  const { scope, obtainedAtMs, expiresAtMs, refreshExpiresAtMs, sessionExpiresAtMs } = tokens;
  const granted = new Set(scope?.split(' '));
  const lost = (grant.scope?.split(' ') ?? []).filter((each) => !granted.has(each));
  const times = { obtainedAtMs, expiresAtMs, refreshExpiresAtMs, sessionExpiresAtMs };
  const fresh: KeptGrant = { ...grant, ...times, scope, state: { kind: 'active' }, dueAtMs: dueTime(tokens, moment) };
  return { grant: { ...fresh, failures: 0, problem: undefined, attempt: undefined }, lost };
}

/** Tokens after a good answer. What the server says of the user is not kept: a job for an absent user needs none of it. */
export function answeredTokens(answer: TokenAnswer, previous: TokenSet, sentAtMs: number): TokenSet {
  return { ...tokenSetOf(answer, previous, sentAtMs), idToken: undefined };
}

/** A grant that the server ended. Its tokens are of no use any more, and are erased. */
export function ended(grant: KeptGrant, cause: string | undefined, nowMs: number): KeptGrant {
  const isOver = Math.min(grant.refreshExpiresAtMs ?? Infinity, grant.sessionExpiresAtMs ?? Infinity) <= nowMs;
  const words = cause ?? (isOver ? 'expired' : 'grant_ended');
  const state = { kind: 'needs_reconnect', cause: words, atMs: nowMs } as const;
  return { ...grant, state, sealed: '', attempt: undefined, dueAtMs: undefined, failures: 0, problem: undefined };
}

/** A grant after a try that failed. The attempt stays: whatever the server did, the next try gets the same answer. */
export function afterFailure(
  grant: KeptGrant,
  problem: Problem,
  { nowMs, draw }: Pick<Moment, 'nowMs' | 'draw'>,
  retryAfterSeconds?: number,
): KeptGrant {
  const failures = grant.failures + 1;
  return { ...grant, failures, problem, dueAtMs: nowMs + pauseAfter(problem, { failures, draw, retryAfterSeconds }) };
}

/** How long to wait, in whole milliseconds: seconds and minutes for what passes, longer for what somebody has to repair. */
export function pauseAfter(
  problem: Problem,
  { failures, draw, retryAfterSeconds }: { failures: number; draw: number; retryAfterSeconds?: number | undefined },
): number {
  if (isOfTheMoment(problem)) return Math.ceil(pauseMs(failures, draw, retryAfterSeconds));
  const bound = Math.min(3_600_000, 30_000 * 2 ** Math.min(failures, 16));
  return Math.ceil(bound * (1 + draw / 10));
}

/** What a refusal that ends nothing is called. */
export function problemOf(verdict: Exclude<Verdict, { kind: 'tokens' | 'ended' }>): Problem {
  if (verdict.kind === 'tryLater') return { kind: verdict.reason };
  const { code, description } = verdict.error;
  const detail = description === undefined ? code : `${code}: ${description}`;
  return { kind: verdict.kind === 'interaction' ? 'interactionNeeded' : 'misconfigured', detail };
}

/** Whether the trouble passes by itself. */
export function isOfTheMoment({ kind }: Problem): boolean {
  return kind !== 'misconfigured' && kind !== 'interactionNeeded';
}

function dueTime(tokens: TokenSet, { draw, renewal }: Moment): number | undefined {
  const counted = renewal === 'ahead' ? tokens : { ...tokens, expiresAtMs: sessionEnd(tokens)?.endsAtMs };
  const dueAtMs = renewalTime(counted, draw);
  return dueAtMs === undefined ? undefined : Math.ceil(dueAtMs);
}
