import { decodeJwt, isJsonObject } from './jwt.ts';

/** What the token endpoint gave, after parsing. Lifetimes in seconds. */
export interface TokenAnswer {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string | undefined;
  scope: string | undefined;
  refreshExpiresInSeconds: number | undefined;
}

export type TokenVerdict =
  | { kind: 'tokens'; answer: TokenAnswer }
  /** The grant is dead: sign in again. */
  | { kind: 'ended'; reason: string }
  /** Nothing is known about the grant: keep every token, try again later. */
  | { kind: 'keep'; reason: string };

/**
 * Only a true `invalid_grant` ends anything. A busy server, a broken line, an HTML page or half a JSON
 * text says nothing about the grant.
 */
export function judgeTokenAnswer(status: number, bodyText: string): TokenVerdict {
  const body = parseJsonObject(bodyText);
  if (body === undefined) return { kind: 'keep', reason: `the answer (${status}) is not a JSON object` };
  if (status === 400 && body['error'] === 'invalid_grant') {
    return { kind: 'ended', reason: textOf(body['error_description']) ?? 'invalid_grant' };
  }
  if (status !== 200) return { kind: 'keep', reason: `${status} ${textOf(body['error']) ?? ''}`.trim() };
  const accessToken = textOf(body['access_token']);
  // RFC 6749, section 5.1: the value of token_type is case insensitive.
  if (accessToken === undefined || textOf(body['token_type'])?.toLowerCase() !== 'bearer') {
    return { kind: 'keep', reason: 'the answer has no bearer token' };
  }
  return { kind: 'tokens', answer: readTokens(accessToken, body) };
}

function readTokens(accessToken: string, body: Record<string, unknown>): TokenAnswer {
  const refreshExpiresIn = body['refresh_token_expires_in'];
  return {
    accessToken,
    refreshToken: textOf(body['refresh_token']),
    idToken: textOf(body['id_token']),
    scope: textOf(body['scope']),
    refreshExpiresInSeconds: typeof refreshExpiresIn === 'number' ? refreshExpiresIn : undefined,
  };
}

interface IdTokenExpectation {
  issuer: string;
  clientId: string;
  nonce: string;
  nowMs: number;
}

/**
 * What is wrong with an ID token that came straight from the token endpoint, or undefined.
 * Its signature need not be checked on that way.
 * [OpenID Connect Core, section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)
 */
export function idTokenFault(idToken: string | undefined, expected: IdTokenExpectation): string | undefined {
  const payload = idToken === undefined ? undefined : decodeJwt(idToken)?.payload;
  if (payload === undefined) return 'there is no ID token';
  if (payload['iss'] !== expected.issuer) return 'its issuer is another';
  const audience: unknown = payload['aud'];
  const audiences: unknown[] = Array.isArray(audience) ? audience : [audience];
  if (!audiences.includes(expected.clientId)) return 'it is meant for another client';
  if (payload['nonce'] !== expected.nonce) return 'it answers another sign-in (nonce)';
  const exp = payload['exp'];
  if (typeof exp !== 'number' || expected.nowMs >= exp * 1000) return 'it is over';
  return undefined;
}

function parseJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
