/**
 * Claims of a JWT access token (RFC 9068 section 2.2) with the handles that revocation needs:
 * `sid` session, `fam` family, `dev` device, `uep` user epoch. Times are seconds.
 */
export interface AccessTokenClaims {
  iss: string;
  sub: string;
  aud: string | string[];
  client_id: string;
  scope: string;
  iat: number;
  exp: number;
  jti: string;
  auth_time?: number;
  acr?: string;
  sid?: string;
  fam?: string;
  dev?: string;
  uep?: number;
  cnf?: Confirmation;
}

/** The key a token is bound to, by its thumbprint (RFC 9449 section 6.1, RFC 7638). */
export interface Confirmation {
  jkt: string;
}

/** Claims of an ID token (OpenID Connect Core section 2) besides those of the user. */
export interface IdTokenClaims {
  iss: string;
  sub: string;
  aud: string;
  iat: number;
  exp: number;
  auth_time: number;
  nonce?: string;
  acr?: string;
  amr?: string[];
  azp?: string;
  sid?: string;
  at_hash?: string;
  c_hash?: string;
}

export const backchannelLogoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Claims of a logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4). Times are seconds. It never has a `nonce`. */
export interface LogoutTokenClaims {
  iss: string;
  aud: string;
  iat: number;
  exp: number;
  jti: string;
  events: { [backchannelLogoutEvent]: Record<string, never> };
  sid: string;
  sub?: string;
}
