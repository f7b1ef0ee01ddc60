/**
 * Error codes of the standards, as they stand on the wire.
 * RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core 3.1.2.6, RFC 6750 section 3.1, RFC 8707 section 2,
 * DPoP (RFC 9449 section 12.2), OAuth 2.0 Step Up Authentication (RFC 9470), Unmet Authentication Requirements 1.0,
 * OAuth 2.0 for First-Party Applications (draft-ietf-oauth-first-party-apps-04 section 5.2.2.1).
 */
export const oauthErrors = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'insufficient_scope',
  'invalid_dpop_proof',
  'use_dpop_nonce',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'unsupported_token_type',
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'account_selection_required',
  'unmet_authentication_requirements',
  'insufficient_authorization',
  'invalid_session',
  'redirect_to_web',
  'request_not_supported',
  'request_uri_not_supported',
  'registration_not_supported',
  'server_error',
  'temporarily_unavailable',
  'slow_down',
] as const;
export type OAuthError = (typeof oauthErrors)[number];

/** JSON error body of the token, revocation and introspection endpoints (RFC 6749 section 5.2). */
export interface ErrorAnswer {
  error: OAuthError;
  error_description: string;
  /** Why the session behind the token ended; an Ostiary extension. */
  error_cause?: string;
  /** Of the JSON call alone: nothing but this ends a session. */
  result?: string;
}
