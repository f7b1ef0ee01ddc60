import { createHash } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import type { JwtClaims } from '@ostiary/session';
import type { Settings } from '../settings.ts';
import { WebError } from '../web-error.ts';
import type { Provider } from './provider.ts';

/** Algorithms by which anybody can check a signature; without a say of the app's, these alone. */
const asymmetric = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** An ID token whose signature and claims hold. `sub` is there. */
export type IdTokenClaims = JwtClaims & { sub: string };

export interface IdTokenExpectation {
  nonce: string | undefined;
  /** When the code was asked for with `max_age`. */
  maxAgeSeconds?: number | undefined;
  /** What hashes in the token must match, where they are there; `must` where they have to be there. */
  code?: { value: string; must: boolean };
  accessToken?: string | undefined;
  /** Of another token about the same sign-in. */
  sub?: string | undefined;
}

/** Checks an ID token: signature, then claims ([OpenID Connect Core 1.0, sections 3.1.3.7 and 3.3.2.11](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)). */
export async function checkIdToken(
  settings: Settings,
  provider: Provider,
  idToken: string,
  expected: IdTokenExpectation,
): Promise<IdTokenClaims> {
  const { claims, alg } = await verifiedClaims(settings, provider, idToken, 'ID token');
  const fault = claimFault(settings, claims, expected) ?? hashFault(claims, alg, expected);
  if (fault !== undefined) throw new WebError('bad_answer', `ID token: ${fault}`);
  return claims as IdTokenClaims;
}

/** What a token of the provider says, once its signature holds. */
export async function verifiedClaims(
  settings: Settings,
  provider: Provider,
  token: string,
  what: string,
): Promise<{ claims: JwtClaims; alg: string; typ: string | undefined }> {
  const { idTokenSigningAlg, clientSecret } = settings.options;
  const published = (await provider.metadata()).id_token_signing_alg_values_supported ?? ['RS256'];
  const algorithms =
    idTokenSigningAlg === undefined ? published.filter((alg) => asymmetric.includes(alg)) : [idTokenSigningAlg];
  try {
    const checked = idTokenSigningAlg?.startsWith('HS')
      ? await compactVerify(token, Buffer.from(clientSecret ?? ''), { algorithms })
      : await compactVerify(token, provider.keys.find, { algorithms });
    const claims: JwtClaims = JSON.parse(Buffer.from(checked.payload).toString());
    return { claims, alg: checked.protectedHeader.alg, typ: checked.protectedHeader.typ };
  } catch (fault) {
    if (fault instanceof WebError) throw fault;
    const why = fault instanceof errors.JOSEError ? fault.code : 'not readable';
    throw new WebError('bad_answer', `${what}: ${why} (accepted: ${algorithms.join(', ')})`);
  }
}

function claimFault(settings: Settings, claims: JwtClaims, expected: IdTokenExpectation): string | undefined {
  const { issuer, clientId } = settings;
  const audience = [claims.aud].flat();
  const azp = claims['azp'];
  if (claims.iss?.replace(/\/$/, '') !== issuer) return `iss is ${claims.iss}, not ${issuer}`;
  if (!audience.includes(clientId)) return `aud does not name ${clientId}`;
  if (audience.length > 1 && azp !== clientId) return `azp is not ${clientId}, and aud names others too`;
  if (azp !== undefined && azp !== clientId) return `azp is not ${clientId}`;
  if (typeof claims.sub !== 'string' || claims.sub === '') return 'sub is missing';
  if (expected.sub !== undefined && claims.sub !== expected.sub) return 'sub is not the one of before';
  if (expected.nonce !== undefined && claims.nonce !== expected.nonce) return 'nonce is not the one that was sent';
  return timeFault(settings, claims, expected.maxAgeSeconds);
}

/** A clock that is wrong is named, with how wrong it seems to be. */
export function timeFault(
  { environment, clockToleranceSeconds: tolerance }: Settings,
  claims: JwtClaims,
  maxAgeSeconds?: number,
): string | undefined {
  const nowSeconds = environment.now() / 1000;
  const nbf = claims['nbf'];
  const authTime = claims['auth_time'];
  const early = (name: string, seconds: number) => {
    const skew = Math.round(seconds - nowSeconds);
    return `used too early: ${name} is ${skew} s ahead of this machine's clock, which is wrong, or the provider's is (clockTolerance is ${tolerance} s)`;
  };
  if (typeof claims.exp !== 'number') return 'exp is missing';
  if (typeof claims.iat !== 'number') return 'iat is missing';
  if (claims.exp + tolerance <= nowSeconds) {
    const ago = Math.round(nowSeconds - claims.exp);
    return `over for ${ago} s by this machine's clock (clockTolerance is ${tolerance} s)`;
  }
  if (claims.iat - tolerance > nowSeconds) return early('iat', claims.iat);
  if (typeof nbf === 'number' && nbf - tolerance > nowSeconds) return early('nbf', nbf);
  if (maxAgeSeconds === undefined) return undefined;
  if (typeof authTime !== 'number') return 'auth_time is missing, and max_age was asked for';
  return authTime + maxAgeSeconds + tolerance < nowSeconds ? 'auth_time is longer ago than max_age' : undefined;
}

function hashFault(claims: JwtClaims, alg: string, { code, accessToken }: IdTokenExpectation): string | undefined {
  const cHash = claims['c_hash'];
  const atHash = claims['at_hash'];
  if (code?.must && cHash === undefined) return 'c_hash is missing';
  if (code !== undefined && cHash !== undefined && cHash !== halfHash(alg, code.value))
    return 'c_hash is not that of the code';
  if (accessToken !== undefined && atHash !== undefined && atHash !== halfHash(alg, accessToken))
    return 'at_hash is not that of the access token';
  return undefined;
}

/** The left half of the hash that goes with the signature's algorithm (OpenID Connect Core 1.0, section 3.3.2.11). */
function halfHash(alg: string, text: string): string {
  const name = alg.startsWith('Ed') ? 'sha512' : `sha${alg.slice(2)}`;
  const bytes = createHash(name).update(text).digest();
  return bytes.subarray(0, bytes.length / 2).toString('base64url');
}
