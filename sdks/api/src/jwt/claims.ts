import type { Refusal, RefusalReason } from '../refusal.ts';
import type { SigningAlg } from './algorithms.ts';
import type { ParsedJwt } from './parse.ts';

/** What an API demands of every token. */
export interface TokenPolicy {
  audiences: readonly string[];
  algs: readonly SigningAlg[];
  /** The profile of RFC 9068 whole; other issuers leave out `typ`, `jti` or `client_id`. */
  isStrict: boolean;
  toleranceSeconds: number;
  maxAgeSeconds: number;
}

/** Claims of an access token, as far as they were checked. Times are seconds since 1970. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
  readonly sub?: string;
  readonly client_id?: string;
  readonly jti?: string;
  readonly scope?: string;
  readonly acr?: string;
  readonly auth_time?: number;
  readonly [claim: string]: unknown;
}

/**
 * Whether header and claims are those of an access token for this API at this time. The signature is another matter.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9068#section-4 RFC 9068 section 4}
 */
export function judgeToken(jwt: ParsedJwt, issuer: string, policy: TokenPolicy, nowMs: number): Refusal | undefined {
  return judgeHeader(jwt.header, policy) ?? judgeClaims(jwt.claims, issuer, policy, nowMs);
}

/** The part of it that holds for opaque tokens too. */
export function judgeClaims(
  claims: Record<string, unknown>,
  issuer: string,
  policy: TokenPolicy,
  nowMs: number,
): Refusal | undefined {
  return judgeNames(claims, issuer, policy) ?? judgeTimes(claims, policy, nowMs);
}

/** Header parameters that bring a key along are not looked at: keys come from the issuer alone (RFC 8725 section 3.10). */
function judgeHeader(
  { alg, typ, crit }: Record<string, unknown>,
  { algs, isStrict }: TokenPolicy,
): Refusal | undefined {
  if (!algs.some((each) => each === alg)) return { reason: 'algorithm_refused' };
  // RFC 7515 section 4.1.11: extensions that are not understood MUST be refused.
  if (crit !== undefined) return { reason: 'extension_refused' };
  return isType(typ, isStrict)
    ? undefined
    : { reason: 'type_wrong', detail: isStrict ? 'typ must be at+jwt' : undefined };
}

/** RFC 9068 section 4: MUST be `at+jwt` or `application/at+jwt`. Other issuers say `JWT` or nothing. */
function isType(typ: unknown, isStrict: boolean): boolean {
  if (typ === 'at+jwt') return true;
  if (typ === undefined) return !isStrict;
  const word = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
  return word === 'at+jwt' || (!isStrict && word === 'jwt');
}

const strictTexts = ['sub', 'client_id', 'jti'];

function judgeNames(claims: Record<string, unknown>, issuer: string, policy: TokenPolicy): Refusal | undefined {
  const { iss, aud } = claims;
  if (iss !== issuer) return { reason: 'issuer_wrong' };
  const isForUs = Array.isArray(aud)
    ? aud.some((each) => policy.audiences.includes(each))
    : typeof aud === 'string' && policy.audiences.includes(aud);
  if (!isForUs) return { reason: 'audience_wrong' };
  for (const name of strictTexts) {
    const value = claims[name];
    const isRight = value === undefined ? !policy.isStrict : typeof value === 'string' && value !== '';
    if (!isRight) return { reason: 'claim_missing', detail: name };
  }
  if (claims['scope'] !== undefined && typeof claims['scope'] !== 'string')
    return { reason: 'claim_missing', detail: 'scope' };
  return undefined;
}

function judgeTimes(claims: Record<string, unknown>, policy: TokenPolicy, nowMs: number): Refusal | undefined {
  const { exp, iat, nbf, auth_time: authTime } = claims;
  const isNeeded = { exp: true, iat: policy.isStrict, nbf: false, auth_time: false };
  if (!isTime(exp, isNeeded.exp)) return { reason: 'claim_missing', detail: 'exp' };
  if (!isTime(iat, isNeeded.iat)) return { reason: 'claim_missing', detail: 'iat' };
  if (!isTime(nbf, isNeeded.nbf)) return { reason: 'claim_missing', detail: 'nbf' };
  if (!isTime(authTime, isNeeded.auth_time)) return { reason: 'claim_missing', detail: 'auth_time' };
  const now = nowMs / 1000;
  const { toleranceSeconds, maxAgeSeconds } = policy;
  if (exp !== undefined && exp + toleranceSeconds <= now)
    return { reason: 'expired', detail: `${Math.floor(now - exp)} s ago` };
  if (nbf !== undefined && nbf - toleranceSeconds > now) return ahead('not_yet_valid', nbf - now, toleranceSeconds);
  if (iat !== undefined && iat - toleranceSeconds > now) return ahead('issued_ahead', iat - now, toleranceSeconds);
  return iat !== undefined && now - iat - toleranceSeconds > maxAgeSeconds ? { reason: 'too_old' } : undefined;
}

function ahead(reason: RefusalReason, seconds: number, toleranceSeconds: number): Refusal {
  const detail = `${Math.ceil(seconds)} s ahead of the clock of this API, which tolerates ${toleranceSeconds} s: compare the clocks`;
  return { reason, detail };
}

/** Beyond the year 5138 there are only milliseconds that were taken for seconds. */
const latest = 100_000_000_000;

/** NumericDate (RFC 7519 section 2). */
function isTime(value: unknown, isNeeded: boolean): value is number | undefined {
  if (value === undefined) return !isNeeded;
  return typeof value === 'number' && value >= 0 && value < latest;
}
