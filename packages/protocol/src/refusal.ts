import type { Cause, OAuthError } from '@ostiary/wire';

/** Precise reasons, for the audit log and the developer. On the wire they become few words: see `wireWords`. */
export type Reason =
  | 'parameter_missing'
  | 'parameter_repeated'
  | 'parameter_malformed'
  | 'parameter_too_long'
  | 'body_not_form'
  | 'body_not_json'
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
  | 'response_mode_not_form_post'
  | 'request_object_unsupported'
  | 'request_uri_unsupported'
  | 'registration_unsupported'
  | 'pkce_missing'
  | 'pkce_method_not_s256'
  | 'prompt_none_with_others'
  | 'hint_invalid'
  | 'scope_malformed'
  | 'scope_empty'
  | 'scope_without_openid'
  | 'scope_not_covered'
  | 'target_missing'
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
  | 'direct_sign_in_not_allowed'
  | 'generate_tokens_not_allowed'
  | 'claim_not_allowed'
  | 'user_unknown'
  | 'auth_session_invalid'
  | 'credentials_missing'
  | 'credentials_wrong'
  | 'web_page_needed'
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
  | 'code_proof_missing'
  | 'code_proof_of_another_key'
  | 'token_unknown'
  | 'token_of_another_client'
  | 'device_missing'
  | 'device_differs'
  | 'proof_missing'
  | 'proof_of_another_key'
  | 'proof_required'
  | 'proof_repeated'
  | 'proof_malformed'
  | 'proof_unverified'
  | 'proof_elsewhere'
  | 'proof_nonce_needed'
  | 'proof_replayed'
  | 'grant_ended'
  | 'history_lost'
  | 'retries_limited'
  | 'reuse_detected'
  | 'access_token_missing'
  | 'access_token_twice'
  | 'access_token_invalid'
  | 'access_token_bound'
  | 'access_token_unbound'
  | 'scope_openid_missing'
  | 'introspection_not_allowed'
  | 'feed_not_allowed'
  | 'feed_streams_limited'
  | 'feed_full'
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

/** The one map from precise reasons to the words of the wire. Exhaustive: a reason without words does not compile. */
const wording: Record<Reason, [OAuthError, string | ((refusal: Refusal) => string)]> = {
  parameter_missing: ['invalid_request', ({ parameter = 'a parameter' }) => `${parameter} is missing`],
  parameter_repeated: ['invalid_request', ({ parameter = 'a parameter' }) => `${parameter} is given more than once`],
  parameter_malformed: ['invalid_request', ({ parameter = 'a parameter' }) => `${parameter} is malformed`],
  parameter_too_long: ['invalid_request', ({ parameter = 'a parameter' }) => `${parameter} is too long`],
  body_not_form: ['invalid_request', 'the body must be application/x-www-form-urlencoded'],
  body_not_json: ['invalid_request', 'the body must be application/json: one object whose members are texts'],
  body_too_large: ['invalid_request', 'the body is too large'],
  client_unknown: ['invalid_client', 'no such client'],
  client_disabled: ['invalid_client', 'the client is disabled'],
  client_auth_missing: ['invalid_client', 'client authentication is required'],
  client_auth_failed: ['invalid_client', 'client authentication failed'],
  client_auth_twice: ['invalid_request', 'more than one method of client authentication was used'],
  client_auth_method_differs: ['invalid_client', 'the client is registered with another authentication method'],
  assertion_malformed: ['invalid_client', 'the client assertion is not acceptable'],
  assertion_audience: [
    'invalid_client',
    'the audience of the client assertion must be the issuer identifier, as a single string',
  ],
  assertion_replayed: ['invalid_client', 'the client assertion was used before'],
  redirect_uri_missing: ['invalid_request', 'redirect_uri is missing'],
  redirect_uri_unregistered: ['invalid_request', 'redirect_uri is not registered for this client'],
  response_type_unsupported: ['unsupported_response_type', 'response_type is not supported'],
  response_type_not_allowed: ['unauthorized_client', 'the client may not use this response_type'],
  response_mode_unsupported: ['invalid_request', 'response_mode is not supported'],
  response_mode_not_form_post: ['invalid_request', 'an ID token is sent with response_mode=form_post only'],
  request_object_unsupported: ['request_not_supported', 'request objects are not supported'],
  request_uri_unsupported: ['request_uri_not_supported', 'request_uri is not supported'],
  registration_unsupported: ['registration_not_supported', 'the registration parameter is not supported'],
  pkce_missing: ['invalid_request', 'code_challenge is required (PKCE with S256)'],
  pkce_method_not_s256: ['invalid_request', 'code_challenge_method must be S256'],
  prompt_none_with_others: ['invalid_request', 'prompt=none cannot be combined with other values'],
  hint_invalid: ['invalid_request', 'id_token_hint is not an ID token of this issuer'],
  // RFC 6749 sections 4.1.2.1 and 5.2: not invalid_request.
  scope_malformed: ['invalid_scope', 'scope is malformed'],
  scope_empty: ['invalid_scope', 'none of the requested scopes is available to this client'],
  scope_without_openid: ['invalid_scope', 'this response_type needs the scope openid'],
  scope_not_covered: ['invalid_scope', 'a requested scope goes beyond what was granted'],
  target_missing: ['invalid_target', 'the client may use several APIs; name one with resource or scope'],
  target_unknown: ['invalid_target', 'the client may not use the requested resource'],
  target_ambiguous: ['invalid_target', 'a requested scope belongs to more than one API; name the API with resource'],
  target_not_covered: ['invalid_target', 'the requested resource goes beyond what was granted'],
  target_algs_differ: [
    'invalid_target',
    'the requested resources sign with different algorithms; ask for one at a time',
  ],
  login_required: ['login_required', 'the user must sign in'],
  consent_required: ['consent_required', 'the user must give consent'],
  account_selection_required: ['account_selection_required', 'the user must choose an account'],
  interaction_required: ['interaction_required', 'the user must take part'],
  other_user_signed_in: ['login_required', 'another user than the one named by id_token_hint is signed in'],
  consent_denied: ['access_denied', 'the user did not allow access'],
  sign_in_cancelled: ['access_denied', 'the user cancelled the sign-in'],
  direct_sign_in_not_allowed: ['unauthorized_client', 'the client may not sign users in by itself'],
  generate_tokens_not_allowed: ['unauthorized_client', 'the client may not have tokens made'],
  claim_not_allowed: [
    'invalid_request',
    ({ parameter = 'a claim' }) => `the client may not set this claim: ${parameter}`,
  ],
  user_unknown: ['invalid_request', 'there is no such user, or they may not sign in'],
  auth_session_invalid: ['invalid_session', 'the auth_session is over, or of another client or key'],
  credentials_missing: ['insufficient_authorization', 'username and password are needed'],
  credentials_wrong: ['access_denied', 'username or password is wrong'],
  web_page_needed: ['redirect_to_web', 'this needs the web page: start an authorization request in a browser'],
  grant_type_unsupported: ['unsupported_grant_type', 'grant_type is not supported'],
  grant_type_not_allowed: ['unauthorized_client', 'the client may not use this grant_type'],
  code_unknown: ['invalid_grant', 'the authorization code is not valid'],
  code_expired: ['invalid_grant', 'the authorization code has expired'],
  code_of_another_client: ['invalid_grant', 'the authorization code is not valid'],
  code_replayed: ['invalid_grant', 'the authorization code was used before'],
  redirect_uri_differs: ['invalid_grant', 'redirect_uri differs from the one in the authorization request'],
  verifier_missing: ['invalid_grant', 'code_verifier is missing'],
  verifier_unexpected: [
    'invalid_grant',
    'code_verifier was given although the authorization request had no code_challenge',
  ],
  verifier_wrong: ['invalid_grant', 'code_verifier does not match the code_challenge'],
  code_proof_missing: ['invalid_grant', 'the authorization code is bound to a key and no proof was given'],
  code_proof_of_another_key: ['invalid_grant', 'the authorization code is bound to another key'],
  token_unknown: ['invalid_grant', 'the refresh token is not valid'],
  token_of_another_client: ['invalid_grant', 'the refresh token is not valid for this client'],
  device_missing: ['invalid_grant', 'the refresh token is renewed with its device, and none was named'],
  device_differs: ['invalid_grant', 'the refresh token is of another device'],
  proof_missing: ['invalid_grant', 'the refresh token is bound to a key and no proof was given'],
  proof_of_another_key: ['invalid_grant', 'the refresh token is bound to another key'],
  proof_required: ['invalid_dpop_proof', 'a DPoP proof is required'],
  proof_repeated: ['invalid_dpop_proof', 'more than one DPoP proof was given'],
  proof_malformed: [
    'invalid_dpop_proof',
    ({ parameter = 'its form' }) => `the DPoP proof is not acceptable: ${parameter}`,
  ],
  proof_unverified: ['invalid_dpop_proof', 'the signature of the DPoP proof is not right'],
  proof_elsewhere: [
    'invalid_dpop_proof',
    ({ parameter = 'htu' }) => `the DPoP proof was made for another request: ${parameter}`,
  ],
  proof_nonce_needed: ['use_dpop_nonce', 'the DPoP proof needs the nonce of the header DPoP-Nonce'],
  proof_replayed: ['invalid_dpop_proof', 'the DPoP proof was used before'],
  history_lost: ['temporarily_unavailable', 'the server has lost history and an operator must decide'],
  retries_limited: ['slow_down', 'the same refresh token was repeated too often'],
  reuse_detected: ['invalid_grant', 'the refresh token was used before; this session has been ended'],
  access_token_missing: ['invalid_token', 'an access token is required'],
  access_token_twice: ['invalid_request', 'the access token was sent in more than one way'],
  access_token_invalid: ['invalid_token', 'the access token is not valid'],
  access_token_bound: ['invalid_token', 'the access token is bound to a key: send it as DPoP with a proof of that key'],
  access_token_unbound: ['invalid_token', 'the access token is not bound to a key: send it as Bearer'],
  scope_openid_missing: ['insufficient_scope', 'the access token lacks the scope openid'],
  introspection_not_allowed: ['unauthorized_client', 'only authenticated clients may introspect tokens'],
  feed_not_allowed: ['unauthorized_client', 'only APIs, and clients with a secret that use one, may read this feed'],
  feed_streams_limited: ['slow_down', 'too many streams of this reader are open'],
  feed_full: ['temporarily_unavailable', 'there is no room for another stream now; try again'],
  rate_limited: ['slow_down', 'too many attempts; try again later'],
  storage_unavailable: ['temporarily_unavailable', 'the server cannot answer now; try again'],
  contended: ['temporarily_unavailable', 'too many requests for the same grant; try again'],
  grant_ended: [
    'invalid_grant',
    ({ cause }) => (cause === undefined ? 'the grant has ended' : `the grant has ended: ${cause}`),
  ],
};

/** What the wire says of a refusal. */
export function wireWords(refusal: Refusal): WireWords {
  const [error, words] = wording[refusal.reason];
  return { error, description: typeof words === 'string' ? words : words(refusal) };
}
