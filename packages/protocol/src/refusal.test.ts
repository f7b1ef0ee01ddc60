import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { causes, oauthErrors, type OAuthError } from '@ostiary/wire';
import { readParameters } from './parameters.ts';
import { wireWords, type Reason } from './refusal.ts';

/** What each precise reason becomes on the wire. */
const errors: Record<Reason, OAuthError> = {
  parameter_missing: 'invalid_request',
  parameter_repeated: 'invalid_request',
  parameter_malformed: 'invalid_request',
  parameter_too_long: 'invalid_request',
  body_not_form: 'invalid_request',
  body_not_json: 'invalid_request',
  body_too_large: 'invalid_request',
  client_unknown: 'invalid_client',
  client_disabled: 'invalid_client',
  client_auth_missing: 'invalid_client',
  client_auth_failed: 'invalid_client',
  client_auth_twice: 'invalid_request',
  client_auth_method_differs: 'invalid_client',
  assertion_malformed: 'invalid_client',
  assertion_audience: 'invalid_client',
  assertion_replayed: 'invalid_client',
  redirect_uri_missing: 'invalid_request',
  redirect_uri_unregistered: 'invalid_request',
  response_type_unsupported: 'unsupported_response_type',
  response_type_not_allowed: 'unauthorized_client',
  response_mode_unsupported: 'invalid_request',
  response_mode_not_form_post: 'invalid_request',
  request_object_unsupported: 'request_not_supported',
  request_uri_unsupported: 'request_uri_not_supported',
  registration_unsupported: 'registration_not_supported',
  pkce_missing: 'invalid_request',
  pkce_method_not_s256: 'invalid_request',
  prompt_none_with_others: 'invalid_request',
  hint_invalid: 'invalid_request',
  scope_malformed: 'invalid_scope',
  scope_empty: 'invalid_scope',
  scope_without_openid: 'invalid_scope',
  scope_not_covered: 'invalid_scope',
  target_missing: 'invalid_target',
  target_unknown: 'invalid_target',
  target_ambiguous: 'invalid_target',
  target_not_covered: 'invalid_target',
  target_algs_differ: 'invalid_target',
  login_required: 'login_required',
  consent_required: 'consent_required',
  account_selection_required: 'account_selection_required',
  interaction_required: 'interaction_required',
  other_user_signed_in: 'login_required',
  consent_denied: 'access_denied',
  sign_in_cancelled: 'access_denied',
  direct_sign_in_not_allowed: 'unauthorized_client',
  generate_tokens_not_allowed: 'unauthorized_client',
  claim_not_allowed: 'invalid_request',
  user_unknown: 'invalid_request',
  auth_session_invalid: 'invalid_session',
  credentials_missing: 'insufficient_authorization',
  credentials_wrong: 'access_denied',
  web_page_needed: 'redirect_to_web',
  grant_type_unsupported: 'unsupported_grant_type',
  grant_type_not_allowed: 'unauthorized_client',
  code_unknown: 'invalid_grant',
  code_expired: 'invalid_grant',
  code_of_another_client: 'invalid_grant',
  code_replayed: 'invalid_grant',
  redirect_uri_differs: 'invalid_grant',
  verifier_missing: 'invalid_grant',
  verifier_unexpected: 'invalid_grant',
  verifier_wrong: 'invalid_grant',
  code_proof_missing: 'invalid_grant',
  code_proof_of_another_key: 'invalid_grant',
  token_unknown: 'invalid_grant',
  token_of_another_client: 'invalid_grant',
  device_missing: 'invalid_grant',
  device_differs: 'invalid_grant',
  proof_missing: 'invalid_grant',
  proof_of_another_key: 'invalid_grant',
  proof_required: 'invalid_dpop_proof',
  proof_repeated: 'invalid_dpop_proof',
  proof_malformed: 'invalid_dpop_proof',
  proof_unverified: 'invalid_dpop_proof',
  proof_elsewhere: 'invalid_dpop_proof',
  proof_nonce_needed: 'use_dpop_nonce',
  proof_replayed: 'invalid_dpop_proof',
  grant_ended: 'invalid_grant',
  history_lost: 'temporarily_unavailable',
  retries_limited: 'slow_down',
  reuse_detected: 'invalid_grant',
  access_token_missing: 'invalid_token',
  access_token_twice: 'invalid_request',
  access_token_invalid: 'invalid_token',
  access_token_bound: 'invalid_token',
  access_token_unbound: 'invalid_token',
  scope_openid_missing: 'insufficient_scope',
  introspection_not_allowed: 'unauthorized_client',
  feed_not_allowed: 'unauthorized_client',
  feed_streams_limited: 'slow_down',
  feed_full: 'temporarily_unavailable',
  rate_limited: 'slow_down',
  storage_unavailable: 'temporarily_unavailable',
  contended: 'temporarily_unavailable',
};
const reasons = Object.keys(errors) as Reason[];

/** RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E. */
const descriptionPattern = /^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/;

describe('RFC 6749 5.2: the one map from reasons to the words of the wire', () => {
  for (const reason of reasons) {
    test(`${reason} is ${errors[reason]}, with a description`, () => {
      const { error, description } = wireWords({ reason });
      assert.equal(error, errors[reason]);
      assert.match(description, descriptionPattern);
    });
  }

  test('every error is one of the standards', () => {
    for (const error of Object.values(errors)) assert.ok(oauthErrors.includes(error), error);
  });
});

test('security 72: a description holds its characters, whatever parameter came in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('1', 'x'.repeat(9000)), (name, value) => {
      const result = readParameters([
        [name, value],
        [name, value],
      ]);
      if (result.ok) return;
      assert.match(wireWords(result.refusal).description, descriptionPattern);
    }),
  );
});

test('every cause may be told with the end of a grant', () => {
  for (const cause of causes) {
    const { description } = wireWords({ reason: 'grant_ended', cause });
    assert.match(description, descriptionPattern);
    assert.ok(description.endsWith(cause));
  }
});

test('RFC 6749 5.2: a code or token of another client looks like an unknown one', () => {
  assert.deepEqual(wireWords({ reason: 'code_of_another_client' }), wireWords({ reason: 'code_unknown' }));
});

test('what is shown to a developer never goes into the words of the wire', () => {
  const shown = [{ label: 'sent', value: 'https://evil.example/' }];
  const words = wireWords({ reason: 'redirect_uri_unregistered', parameter: 'redirect_uri', shown });
  assert.deepEqual(words, wireWords({ reason: 'redirect_uri_unregistered' }));
});
