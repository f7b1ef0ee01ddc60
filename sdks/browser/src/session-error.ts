import type { ServerError } from '@ostiary/session';

/** Why no access token could be given. */
export type SessionErrorCode =
  /** Nobody is signed in, or the session has ended: sign in. */
  | 'sign_in_required'
  /** The user must do something at the provider; the session may still stand. */
  | 'interaction_required'
  /** Nothing is lost: the network or the server does not answer now. */
  | 'try_later'
  /** Client, provider and address do not fit together; the message says how. */
  | 'misconfigured'
  /** What came back from the provider is not what was asked for. */
  | 'bad_response';

/** The one error that the SDK throws for what happens at run time. */
export class SessionError extends Error {
  override readonly name = 'SessionError';
  readonly code: SessionErrorCode;
  /** The error code of the standard, when the server sent one. */
  readonly error: string | undefined;
  /** Server time in milliseconds, for `try_later`. */
  readonly retryAtMs: number | undefined;
  /** Where the user was, when the provider refused what was asked of it there: go on from there. */
  declare readonly returnTo?: string;

  constructor(code: SessionErrorCode, message: string, error?: string, retryAtMs?: number) {
    super(message);
    this.code = code;
    this.error = error;
    this.retryAtMs = retryAtMs;
  }
}

/** What the server said, as an error; without its word, trouble of the moment. */
export function faultOf(code: SessionErrorCode, error: ServerError | undefined, retryAtMs?: number): SessionError {
  const words = error?.description ?? error?.code ?? code;
  return new SessionError(code, words, error?.code, retryAtMs);
}
