// #region check
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload } from 'jose';

const issuer = 'http://localhost:4000';
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

export type Checked =
  | { status: 200; claims: JWTPayload }
  /** Send the status; `challenge` goes into the header WWW-Authenticate. */
  | { status: 401 | 403; challenge: string }
  /** The keys cannot be had now: that is no fault of the token. */
  | { status: 503 };

/** Checks the Authorization header of a request for a token with this scope. */
export async function checkAccessToken(authorization: string | undefined, scope: string): Promise<Checked> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) return { status: 401, challenge: 'Bearer' };
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: 'https://api.example.com',
      typ: 'at+jwt',
      algorithms: ['ES256'],
      requiredClaims: ['sub', 'client_id', 'scope', 'iat', 'exp', 'jti'],
      clockTolerance: 5,
    });
    if (String(payload['scope']).split(' ').includes(scope)) return { status: 200, claims: payload };
    return { status: 403, challenge: `Bearer error="insufficient_scope", scope="${scope}"` };
  } catch (fault) {
    return isAboutToken(fault) ? { status: 401, challenge: 'Bearer error="invalid_token"' } : { status: 503 };
  }
}

/** jose throws its own errors for what is wrong with a token, and others when the keys did not come. */
function isAboutToken(fault: unknown): boolean {
  return (
    fault instanceof errors.JOSEError && !(fault instanceof errors.JWKSTimeout) && fault.code !== 'ERR_JOSE_GENERIC'
  );
}
// #endregion check
