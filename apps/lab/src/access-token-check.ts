import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';

export type AccessTokenRefusal = 'missing' | 'expired' | 'invalid' | 'insufficient_scope';
type CheckedAccessToken = { ok: true; issuedAtSeconds: number } | { ok: false; refusal: AccessTokenRefusal };

interface AccessTokenQuestion {
  /** The Authorization header, if any. */
  authorization: string | undefined;
  scope: string;
  nowMs: number;
}

/**
 * Checks JWT access tokens against the issuer's published keys.
 * Rejects only when the issuer cannot be reached.
 * [RFC 9068, section 4](https://www.rfc-editor.org/rfc/rfc9068#section-4)
 */
export function createAccessTokenCheck({ issuer, audience }: { issuer: string; audience: string }) {
  let keys: Promise<JWTVerifyGetKey> | undefined;

  function issuerKeys(): Promise<JWTVerifyGetKey> {
    keys ??= discoverKeys(issuer).catch((error: unknown) => {
      keys = undefined;
      throw error;
    });
    return keys;
  }

  return async ({ authorization, scope, nowMs }: AccessTokenQuestion): Promise<CheckedAccessToken> => {
    const token = readBearerToken(authorization);
    if (token === undefined) return { ok: false, refusal: 'missing' };
    try {
      const { payload } = await jwtVerify(token, await issuerKeys(), {
        issuer,
        audience,
        typ: 'at+jwt',
        algorithms: ['ES256'],
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: new Date(nowMs),
      });
      return readClaims(payload, scope);
    } catch (error) {
      return { ok: false, refusal: refusalFor(error) };
    }
  };
}

async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  const metadata: unknown = await response.json();
  if (typeof metadata !== 'object' || metadata === null || !('jwks_uri' in metadata)) {
    throw new Error(`no jwks_uri in the discovery document of ${issuer}`);
  }
  return createRemoteJWKSet(new URL(String(metadata.jwks_uri)));
}

function readBearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
}

function readClaims(payload: JWTPayload, scope: string): CheckedAccessToken {
  const granted = typeof payload['scope'] === 'string' ? payload['scope'].split(' ') : [];
  if (!granted.includes(scope)) return { ok: false, refusal: 'insufficient_scope' };
  return { ok: true, issuedAtSeconds: payload.iat ?? 0 };
}

function refusalFor(error: unknown): AccessTokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (!(error instanceof errors.JOSEError)) throw error;
  // jose says these when the keys could not be fetched: that says nothing about the token.
  if (error instanceof errors.JWKSTimeout || error.code === 'ERR_JOSE_GENERIC') throw error;
  return 'invalid';
}
