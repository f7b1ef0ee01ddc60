import type { Cause, OAuthError } from '@ostiary/wire';

/** Precise reasons, for the audit log and the developer. On the wire they become few words: see `wireWords`. */
export type Reason =
  | 'parameter_missing'
  | 'parameter_repeated'
  | 'parameter_malformed'
  | 'parameter_too_long'
  | 'body_not_form'
  | 'body_too_large'
  | 'client_unknown'
  | 'client_disabled'
  | 'client_auth_missing'
  | 'client_auth_failed'
  | 'client_auth_twice'
  | 'client_auth_method_differs'
  | 'assertion_malformed'
  | 'assertion_audience'
  | 'assertion_replayed'
  | 'redirect_uri_missing'
  | 'redirect_uri_unregistered'
  | 'response_type_unsupported'
  | 'response_type_not_allowed'
  | 'response_mode_unsupported'
  | 'request_object_unsupported'
  | 'request_uri_unsupported'
  | 'registration_unsupported'
  | 'pkce_missing'
  | 'pkce_method_not_s256'
  | 'prompt_none_with_others'
  | 'hint_invalid'
  | 'scope_empty'
  | 'scope_not_covered'
  | 'target_unknown'
  | 'target_ambiguous'
  | 'target_not_covered'
  | 'target_algs_differ'
  | 'login_required'
  | 'consent_required'
  | 'account_selection_required'
  | 'interaction_required'
  | 'other_user_signed_in'
  | 'consent_denied'
  | 'sign_in_cancelled'
  | 'grant_type_unsupported'
  | 'grant_type_not_allowed'
  | 'code_unknown'
  | 'code_expired'
  | 'code_of_another_client'
  | 'code_replayed'
  | 'redirect_uri_differs'
  | 'verifier_missing'
  | 'verifier_unexpected'
  | 'verifier_wrong'
  | 'token_unknown'
  | 'token_of_another_client'
  | 'proof_missing'
  | 'proof_of_another_key'
  | 'grant_ended'
  | 'history_lost'
  | 'retries_limited'
  | 'reuse_detected'
  | 'access_token_missing'
  | 'access_token_twice'
  | 'access_token_invalid'
  | 'scope_openid_missing'
  | 'introspection_not_allowed'
  | 'rate_limited'
  | 'storage_unavailable'
  | 'contended';

/** Why a request was turned down. `parameter` names the culprit; `shown` is for the developer's page, never for JSON. */
export interface Refusal {
  reason: Reason;
  parameter?: string;
  cause?: Cause;
  retryAfterSeconds?: number;
  shown?: { label: string; value: string }[];
}

/** An error code of the standards and a careful sentence in its character set (RFC 6749 section 5.2). */
export interface WireWords {
  error: OAuthError;
  description: string;
}

/** The one map from precise reasons to the words of the wire. Exhaustive: no default. */
export function wireWords(refusal: Refusal): WireWords {
  const parameter = refusal.parameter ?? 'a parameter';
  switch (refusal.reason) {
    case 'parameter_missing':
      return words('invalid_request', `${parameter} is missing`);
    case 'parameter_repeated':
      return words('invalid_request', `${parameter} is given more than once`);
    case 'parameter_malformed':
      return words('invalid_request', `${parameter} is malformed`);
    case 'parameter_too_long':
      return words('invalid_request', `${parameter} is too long`);
    case 'body_not_form':
      return words('invalid_request', 'the body must be application/x-www-form-urlencoded');
    case 'body_too_large':
      return words('invalid_request', 'the body is too large');
    case 'client_unknown':
      return words('invalid_client', 'no such client');
    case 'client_disabled':
      return words('invalid_client', 'the client is disabled');
    case 'client_auth_missing':
      return words('invalid_client', 'client authentication is required');
    case 'client_auth_failed':
      return words('invalid_client', 'client authentication failed');
    case 'client_auth_twice':
      return words('invalid_request', 'more than one method of client authentication was used');
    case 'client_auth_method_differs':
      return words('invalid_client', 'the client is registered with another authentication method');
    case 'assertion_malformed':
      return words('invalid_client', 'the client assertion is not acceptable');
    case 'assertion_audience':
      return words(
        'invalid_client',
        'the audience of the client assertion must be the issuer identifier, as a single string',
      );
    case 'assertion_replayed':
      return words('invalid_client', 'the client assertion was used before');
    case 'redirect_uri_missing':
      return words('invalid_request', 'redirect_uri is missing');
    case 'redirect_uri_unregistered':
      return words('invalid_request', 'redirect_uri is not registered for this client');
    case 'response_type_unsupported':
      return words('unsupported_response_type', 'response_type is not supported');
    case 'response_type_not_allowed':
      return words('unauthorized_client', 'the client may not use this response_type');
    case 'response_mode_unsupported':
      return words('invalid_request', 'response_mode is not supported');
    case 'request_object_unsupported':
      return words('request_not_supported', 'request objects are not supported');
    case 'request_uri_unsupported':
      return words('request_uri_not_supported', 'request_uri is not supported');
    case 'registration_unsupported':
      return words('registration_not_supported', 'the registration parameter is not supported');
    case 'pkce_missing':
      return words('invalid_request', 'code_challenge is required (PKCE with S256)');
    case 'pkce_method_not_s256':
      return words('invalid_request', 'code_challenge_method must be S256');
    case 'prompt_none_with_others':
      return words('invalid_request', 'prompt=none cannot be combined with other values');
    case 'hint_invalid':
      return words('invalid_request', 'id_token_hint is not an ID token of this issuer');
    case 'scope_empty':
      return words('invalid_scope', 'none of the requested scopes is available to this client');
    case 'scope_not_covered':
      return words('invalid_scope', 'a requested scope goes beyond what was granted');
    case 'target_unknown':
      return words('invalid_target', 'the client may not use the requested resource');
    case 'target_ambiguous':
      return words('invalid_target', 'a requested scope belongs to more than one API; name the API with resource');
    case 'target_not_covered':
      return words('invalid_target', 'the requested resource goes beyond what was granted');
    case 'target_algs_differ':
      return words('invalid_target', 'the requested resources sign with different algorithms; ask for one at a time');
    case 'login_required':
      return words('login_required', 'the user must sign in');
    case 'consent_required':
      return words('consent_required', 'the user must give consent');
    case 'account_selection_required':
      return words('account_selection_required', 'the user must choose an account');
    case 'interaction_required':
      return words('interaction_required', 'the user must take part');
    case 'other_user_signed_in':
      return words('login_required', 'another user than the one named by id_token_hint is signed in');
    case 'consent_denied':
      return words('access_denied', 'the user did not allow access');
    case 'sign_in_cancelled':
      return words('access_denied', 'the user cancelled the sign-in');
    case 'grant_type_unsupported':
      return words('unsupported_grant_type', 'grant_type is not supported');
    case 'grant_type_not_allowed':
      return words('unauthorized_client', 'the client may not use this grant_type');
    case 'code_unknown':
      return words('invalid_grant', 'the authorization code is not valid');
    case 'code_expired':
      return words('invalid_grant', 'the authorization code has expired');
    case 'code_of_another_client':
      return words('invalid_grant', 'the authorization code is not valid');
    case 'code_replayed':
      return words('invalid_grant', 'the authorization code was used before');
    case 'redirect_uri_differs':
      return words('invalid_grant', 'redirect_uri differs from the one in the authorization request');
    case 'verifier_missing':
      return words('invalid_grant', 'code_verifier is missing');
    case 'verifier_unexpected':
      return words('invalid_grant', 'code_verifier was given although the authorization request had no code_challenge');
    case 'verifier_wrong':
      return words('invalid_grant', 'code_verifier does not match the code_challenge');
    case 'token_unknown':
      return words('invalid_grant', 'the refresh token is not valid');
    case 'token_of_another_client':
      return words('invalid_grant', 'the refresh token is not valid for this client');
    case 'proof_missing':
      return words('invalid_grant', 'the refresh token is bound to a key and no proof was given');
    case 'proof_of_another_key':
      return words('invalid_grant', 'the refresh token is bound to another key');
    case 'grant_ended':
      return words('invalid_grant', `the grant has ended${refusal.cause === undefined ? '' : `: ${refusal.cause}`}`);
    case 'history_lost':
      return words('temporarily_unavailable', 'the server has lost history and an operator must decide');
    case 'retries_limited':
      return words('slow_down', 'the same refresh token was repeated too often');
    case 'reuse_detected':
      return words('invalid_grant', 'the refresh token was used before; this session has been ended');
    case 'access_token_missing':
      return words('invalid_token', 'an access token is required');
    case 'access_token_twice':
      return words('invalid_request', 'the access token was sent in more than one way');
    case 'access_token_invalid':
      return words('invalid_token', 'the access token is not valid');
    case 'scope_openid_missing':
      return words('insufficient_scope', 'the access token lacks the scope openid');
    case 'introspection_not_allowed':
      return words('unauthorized_client', 'only authenticated clients may introspect tokens');
    case 'rate_limited':
      return words('slow_down', 'too many attempts; try again later');
    case 'storage_unavailable':
      return words('temporarily_unavailable', 'the server cannot answer now; try again');
    case 'contended':
      return words('temporarily_unavailable', 'too many requests for the same grant; try again');
  }
}

function words(error: OAuthError, description: string): WireWords {
  return { error, description };
}
