/**
 * Successful answer of the JSON call for back ends. Times are seconds since 1970; `0` = never. Without offline access there is no
 * refresh token, and no time of its end.
 */
export interface DirectAnswer {
  access_token: string;
  refresh_token?: string;
  access_token_expires_at: number;
  refresh_token_expires_at?: number;
  token_type: 'Bearer' | 'DPoP';
  scope: string;
  id_token?: string;
}
