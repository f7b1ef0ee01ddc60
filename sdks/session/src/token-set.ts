import { decode } from './jwt.ts';

/** The tokens of one session. Times are milliseconds since 1970 by the server's clock; absent = not known, or never. */
export interface TokenSet {
  accessToken: string;
  /** `Bearer` or `DPoP`, as the server spelled it. */
  tokenType: string;
  /** What was granted, when the server said so. */
  scope?: string | undefined;
  idToken?: string | undefined;
  refreshToken?: string | undefined;
  obtainedAtMs: number;
  expiresAtMs?: number | undefined;
  /** When the refresh token ends if it is not used before. */
  refreshExpiresAtMs?: number | undefined;
  /** When the session ends however much it is used. */
  sessionExpiresAtMs?: number | undefined;
}

/** A successful token answer ([RFC 6749, section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)), as it came. */
export interface TokenAnswer {
  access_token: string;
  token_type: string;
  expires_in?: number;
  scope?: string;
  id_token?: string;
  refresh_token?: string;
  refresh_token_expires_in?: number;
  authorization_expires_in?: number;
}

/**
 * The token set after an answer. What the answer leaves out stays as it was: an answer without a refresh token keeps the old
 * one (RFC 6749, section 6).
 *
 * @param previous the set that was renewed, if one was
 * @param nowMs server time at which the request was sent: lifetimes never seem longer than they are
 */
export function tokenSetOf(answer: TokenAnswer, previous: TokenSet | undefined, nowMs: number): TokenSet {
  const after = (seconds: number | undefined) => (seconds === undefined ? undefined : nowMs + seconds * 1000);
  const exp = answer.expires_in === undefined ? decode(answer.access_token)?.exp : undefined;
  return {
    accessToken: answer.access_token,
    tokenType: answer.token_type,
    scope: answer.scope ?? previous?.scope,
    idToken: answer.id_token ?? previous?.idToken,
    refreshToken: answer.refresh_token ?? previous?.refreshToken,
    obtainedAtMs: nowMs,
    expiresAtMs: typeof exp === 'number' ? exp * 1000 : after(answer.expires_in),
    refreshExpiresAtMs: after(answer.refresh_token_expires_in) ?? previous?.refreshExpiresAtMs,
    sessionExpiresAtMs: after(answer.authorization_expires_in) ?? previous?.sessionExpiresAtMs,
  };
}

/** Whether the access token is over, or will be within `marginSeconds`. */
export function isExpired({ expiresAtMs }: TokenSet, nowMs: number, marginSeconds = 0): boolean {
  return expiresAtMs !== undefined && expiresAtMs - marginSeconds * 1000 <= nowMs;
}
