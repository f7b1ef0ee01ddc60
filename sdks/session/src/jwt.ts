/** Claims of a JWT as far as a client may look at them. Times are seconds since 1970. */
export interface JwtClaims {
  iss?: string;
  sub?: string;
  aud?: string | string[];
  exp?: number;
  iat?: number;
  nonce?: string;
  sid?: string;
  [claim: string]: unknown;
}

/**
 * What a JWT says, unverified: for showing and for times, never for deciding who may do what. `undefined` when the text is
 * no JWT, as opaque tokens are none. [RFC 7519, section 7.2](https://www.rfc-editor.org/rfc/rfc7519#section-7.2)
 */
export function decode(token: string): JwtClaims | undefined {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as JwtClaims) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the token says that it is over. A token without a time says nothing: `false`. */
export function isAccessTokenExpired(token: string, nowMs: number): boolean {
  const exp = decode(token)?.exp;
  return typeof exp === 'number' && exp * 1000 <= nowMs;
}
