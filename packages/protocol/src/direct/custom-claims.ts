import type { ClientMetadata } from '@ostiary/wire';
import type { Refusal } from '../refusal.ts';

/**
 * Claims that this server sets, or that the registry gives a meaning for whoever reads the token: nobody else may set them.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-2.2 RFC 9068 section 2.2}
 */
const reserved = new Set(
  [
    'iss sub aud exp nbf iat jti typ client_id scope azp nonce cnf act may_act auth_time acr amr sid fam dev uep',
    'at_hash c_hash s_hash events authorization_details entitlements groups roles sub_id txn trust_chain vot vtm',
  ].flatMap((names) => names.split(' ')),
);
const maxLength = 2048;

export function isReservedClaim(name: string): boolean {
  return reserved.has(name);
}

/** What is wrong with claims that a back end wants in its access tokens; `allowed` are those that its registration names. */
export function customClaimsFlaw(claims: Record<string, unknown>, allowed: readonly string[]): Refusal | undefined {
  const odd = Object.keys(claims).find((name) => isReservedClaim(name) || !allowed.includes(name));
  if (odd !== undefined) return { reason: 'claim_not_allowed', parameter: odd };
  // What JSON leaves out or changes would be another claim at the next refresh.
  const isKept = Object.values(claims).every((value) => isJson(value));
  if (!isKept) return { reason: 'claim_not_allowed', parameter: 'a value that JSON does not have' };
  return JSON.stringify(claims).length > maxLength ? { reason: 'parameter_too_long', parameter: 'claims' } : undefined;
}

/** Of the claims of a grant, those that the client may still set: as with scopes, what was taken away counts at once. */
export function customClaimsNow(
  claims: Record<string, unknown> | undefined,
  { generateTokens }: Pick<ClientMetadata, 'generateTokens'>,
): Record<string, unknown> | undefined {
  if (claims === undefined) return undefined;
  const allowed = generateTokens?.claims ?? [];
  const left = Object.entries(claims).filter(([name]) => allowed.includes(name) && !isReservedClaim(name));
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function isJson(value: unknown): boolean {
  if (value === null || ['string', 'boolean'].includes(typeof value)) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  const isPlain = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain && Object.values(value).every(isJson);
}
