import { decode, tokenSetOf } from '@ostiary/session';
import type { TokenSet } from '@ostiary/session';
import { GrantError } from './grant-error.ts';

/** Tokens as a web app has them: an answer of the token endpoint, `req.oidc.tokens`, or the token set of another library. */
export interface HandedTokens {
  access_token?: string | undefined;
  refresh_token?: string | undefined;
  token_type?: string | undefined;
  id_token?: string | undefined;
  scope?: string | undefined;
  /** When the access token ends, in seconds since 1970. */
  expires_at?: number | undefined;
  /** The same in seconds from when it was made. */
  expires_in?: number | undefined;
  refresh_token_expires_in?: number | undefined;
  authorization_expires_in?: number | undefined;
}

/**
 * Tokens to keep, and whose they are. Throws `misconfigured` when nothing can be renewed with them.
 *
 * @param obtainedMs when they came, unless they say so themselves
 */
export function takeHanded(
  handed: HandedTokens,
  obtainedMs: number,
): { tokens: TokenSet; subject: string | undefined } {
  const { access_token = '', refresh_token, token_type = 'Bearer', expires_at } = handed;
  if (typeof refresh_token !== 'string' || refresh_token === '')
    throw new GrantError('misconfigured', 'there is no refresh token: ask for offline_access when the user signs in');
  const claims = decode(access_token);
  const numbers = Object.fromEntries(
    lifetimes.flatMap((name) => (handed[name] === undefined ? [] : [[name, handed[name]]])),
  );
  const scope = handed.scope ?? (typeof claims?.['scope'] === 'string' ? claims['scope'] : undefined);
  const answer = { access_token, token_type, refresh_token, ...numbers, ...(scope !== undefined && { scope }) };
  const obtainedAtMs = typeof claims?.iat === 'number' ? claims.iat * 1000 : obtainedMs;
  const tokens = tokenSetOf(answer, undefined, obtainedAtMs);
  const told = expires_at === undefined ? tokens.expiresAtMs : Math.floor(expires_at * 1000);
  return {
    tokens: { ...tokens, expiresAtMs: access_token === '' ? obtainedMs : told },
    subject: decode(handed.id_token ?? '')?.sub ?? claims?.sub,
  };
}

const lifetimes = ['expires_in', 'refresh_token_expires_in', 'authorization_expires_in'] as const;
