/**
 * Successful answer of the token endpoint: RFC 6749 section 5.1, OpenID Connect Core 3.1.3.3.
 * `refresh_token_timeout` (idle) and `authorization_expires_in` (absolute) are seconds by
 * draft-ietf-oauth-refresh-token-expiration; `refresh_token_expires_in` is the earlier of the two.
 * A field is absent when its limit is "never".
 */
export interface TokenAnswer {
  access_token: string;
  /** `DPoP` when the access token is bound to a key (RFC 9449 section 5). */
  token_type: 'Bearer' | 'DPoP';
  expires_in: number;
  scope: string;
  id_token?: string;
  refresh_token?: string;
  refresh_token_expires_in?: number;
  refresh_token_timeout?: number;
  authorization_expires_in?: number;
}
