import type { ApiId, ClientId, Digest, DeviceId, FamilyId, ResponseType, SessionId, UserId } from '@ostiary/wire';
import type { Grant } from './family.ts';

/** A redirect URI that was compared with the client's registration and is safe to redirect to. */
declare const registered: unique symbol;
export type RegisteredRedirectUri = string & { readonly [registered]: true };

export type Prompt = 'none' | 'login' | 'consent' | 'select_account';
export type ResponseMode = 'query' | 'form_post';

/** An authorization request after validation: nobody looks at the raw parameters again (RFC 6749 section 4.1.1). */
export interface AuthorizationRequest {
  clientId: ClientId;
  redirectUri: RegisteredRedirectUri;
  /** Whether the request named the redirect URI, and the token request must repeat it (RFC 6749 section 4.1.3). */
  redirectUriGiven: boolean;
  /** Absent: `code`, as pages in progress that began before there were others have it. */
  responseType?: ResponseType;
  responseMode: ResponseMode;
  state?: string;
  nonce?: string;
  /** S256 challenge (RFC 7636). */
  codeChallenge?: string;
  /** Thumbprint of the key that must be proved when the code is redeemed (`dpop_jkt`, RFC 9449 section 10). */
  jkt?: string;
  /** OpenID scopes that were asked for. */
  scopes: string[];
  apis: Record<ApiId, string[]>;
  prompts: Prompt[];
  maxAgeSeconds?: number;
  loginHint?: string;
  /** Subject named by a verified `id_token_hint`. */
  hintedSub?: UserId;
  acrValues: string[];
  uiLocales: string[];
}

/** A page in progress, tied to one browser by its ticket. */
export interface Interaction {
  /** Digest of the ticket. */
  hash: Digest;
  /** Digest of the browser cookie that began it. */
  browserHash: Digest;
  request: AuthorizationRequest;
  createdAtMs: number;
  expiresAtMs: number;
  /** The session the user chose to continue with (`select_account`). */
  chosenSessionId?: SessionId;
  /** It led to its answer already; kept until it expires, so that a form sent twice starts anew instead of failing. */
  isConsumed?: true;
}

/** An authorization code: one use, 60 seconds; kept consumed for a day so that a replay is recognised. */
export interface AuthorizationCode {
  hash: Digest;
  clientId: ClientId;
  userId: UserId;
  deviceId: DeviceId;
  sessionId: SessionId;
  redirectUri: string;
  redirectUriGiven: boolean;
  codeChallenge?: string;
  /** Thumbprint of the DPoP key that must be proved (RFC 9449 section 10). */
  jkt?: string;
  nonce?: string;
  grant: Grant;
  authTimeMs: number;
  userEpoch: number;
  clientEpoch: number;
  consentVersion: number;
  createdAtMs: number;
  expiresAtMs: number;
  redemption?: Redemption;
}

/** What became of a consumed code: enough to recognise one's own work and to undo a stolen one. */
export interface Redemption {
  atMs: number;
  /** Hash of the server's operation id. */
  operation: Digest;
  /** Hash of the client's `attempt`. */
  attempt?: Digest;
  /** DPoP key of the redemption (RFC 9449). */
  jkt?: string;
  familyId?: FamilyId;
  accessTokenId: string;
  accessTokenExpiresAtMs: number;
}
