import { isExpired, tokenSetOf } from '@ostiary/session';
import type { JwtClaims, TokenAnswer } from '@ostiary/session';
import type { House } from './house.ts';
import type { BrowserSession } from './session/browser-session.ts';
import { needed } from './session/browser-session.ts';
import { renew, superseded } from './session/renewal.ts';
import { claimsOf } from './session/web-session.ts';
import type { WebSession } from './session/web-session.ts';
import { WebError } from './web-error.ts';

/** The tokens of a session, in the words of the standard. Times are seconds since 1970. */
export interface TokenSet {
  access_token: string;
  token_type: string;
  id_token?: string | undefined;
  refresh_token?: string | undefined;
  scope?: string | undefined;
  expires_at?: number | undefined;
  /** Seconds left, 0 at least. */
  readonly expires_in: number | undefined;
  /** Whether the access token is over. */
  expired(): boolean;
  /** What the ID token says. */
  claims(): JwtClaims;
  /**
   * The session's tokens renewed, and kept. Callers that come together share one renewal; whoever holds an older set gets the
   * present one. Throws `WebError`.
   */
  refresh(): Promise<TokenSet>;
}

/** The part of a token set that is data: what may be put back. */
export type PutTokens = Pick<TokenSet, 'access_token'> &
  Partial<Pick<TokenSet, 'token_type' | 'id_token' | 'refresh_token' | 'scope' | 'expires_at'>>;

/** Of which generation a set is, for sets that were handed out here. */
const generations = new WeakMap<object, number>();

/** The tokens of a session, or `undefined` when its sign-in brought none. */
export function tokenSetOfSession(house: House, session: BrowserSession): TokenSet | undefined {
  const seen = session.seen();
  return seen === undefined || seen.record.tokens.accessToken === '' ? undefined : setOf(house, session, seen);
}

function setOf(house: House, session: BrowserSession, seen: WebSession): TokenSet {
  const { now } = house.settings.environment;
  const { tokens, generation } = seen.record;
  const { expiresAtMs } = tokens;
  const set: TokenSet = {
    access_token: tokens.accessToken,
    token_type: tokens.tokenType,
    id_token: tokens.idToken,
    refresh_token: tokens.refreshToken,
    scope: tokens.scope,
    expires_at: expiresAtMs === undefined ? undefined : Math.floor(expiresAtMs / 1000),
    get expires_in() {
      return expiresAtMs === undefined ? undefined : Math.max(0, Math.floor((expiresAtMs - now()) / 1000));
    },
    expired: () => isExpired(tokens, now()),
    claims: () => claimsOf(seen),
    refresh: () => refreshed(house, session, set.access_token),
  };
  generations.set(set, generation);
  return set;
}

/** Renews the session, unless it has other tokens already than the ones found wanting. */
export async function refreshed(house: House, session: BrowserSession, stale: string): Promise<TokenSet> {
  const { tokens } = needed(session).record;
  if (tokens.refreshToken === undefined)
    throw new WebError('misconfigured', 'the session has no refresh token: ask for offline_access');
  return setOf(house, session, await renew(house, session, stale));
}

/**
 * Puts tokens into the session that the app has, from wherever. Tokens that the session has left behind are not taken: an old
 * refresh token that is put back with a new access token does no harm.
 */
export async function putTokens({ settings }: House, session: BrowserSession, set: PutTokens): Promise<void> {
  const generation = generations.get(set);
  await session.update((current) => {
    if (current === undefined || set.access_token === current.record.tokens.accessToken) return current;
    if (generation !== undefined && generation < current.record.generation) return current;
    const { tokens } = current.record;
    const refreshToken = set.refresh_token;
    const isOld = refreshToken !== undefined && superseded(refreshToken) === current.previous;
    const answer: TokenAnswer = {
      access_token: set.access_token,
      token_type: set.token_type ?? tokens.tokenType,
      ...(set.scope !== undefined && { scope: set.scope }),
      ...(set.id_token !== undefined && { id_token: set.id_token }),
      ...(refreshToken !== undefined && !isOld && { refresh_token: refreshToken }),
    };
    const put = tokenSetOf(answer, tokens, settings.environment.now());
    if (set.expires_at !== undefined) put.expiresAtMs = set.expires_at * 1000;
    return { ...current, record: { ...current.record, generation: current.record.generation + 1, tokens: put } };
  });
}
