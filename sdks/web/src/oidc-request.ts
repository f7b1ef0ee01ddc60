import { isExpired } from '@ostiary/session';
import type { JwtClaims } from '@ostiary/session';
import type { House } from './house.ts';
import { checkedUserInfo } from './provider/userinfo.ts';
import { needed } from './session/browser-session.ts';
import type { BrowserSession } from './session/browser-session.ts';
import { isRenewalDue } from './session/renewal.ts';
import { claimsOf } from './session/web-session.ts';
import { refreshed, tokenSetOfSession } from './token-set.ts';
import type { TokenSet } from './token-set.ts';
import { WebError } from './web-error.ts';

/** The access token as express-openid-connect showed it. */
export interface AccessToken {
  access_token: string;
  token_type: string;
  /** Seconds left. */
  expires_in: number | undefined;
  isExpired(): boolean;
  refresh(): Promise<AccessToken>;
}

/** What an app asks about the user of a request: `req.oidc`. */
export interface OidcRequest {
  isAuthenticated(): boolean;
  /** Claims about the user, without those about the token. */
  readonly user: JwtClaims | undefined;
  readonly idToken: string | undefined;
  readonly idTokenClaims: JwtClaims | undefined;
  readonly refreshToken: string | undefined;
  readonly accessToken: AccessToken | undefined;
  readonly tokens: TokenSet | undefined;
  /** What `afterCallback` added to the session. */
  readonly data: Readonly<Record<string, unknown>>;
  /**
   * An access token that is not about to end, renewed before where it is. Throws `WebError`: `session_ended` and its kin send
   * the user to the login, `try_later` loses nothing.
   */
  getAccessToken(): Promise<string>;
  /** Claims from the provider's userinfo endpoint, about the same user. */
  fetchUserInfo(): Promise<JwtClaims>;
}

/** Claims that say something about the token, not about the user. */
const tokenClaims = new Set('aud iss iat exp nbf nonce azp auth_time s_hash at_hash c_hash'.split(' '));

export function oidcRequest(house: House, session: BrowserSession): OidcRequest {
  const claims = () => {
    const seen = session.seen();
    return seen && claimsOf(seen);
  };
  return {
    isAuthenticated: () => session.seen() !== undefined,
    get user() {
      const known = claims();
      return known && Object.fromEntries(Object.entries(known).filter(([name]) => !tokenClaims.has(name)));
    },
    get idToken() {
      return session.seen()?.record.tokens.idToken;
    },
    get idTokenClaims() {
      return claims();
    },
    get refreshToken() {
      return session.seen()?.record.tokens.refreshToken;
    },
    get accessToken() {
      return accessTokenOf(tokenSetOfSession(house, session));
    },
    get tokens() {
      return tokenSetOfSession(house, session);
    },
    get data() {
      return session.seen()?.data ?? {};
    },
    getAccessToken: () => livingAccessToken(house, session),
    fetchUserInfo: async () => checkedUserInfo(house, await livingAccessToken(house, session), claims()?.sub),
  };
}

async function livingAccessToken(house: House, session: BrowserSession): Promise<string> {
  const nowMs = house.settings.environment.now();
  const seen = needed(session);
  const { tokens } = seen.record;
  if (tokens.accessToken === '')
    throw new WebError('misconfigured', 'the sign-in brings no access token: ask for a code');
  if (isRenewalDue(seen, nowMs)) return (await refreshed(house, session, tokens.accessToken)).access_token;
  if (isExpired(tokens, nowMs))
    throw new WebError('session_ended', 'the access token is over, and there is no refresh token');
  return tokens.accessToken;
}

function accessTokenOf(set: TokenSet | undefined): AccessToken | undefined {
  return (
    set && {
      access_token: set.access_token,
      token_type: set.token_type,
      expires_in: set.expires_in,
      isExpired: () => set.expired(),
      refresh: async () => {
        const renewed = await set.refresh();
        return accessTokenOf(renewed) as AccessToken;
      },
    }
  );
}
