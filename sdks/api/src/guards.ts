import type { Refusal } from './refusal.ts';
import type { Auth } from './verifier.ts';

/** A further demand on a token that was verified: what is missing, or nothing. */
export type Guard = (auth: Auth, nowMs: number) => Refusal | undefined;

type JsonPrimitive = string | number | boolean | null;

/** All of these scopes: `'read:reports write:reports'`, or a list. 403 names what would be enough. */
export function requiredScopes(scopes: string | readonly string[]): Guard {
  const needed = wordsOf(scopes);
  return ({ claims }) => {
    const granted = wordsOf(claims.scope ?? '');
    const isEnough = needed.every((scope) => granted.includes(scope));
    return isEnough ? undefined : scopeMissing(needed, claims.scope);
  };
}

/** Any one of these scopes. */
export function scopeIncludesAny(scopes: string | readonly string[]): Guard {
  const needed = wordsOf(scopes);
  return ({ claims }) => {
    const granted = wordsOf(claims.scope ?? '');
    const isEnough = needed.some((scope) => granted.includes(scope));
    return isEnough ? undefined : scopeMissing(needed, claims.scope);
  };
}

/** The claim has this value. */
export function claimEquals(claim: string, expected: JsonPrimitive): Guard {
  return ({ claims }) => (claims[claim] === expected ? undefined : unexpected(claim));
}

/** The claim, a list or a text of words, has all of these. */
export function claimIncludes(claim: string, ...expected: readonly JsonPrimitive[]): Guard {
  return ({ claims }) => {
    const value = claims[claim];
    const values: readonly unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [];
    return expected.every((each) => values.includes(each)) ? undefined : unexpected(claim);
  };
}

/** The claims pass a check of your own. What it throws is thrown. */
export function claimCheck(check: (claims: Auth['claims']) => boolean, message = 'a check of this API'): Guard {
  return ({ claims }) => (check(claims) ? undefined : { reason: 'claim_unexpected', detail: message });
}

/**
 * The user signed in in one of these ways (`acr`). Who did not is asked to.
 * [RFC 9470, section 3](https://www.rfc-editor.org/rfc/rfc9470#section-3)
 */
export function requireAcr(...acrValues: readonly string[]): Guard {
  return ({ claims }) =>
    claims.acr !== undefined && acrValues.includes(claims.acr)
      ? undefined
      : { reason: 'sign_in_too_weak', needs: { acrValues: acrValues.join(' ') } };
}

/** By how much the clocks of issuer and API may differ. */
const toleranceSeconds = 5;

/**
 * The user signed in at most `maxAge` seconds ago (`auth_time`). Who did not is asked to.
 * [RFC 9470, section 3](https://www.rfc-editor.org/rfc/rfc9470#section-3)
 */
export function requireFreshLogin({ maxAge }: { maxAge: number }): Guard {
  return ({ claims }, nowMs) => {
    const ageSeconds = nowMs / 1000 - (claims.auth_time ?? -Infinity);
    return ageSeconds - toleranceSeconds <= maxAge
      ? undefined
      : { reason: 'sign_in_too_old', needs: { maxAgeSeconds: maxAge } };
  };
}

/** Whether a token that was verified came with a proof: only one that is bound to a key can. */
export function isBound(auth: Auth | undefined): boolean {
  return auth?.claims['cnf'] !== undefined;
}

function wordsOf(scopes: string | readonly string[]): readonly string[] {
  return typeof scopes === 'string' ? scopes.split(' ') : scopes;
}

function scopeMissing(needed: readonly string[], granted: string | undefined): Refusal {
  const detail = granted === undefined ? "missing 'scope' claim" : undefined;
  return { reason: 'scope_missing', detail, needs: { scope: needed.join(' ') } };
}

function unexpected(claim: string): Refusal {
  return { reason: 'claim_unexpected', detail: `unexpected '${claim}' value` };
}
