/** Why no access token could be given. */
export type GrantErrorCode =
  /** There is no such grant here, or it was forgotten. */
  | 'unknown_grant'
  /** The server ended it: `reason` says why. Only the user can bring it back. */
  | 'needs_reconnect'
  /** Nothing is lost: the network, the server or the store does not answer now. */
  | 'try_later'
  /** Client, issuer, keys or tokens do not fit together; the message says how. */
  | 'misconfigured';

/** The one error that the SDK throws for what happens at run time. */
export class GrantError extends Error {
  override readonly name = 'GrantError';
  readonly code: GrantErrorCode;
  /** Why the grant ended, for `needs_reconnect`: a cause of the server (`user_disabled`), or `expired`, or `grant_ended`. */
  readonly reason: string | undefined;
  /** Server time in milliseconds, for `try_later`. */
  readonly retryAtMs: number | undefined;

  constructor(code: GrantErrorCode, message: string, more: { reason?: string; retryAtMs?: number | undefined } = {}) {
    super(message);
    this.code = code;
    this.reason = more.reason;
    this.retryAtMs = more.retryAtMs;
  }
}

/** Thrown in `withGrant` to say that an API refused the access token: it is renewed, and the work is done once more. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';

  constructor(message = 'the API refused the access token') {
    super(message);
  }
}
