import type { Family } from '@ostiary/model';
import type { Cause, RefreshPolicy } from '@ostiary/wire';

type Limits = Pick<RefreshPolicy, 'idleSeconds' | 'absoluteSeconds'>;

/** The limits that hold for a family: the earlier of the policy at its birth and the policy now. Absent = never. */
export function effectiveLimits(family: Pick<Family, 'terms'>, policy: Limits): Limits {
  return {
    idleSeconds: earlier(family.terms.idleSeconds, policy.idleSeconds),
    absoluteSeconds: earlier(family.terms.absoluteSeconds, policy.absoluteSeconds),
  };
}

/** Which limit is over at `nowMs`, if any. */
export function expiryOf(
  family: Pick<Family, 'terms' | 'usedAtMs' | 'createdAtMs'>,
  policy: Limits,
  nowMs: number,
): Cause | undefined {
  const { idleSeconds, absoluteSeconds } = effectiveLimits(family, policy);
  if (absoluteSeconds !== undefined && nowMs >= family.createdAtMs + absoluteSeconds * 1000) return 'absolute_expired';
  if (idleSeconds !== undefined && nowMs >= family.usedAtMs + idleSeconds * 1000) return 'idle_expired';
  return undefined;
}

/**
 * When a use that makes no new generation is written down: at most once per hour and per twentieth of the idle limit, so
 * that reading traffic is not writing traffic.
 */
export function isTouchDue(family: Pick<Family, 'terms' | 'usedAtMs'>, policy: Limits, nowMs: number): boolean {
  const { idleSeconds } = effectiveLimits(family, policy);
  const everyMs = Math.min(3_600_000, idleSeconds === undefined ? Infinity : idleSeconds * 50);
  return nowMs - family.usedAtMs >= everyMs;
}

/** Seconds left of a refresh token, by draft-ietf-oauth-refresh-token-expiration. Absent = never. */
export interface RefreshExpiry {
  timeoutSeconds?: number;
  authorizationSeconds?: number;
}

/**
 * What an answer says of the refresh token's life. `idleFromMs` is the use from which the idle limit is counted: a retry
 * passes the present, as a rotation does, so that its answer gives nothing away about when the rotation was.
 */
export function refreshExpiry(
  family: Pick<Family, 'terms' | 'createdAtMs'>,
  policy: Limits,
  nowMs: number,
  idleFromMs: number,
): RefreshExpiry {
  const { idleSeconds, absoluteSeconds } = effectiveLimits(family, policy);
  return {
    timeoutSeconds: idleSeconds && secondsUntil(idleFromMs + idleSeconds * 1000, nowMs),
    authorizationSeconds: absoluteSeconds && secondsUntil(family.createdAtMs + absoluteSeconds * 1000, nowMs),
  };
}

function secondsUntil(endMs: number, nowMs: number): number {
  return Math.max(0, Math.floor((endMs - nowMs) / 1000));
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}
