import type { ApiId, ClientId } from './ids.ts';

export const clientTypes = ['spa', 'web', 'native', 'device', 'service'] as const;
export type ClientType = (typeof clientTypes)[number];

export const clientAuthMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const;
export type ClientAuthMethod = (typeof clientAuthMethods)[number];

export const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const;
export type GrantType = (typeof grantTypes)[number];

/** What the authorization endpoint answers with (OAuth 2.0 Multiple Response Types 1.0). Those that hold `token` do not exist here. */
export const responseTypes = ['code', 'id_token', 'code id_token'] as const;
export type ResponseType = (typeof responseTypes)[number];

export const signingAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA'] as const;
export type SigningAlg = (typeof signingAlgs)[number];

/** A public key as it may stand in a JWKS (RFC 7517). */
export interface PublicJwk {
  kty: string;
  kid?: string;
  use?: string;
  alg?: string;
  crv?: string;
  x?: string;
  y?: string;
  n?: string;
  e?: string;
}

/** How refresh tokens of one client live. Seconds; an absent limit means "never". */
export interface RefreshPolicy {
  rotation: 'on' | 'off';
  boundTo: 'session' | 'offline';
  idleSeconds?: number;
  absoluteSeconds?: number;
  /**
   * The refresh token is a signed JWT and its own record: nothing is written at birth or use, and nothing but its end, the user, the
   * client or the consent ends it. Absent: a family is stored.
   */
  stateless?: boolean;
  /** How long a repeated refresh without proof gets the same successor; 0 = strict. */
  retrySeconds?: number;
}

/** What an operator registers about a client. Names of RFC 7591 where it has one; Ostiary's own in camelCase. */
export interface ClientMetadata {
  client_id: ClientId;
  client_name: string;
  type: ClientType;
  redirect_uris: string[];
  post_logout_redirect_uris: string[];
  allowedOrigins: string[];
  token_endpoint_auth_method: ClientAuthMethod;
  grant_types: GrantType[];
  response_types: ResponseType[];
  /** Where the client is told that a session ended (OpenID Connect Back-Channel Logout 1.0 section 2.2). Absent: nowhere. */
  backchannel_logout_uri?: string;
  /** Whether it is told the session alone, and the user only when all of theirs end. Absent: no. */
  backchannel_logout_session_required?: boolean;
  id_token_signed_response_alg: SigningAlg;
  jwks?: { keys: PublicJwk[] };
  /** `false` waives PKCE for a confidential client that sends a nonce (OIDC Basic clients send no challenge). */
  requirePkce: boolean;
  /** Whether every token request must prove a key (RFC 9449 section 5.2). Absent: no. */
  dpop_bound_access_tokens?: boolean;
  /**
   * It is of the same house as this server and asks for the user's password itself: `native` and `device` by the authorization
   * challenge, `web` by the JSON call of its back end. Absent: no.
   */
  directSignIn?: boolean;
  /** What its back end says of the user's address is believed by the limits of sign-in. Absent: no. */
  believedUserAddress?: boolean;
  /** Its back end holds this server in its own process and may have tokens made for any user, with these claims of its own. */
  generateTokens?: { claims: string[] };
  /** Scopes the client may ask for, by API. */
  apis: Record<ApiId, string[]>;
  refresh: RefreshPolicy;
}

/** An API (resource server): its audience, scopes and token lifetimes. */
export interface ApiMetadata {
  identifier: ApiId;
  name: string;
  /** Scope name to the sentence a user reads on the consent page. */
  scopes: Record<string, string>;
  accessTokenSeconds: number;
  /** Lifetime for clients of type `spa`. */
  accessTokenBrowserSeconds: number;
  accessTokenAlg: SigningAlg;
  allowOfflineAccess: boolean;
}
