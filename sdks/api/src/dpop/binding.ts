import type { Credentials, RequestFacts } from '../credentials.ts';
import { isObject } from '../fetch-json.ts';
import type { AccessTokenClaims } from '../jwt/claims.ts';
import type { Refusal } from '../refusal.ts';
import { judgeProof, type ProofChecks } from './proof.ts';

/** How an API takes tokens that are bound to a key. */
export interface BindingPolicy {
  /** Takes no others. */
  isRequired: boolean;
  /** None where DPoP is switched off. */
  proofs: ProofChecks | undefined;
}

/**
 * Whether a token was sent as its binding demands: a bound one with a proof of its key, and only another one without.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7 RFC 9449 section 7}
 */
export function judgeBinding(
  { scheme, token }: Credentials,
  claims: AccessTokenClaims,
  { dpop, method, url }: RequestFacts,
  { isRequired, proofs }: BindingPolicy,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { cnf } = claims;
  if (cnf === undefined) {
    if (isRequired) return { reason: 'binding_required' };
    return scheme === 'DPoP' ? { reason: 'unbound_as_dpop' } : undefined;
  }
  const jkt = isObject(cnf) ? cnf['jkt'] : undefined;
  // A binding that cannot be checked is not overlooked (a certificate, by RFC 8705).
  if (typeof jkt !== 'string' || proofs === undefined) return { reason: 'binding_unknown' };
  // RFC 9449 section 7.2: MUST NOT be taken as a bearer token.
  if (scheme !== 'DPoP') return { reason: 'bound_as_bearer' };
  return judgeProof(dpop, { method, url, token, jkt }, proofs);
}
