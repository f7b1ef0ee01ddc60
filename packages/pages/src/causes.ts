/** Why a session, a sign-in of an app, or a request ended. The codes are shared with the audit log. */
export type Cause =
  | 'signed_out'
  | 'signed_out_everywhere'
  | 'device_removed'
  | 'consent_withdrawn'
  | 'consent_changed'
  | 'permission_removed'
  | 'user_disabled'
  | 'client_disabled'
  | 'reuse_detected'
  | 'code_replayed'
  | 'idle_expired'
  | 'absolute_expired'
  | 'superseded'
  | 'revoked_by_client'
  | 'exhausted'
  | 'history_lost'
  | 'session_replaced';

/** What happened, as the account page tells it. */
export type EventKind =
  | 'session_started'
  | 'session_ended'
  | 'family_born'
  | 'family_ended'
  | 'consent_given'
  | 'consent_withdrawn'
  | 'device_seen'
  | 'device_removed'
  | 'user_disabled'
  | 'signed_out_everywhere'
  | 'sign_in_failed'
  | 'refused';

/** What can go wrong at a door so that the person cannot be sent back to the app. */
export type Problem =
  | 'unknown_client'
  | 'redirect_uri_mismatch'
  | 'invalid_request'
  | 'page_expired'
  | 'other_browser'
  | 'form_rejected'
  | 'user_disabled'
  | 'too_many_requests'
  | 'temporarily_unavailable'
  | 'not_found'
  | 'server_error';
