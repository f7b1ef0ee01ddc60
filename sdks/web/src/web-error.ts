/** What went wrong. Each code has one status. */
export type WebErrorCode =
  /** Nobody is signed in. 401 */
  | 'sign_in_required'
  /** The session has ended: its time was over, or the provider said so. 401 */
  | 'session_ended'
  /** The user must do something at the provider: sign in again, consent. The session stands. 401 */
  | 'interaction_required'
  /** Signed in, and not allowed. 403 */
  | 'forbidden'
  /** The browser sent what does not fit: an answer to no question, a cross-site call. 400 */
  | 'bad_request'
  /** The provider refused the sign-in: `error` says with which code. 400 */
  | 'refused'
  /** What the provider sent does not hold: a signature, an issuer, a nonce. 400 */
  | 'bad_answer'
  /** Client, provider and addresses do not fit together. 500 */
  | 'misconfigured'
  /** Nothing is lost: provider or store do not answer now. 503 */
  | 'try_later';

const statuses = {
  sign_in_required: 401,
  session_ended: 401,
  interaction_required: 401,
  forbidden: 403,
  bad_request: 400,
  refused: 400,
  bad_answer: 400,
  misconfigured: 500,
  try_later: 503,
} as const satisfies Record<WebErrorCode, number>;

/** The one error that this package throws at run time. Its words hold no token and no secret. */
export class WebError extends Error {
  override readonly name = 'WebError';
  readonly code: WebErrorCode;
  readonly status: number;
  /** The same as `status`; the name that Express and its relatives look for. */
  readonly statusCode: number;
  /** The error code of the standard, where the provider sent one. */
  readonly error: string | undefined;
  /** For `try_later`, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(code: WebErrorCode, message: string, more: { error?: string; retryAfterSeconds?: number } = {}) {
    super(message);
    this.code = code;
    this.status = statuses[code];
    this.statusCode = this.status;
    this.error = more.error;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
