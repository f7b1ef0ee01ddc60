import { sessionEnd } from './session-end.ts';
import type { TokenSet } from './token-set.ts';

/** How long the server answers a repeated refresh with the same successor, in seconds (its default). */
export const retryWindowSeconds = 60;
/** The part of a lifetime over which renewals are spread, so that nobody can predict them. */
const spread = 0.2;
const longestMarginSeconds = 60;

/**
 * When to renew: before the end, at a moment nobody can predict. The moments are spread over a fifth of the lifetime, and
 * over five retry windows where half of the lifetime is long enough: a thief who follows the renewals within the window is
 * then found out soon. Where tokens live for less than ten minutes, the spread is narrower than that, and the discovery slower.
 *
 * @param draw between 0 and 1, drawn for this token set
 * @returns server time in milliseconds; `undefined` when no end is known
 */
export function renewalTime(tokens: TokenSet, draw: number): number | undefined {
  const endsAtMs = firstEnd(tokens);
  if (endsAtMs === Infinity) return undefined;
  const lifetimeMs = Math.max(0, endsAtMs - tokens.obtainedAtMs);
  const latestMs = endsAtMs - marginMs(lifetimeMs);
  const spreadMs = Math.min(Math.max(lifetimeMs * spread, 5 * retryWindowSeconds * 1000), lifetimeMs / 2);
  return latestMs - draw * spreadMs;
}

/** So long before its end an access token is no longer sent, in milliseconds: a tenth of its life, a minute at most. */
export function marginMs(lifetimeMs: number): number {
  return Math.min(longestMarginSeconds * 1000, lifetimeMs / 10);
}

/** Whether the tokens should be renewed before they are used. */
export function isDue(tokens: TokenSet, nowMs: number): boolean {
  const endsAtMs = firstEnd(tokens);
  return endsAtMs < Infinity && nowMs >= endsAtMs - marginMs(Math.max(0, endsAtMs - tokens.obtainedAtMs));
}

/** The end of the access token, or of the session where that comes first and a renewal moves it. */
function firstEnd(tokens: TokenSet): number {
  const end = sessionEnd(tokens);
  return Math.min(tokens.expiresAtMs ?? Infinity, end?.canExtend ? end.endsAtMs : Infinity);
}

const firstPauseMs = 500;
const longestPauseMs = 60_000;

/**
 * How long to wait before trying again: full jitter below a bound that doubles, and never less than the server asked for.
 *
 * @param failures how many tries have failed, at least 1
 * @param draw between 0 and 1
 */
export function pauseMs(failures: number, draw: number, retryAfterSeconds = 0): number {
  const bound = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(failures, 16));
  return Math.max(retryAfterSeconds * 1000, 100 + draw * (bound - 100)) + (retryAfterSeconds > 0 ? draw * 1000 : 0);
}
