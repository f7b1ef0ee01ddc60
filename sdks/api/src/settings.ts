import type { Environment } from './environment.ts';
import type { FeedState } from './feed/feed.ts';
import type { SigningAlg } from './jwt/algorithms.ts';

/** How an API checks access tokens. Names and units are those of `express-oauth2-jwt-bearer` where it has them. */
export interface ApiSettings extends Partial<Environment> {
  /** The issuer, as it names itself: `https://id.example.com`. Its metadata is read from there. */
  issuerBaseURL: string;
  /** The identifier of this API, or several. */
  audience: string | readonly string[];
  /** Address of the JWKS, in place of discovery. */
  jwksUri?: string;
  /**
   * The profile of [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068) whole. Switch it off for issuers that leave out `typ: at+jwt`,
   * `jti` or `client_id`. Default: true.
   */
  strict?: boolean;
  /** The one algorithm, or all that are taken. Default: ES256, RS256, PS256, EdDSA, Ed25519. */
  tokenSigningAlg?: SigningAlg | readonly SigningAlg[];
  /** By how many seconds the clocks may differ. Default: 5. */
  clockTolerance?: number;
  /** How many seconds old a token may be, whatever its `exp` says. Default: as old as it likes. */
  maxTokenAge?: number;
  /** Longer tokens are refused unread. Default: 8192 characters. */
  maxTokenLength?: number;
  /** Keys are read again before they are so old, in milliseconds. Default: 600 000. */
  cacheMaxAge?: number;
  /** Unknown keys make us ask the issuer once in so many milliseconds. Default: 30 000. */
  cooldownDuration?: number;
  /** How long an answer of the issuer is waited for, in milliseconds. Default: 5 000. */
  timeoutDuration?: number;
  /** For so many seconds keys outlast their age while the issuer cannot be reached. Default: 3600. */
  keysOutlastIssuer?: number;
  /** Told once each time that begins, with the reason. */
  onKeysKept?: (why: string) => void;
  /** So many verified tokens are remembered, and nothing about them but that. 0 switches it off. Default: 10 000. */
  rememberedTokens?: number;
  /** The name of the protected space in challenges. Default: `api`. */
  realm?: string;
  /**
   * The origin that clients know this API by, and the path in front of it: `https://api.example.com/v1`. Proofs name it. Default: what
   * the request says, which behind a proxy is not what the client saw.
   */
  baseURL?: string;
  /** Tokens that are bound to a key ([RFC 9449](https://www.rfc-editor.org/rfc/rfc9449)); `false` refuses all of them. */
  dpop?: DpopSettings | false;
  /** Publishes what this API is, and names that place in its challenges ([RFC 9728](https://www.rfc-editor.org/rfc/rfc9728)). */
  resource?: ResourceSettings;
  /** Opaque tokens are taken too: the issuer is asked about each ([RFC 7662](https://www.rfc-editor.org/rfc/rfc7662)). */
  introspection?: IntrospectionSettings;
  /** Follows the issuer's feed of revocations: what ended is refused within a second. */
  revocations?: RevocationSettings;
  /** Accepts tokens in the query, `?access_token=`, where they end up in logs and histories ([RFC 6750, section 2.3](https://www.rfc-editor.org/rfc/rfc6750#section-2.3)). */
  allowTokenInQuery?: boolean;
  /** Accepts tokens in forms ([RFC 6750, section 2.2](https://www.rfc-editor.org/rfc/rfc6750#section-2.2)). */
  allowTokenInForm?: boolean;
  /** Talks to an issuer without TLS on another machine: anybody between can forge tokens then. */
  dangerouslyAllowHttp?: boolean;
}

/** How proofs are checked. */
export interface DpopSettings {
  /** Takes no tokens without a binding. Default: false. */
  required?: boolean;
  /** How many seconds old a proof may be. Default: 60. */
  iatOffset?: number;
  /** How many seconds ahead of our clock. Default: 10. */
  iatLeeway?: number;
  /** Proofs must carry a nonce of this API ([RFC 9449, section 9](https://www.rfc-editor.org/rfc/rfc9449#section-9)); with several instances, a secret that they share. */
  nonce?: boolean | { secret: string };
  /** So many proofs are remembered, to refuse them a second time. Default: 100 000. */
  rememberedProofs?: number;
}

/** Who this API is at the issuer. */
interface CredentialSettings {
  /** Default: the first audience. */
  clientId?: string;
  clientSecret: string;
}

export interface IntrospectionSettings extends CredentialSettings {
  /** For so many seconds an answer is believed. Default: 5. */
  cacheSeconds?: number;
  /** For so many seconds it is believed that a token is not active. Default: 2. */
  inactiveCacheSeconds?: number;
}

export interface RevocationSettings extends CredentialSettings {
  /** After so many seconds without a word of the issuer nothing is known any more. Default: 30. */
  maxStaleSeconds?: number;
  /** What happens then: requests get 503, or the issuer is asked about each token. Default: `refuse`. */
  whenStale?: 'refuse' | 'introspect';
  /** Told when that begins. */
  onFeedStale?: (state: FeedState) => void;
}

/** What an API says of itself to clients that do not know it yet. */
export interface ResourceSettings {
  /** The address of the API, by which clients know it. Default: the first audience. */
  identifier?: string;
  name?: string;
  scopes?: readonly string[];
  documentation?: string;
}
