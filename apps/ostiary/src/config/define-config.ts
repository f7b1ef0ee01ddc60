import type { HandlerOptions } from '@ostiary/http';
import type { ClientAuthMethod, ClientType, GrantType, PublicJwk, ResponseType, SigningAlg } from '@ostiary/wire';

/** A secret: the text itself, or where it stands. File paths are relative to the configuration file. */
export type SecretConfig = string | { env: string } | { file: string };

/** An API (resource server): a token for it carries `identifier` as its audience. */
export interface ApiConfig {
  /** Absolute URI without fragment (RFC 8707). */
  identifier: string;
  name: string;
  /**
   * Lets the API itself ask about tokens: at the introspection endpoint and at the feed of revocations, as user `identifier`
   * with this password. At least 16 characters, drawn at random. Default: none.
   */
  secret?: SecretConfig;
  /** Scope name to the sentence that a user reads on the consent page. */
  scopes?: Record<string, string>;
  /** Default 3600. */
  accessTokenSeconds?: number;
  /** Lifetime for clients of type `spa`. Default: `accessTokenSeconds`. */
  accessTokenBrowserSeconds?: number;
  /** Default ES256. */
  accessTokenAlg?: SigningAlg;
  /** Whether refresh tokens may be issued for this API. Default false. */
  allowOfflineAccess?: boolean;
}

/**
 * How refresh tokens of one client live. Without this object the defaults of the client's type hold; with it, a limit
 * that is left out is no limit.
 */
export interface RefreshConfig {
  /** Default: on for a client whose `token_endpoint_auth_method` is `none`, else off. */
  rotation?: 'on' | 'off';
  /** `session`: sign-out ends it (default for `spa`). `offline`: it outlives the session (default elsewhere). */
  boundTo?: 'session' | 'offline';
  idleSeconds?: number;
  absoluteSeconds?: number;
  /**
   * The refresh token is a signed JWT and nothing is stored of it. The price: a single device cannot be signed out before
   * `absoluteSeconds` are over, and a stolen token is not found out. For clients that authenticate or bind every token to a key.
   */
  stateless?: boolean;
  /** How long a repeated refresh without proof gets the same answer: at most 60, 0 = never. Default 60. */
  retrySeconds?: number;
  /**
   * In place of `retrySeconds`, above 60. A thief who uses a token inside this window is not found out.
   */
  dangerouslyLongRetrySeconds?: number;
  /** Lets a public client have `rotation: 'off'`. A stolen refresh token then works until it expires. */
  dangerouslyAllowStaticRefreshTokens?: boolean;
}

/** A client. Standard metadata has the names of RFC 7591. */
export interface ClientConfig {
  client_id: string;
  /** Default: the `client_id`. */
  client_name?: string;
  type: ClientType;
  redirect_uris?: string[];
  post_logout_redirect_uris?: string[];
  /** Origins whose pages may call the token endpoint (CORS). */
  allowedOrigins?: string[];
  /** Default: none for `spa`, `native` and `device`; client_secret_basic for `web` and `service`. */
  token_endpoint_auth_method?: ClientAuthMethod;
  client_secret?: SecretConfig;
  /** Public keys, for private_key_jwt. */
  jwks?: { keys: PublicJwk[] };
  grant_types?: GrantType[];
  /** What passes through the browser, besides codes, is for clients of type `web`. Default: code, if it may use authorization_code. */
  response_types?: ResponseType[];
  /** Where the application is told that a session ended (OpenID Connect Back-Channel Logout 1.0). Default: nowhere. */
  backchannel_logout_uri?: string;
  /**
   * Whether it is told the session alone (`sid`), and the user (`sub`) only when all of theirs end. Default false: always both.
   */
  backchannel_logout_session_required?: boolean;
  /** Default RS256. */
  id_token_signed_response_alg?: SigningAlg;
  /** Default true. `false` is for confidential clients that send a nonce. */
  requirePkce?: boolean;
  /** Every token request must prove a key (RFC 9449). Default false: the client may. */
  dpop_bound_access_tokens?: boolean;
  /**
   * Lets the client ask for the user's password itself. For apps of your own house: `native` and `device` by the authorization
   * challenge, a confidential `web` client by the JSON call of its back end. Default false.
   */
  directSignIn?: boolean;
  /** What this back end says of its user's address counts for the limits of sign-in. Default false: its own address counts. */
  believedUserAddress?: boolean;
  /**
   * Lets the back end that holds Ostiary in its own process have tokens made for any user, without a password: `generateTokens()`
   * of `ostiary/embed`. `claims` names those of its own that it may add.
   */
  generateTokens?: { claims?: string[] };
  /** Scopes the client may ask for, by API identifier. */
  apis?: Record<string, string[]>;
  refresh?: RefreshConfig;
}

/** A user to create at first start. The password applies at creation only. */
export interface UserConfig {
  username: string;
  password: SecretConfig;
  /** OpenID claims: `name`, `email` and so on. */
  claims?: Record<string, unknown>;
}

/** How the pages look: a name, a logo, and other values for their design tokens. */
export type ThemeConfig = NonNullable<HandlerOptions['theme']>;

/** Where whoever operates the server looks at it, and how it stops. */
export interface OperationsConfig {
  /** Default 127.0.0.1. */
  host?: string;
  /** `off`: nowhere. Default 4090, or a free one where the server itself listens on a free one. */
  port?: number | 'off';
  /**
   * How long the server goes on after it was told to stop, no longer ready, so that a load balancer can turn away from it.
   * Default 0 with SQLite, 5 with PostgreSQL.
   */
  drainSeconds?: number;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A database on a PostgreSQL server, or on an engine that speaks its protocol. */
export interface PostgresConfig {
  /**
   * `postgres://ROLE:PASSWORD@HOST:PORT/DATABASE`. A host other than this machine is spoken to by TLS and its certificate
   * verified; on this machine `?sslmode=verify-full` asks for that.
   */
  url: SecretConfig;
  /** File of the certificates (PEM) that may have signed the server's. Default: those that Node trusts. */
  ca?: string;
  /** Connections for reading. Default: as the adapter has it. */
  readers?: number;
  /** Connections for writing. */
  writers?: number;
  /** Lets a connection leave this machine without TLS. Whoever is in between reads the password and the data of all users. */
  dangerouslyUnencrypted?: boolean;
}

/** Everything that `ostiary.config.ts` may say. */
export interface OstiaryConfig {
  /** Absolute URL without trailing slash, query or fragment. https, or http on loopback. */
  issuer: string;
  /**
   * `sqlite:` and a path, relative to the configuration file; `sqlite::memory:` keeps nothing. Or a PostgreSQL database.
   * Default sqlite:./data/ostiary.db.
   */
  storage?: string | { postgres: PostgresConfig };
  /** How long a sign-in lasts. Default: 3 days idle, 30 days in all. */
  session?: { idleSeconds?: number; absoluteSeconds?: number };
  /**
   * Whether every proof of a key that comes with a token request needs a nonce of this server, or only one whose time is in
   * doubt. Default required.
   */
  dpopNonce?: 'required' | 'optional';
  /** Default: the port of a loopback issuer, else 4000; the host of a loopback issuer, else 127.0.0.1. */
  listen?: { host?: string; port?: number };
  /**
   * Proxies in front of this server, as IP addresses or CIDR ranges. What they say of the client's address, in
   * `X-Forwarded-For` or `Forwarded`, is believed. Default: none.
   */
  trustedProxies?: string[];
  /** Health, readiness and metrics, on a port of their own. Default: port 4090 of 127.0.0.1. */
  operations?: OperationsConfig;
  /** Default info. */
  logLevel?: LogLevel;
  theme?: ThemeConfig;
  apis?: ApiConfig[];
  clients?: ClientConfig[];
  users?: UserConfig[];
}

/** Gives the configuration file its type. Returns its argument; what it says is checked at start. */
export function defineConfig(config: OstiaryConfig): OstiaryConfig {
  return config;
}
