/** Status, error code of the standard, and careful words for each precise reason. */
const reasons = {
  token_missing: [401, undefined, 'an access token is needed'],
  credentials_malformed: [400, 'invalid_request', 'the Authorization header is not of the form: Bearer TOKEN'],
  tokens_several: [400, 'invalid_request', 'the access token was sent more than once'],
  token_misplaced: [400, 'invalid_request', 'the access token belongs into the Authorization header'],

  token_too_long: [401, 'invalid_token', 'the token is too long'],
  token_malformed: [401, 'invalid_token', 'the token is no JWT of the expected form'],
  type_wrong: [401, 'invalid_token', 'the token is no access token'],
  algorithm_refused: [401, 'invalid_token', 'the token is signed with an algorithm that is not accepted here'],
  extension_refused: [401, 'invalid_token', 'the token uses extensions (crit) that are not understood'],
  key_unknown: [401, 'invalid_token', 'the issuer publishes no such key'],
  signature_wrong: [401, 'invalid_token', 'the signature is wrong'],
  issuer_wrong: [401, 'invalid_token', "unexpected 'iss' value"],
  audience_wrong: [401, 'invalid_token', "unexpected 'aud' value: the token is for another API"],
  claim_missing: [401, 'invalid_token', 'a claim is missing or malformed'],
  expired: [401, 'invalid_token', 'the token has expired'],
  not_yet_valid: [401, 'invalid_token', 'the token is not valid yet'],
  issued_ahead: [401, 'invalid_token', 'the token was issued in the future'],
  too_old: [401, 'invalid_token', 'the token is older than this API takes'],
  inactive: [401, 'invalid_token', 'the token is not active'],
  revoked: [401, 'invalid_token', 'the token was revoked'],
  claim_unexpected: [401, 'invalid_token', 'a claim is not what this API expects'],

  bound_as_bearer: [401, 'invalid_token', 'the token is bound to a key: send it with the scheme DPoP and a proof'],
  unbound_as_dpop: [401, 'invalid_token', 'the token is not bound to a key: send it with the scheme Bearer'],
  binding_unknown: [401, 'invalid_token', 'the token is bound in a way that this API does not know'],
  binding_required: [401, 'invalid_token', 'this API takes only tokens that are bound to a key'],
  proof_of_another_key: [401, 'invalid_token', 'the DPoP proof is of another key than the token'],
  proof_missing: [400, 'invalid_dpop_proof', 'the header DPoP is missing'],
  proof_repeated: [400, 'invalid_dpop_proof', 'more than one DPoP proof was sent'],
  proof_malformed: [400, 'invalid_dpop_proof', 'the DPoP proof is malformed'],
  proof_elsewhere: [400, 'invalid_dpop_proof', 'the DPoP proof is for another request'],
  proof_stale: [400, 'invalid_dpop_proof', 'the DPoP proof is too old or from the future: check the clock'],
  proof_replayed: [400, 'invalid_dpop_proof', 'the DPoP proof was used before'],
  proof_nonce_needed: [401, 'use_dpop_nonce', 'the DPoP proof needs the nonce of the header DPoP-Nonce'],

  scope_missing: [403, 'insufficient_scope', 'the token lacks a permission'],
  sign_in_too_weak: [401, 'insufficient_user_authentication', 'a stronger sign-in is needed'],
  sign_in_too_old: [401, 'insufficient_user_authentication', 'a more recent sign-in is needed'],

  keys_unavailable: [503, undefined, 'the keys of the issuer cannot be had at the moment'],
  revocations_unknown: [503, undefined, 'what was revoked cannot be known at the moment'],
  introspection_unavailable: [503, undefined, 'the issuer cannot be asked about the token at the moment'],
} as const satisfies Record<string, readonly [400 | 401 | 403 | 503, string | undefined, string]>;

/** Why a request was refused, precisely. */
export type RefusalReason = keyof typeof reasons;

/** A refusal as the inside of the SDK speaks of it; `answerOf` makes an answer of it. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** More words, of our own; nothing that came with the request. */
  readonly detail?: string | undefined;
  /** What would be enough. */
  readonly needs?: {
    readonly scope?: string;
    readonly acrValues?: string;
    readonly maxAgeSeconds?: number;
  };
  readonly retryAfterSeconds?: number;
}

/** The words of the standards for a refusal. */
export function wireWordsOf({ reason, detail }: Refusal): {
  status: 400 | 401 | 403 | 503;
  error: string | undefined;
  description: string;
} {
  const [status, error, words] = reasons[reason];
  return { status, error, description: detail === undefined ? words : `${words}: ${detail}` };
}
