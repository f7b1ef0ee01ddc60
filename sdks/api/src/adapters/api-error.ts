import type { RefusedAnswer } from '../answer.ts';
import type { Refusal, RefusalReason } from '../refusal.ts';

/** Names that error handlers for `express-oauth2-jwt-bearer` look for. */
const names: Readonly<Record<string, string>> = {
  invalid_request: 'InvalidRequestError',
  invalid_token: 'InvalidTokenError',
  insufficient_scope: 'InsufficientScopeError',
  invalid_dpop_proof: 'InvalidProofError',
};

/** A refusal as an error, for error handlers: with what an answer to it holds. */
export class ApiError extends Error {
  override readonly name: string;
  /** The error code of the standard, where there is one. */
  readonly code: string | undefined;
  /** The precise reason. */
  readonly reason: RefusalReason;
  readonly status: number;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body that would have been sent ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)). */
  readonly problem: RefusedAnswer['body'];

  constructor({ reason }: Refusal, { status, headers, body }: RefusedAnswer) {
    super(body.detail);
    this.name = names[body.error ?? ''] ?? (status === 401 ? 'UnauthorizedError' : 'ApiError');
    this.code = body.error;
    this.reason = reason;
    this.status = status;
    this.statusCode = status;
    const { 'Content-Type': _, ...rest } = headers;
    this.headers = rest;
    this.problem = body;
  }
}
