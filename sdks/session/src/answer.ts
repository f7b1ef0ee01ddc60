import type { TokenAnswer } from './token-set.ts';

/** What came back from the token endpoint, or that nothing did. */
export type Reply =
  | { kind: 'answer'; status: number; body: string; retryAfterSeconds?: number | undefined }
  | { kind: 'failed'; cause: 'offline' | 'network' | 'timeout' };

/** What a client concludes from a reply. Only `ended` ends a session, and only after the store was read again. */
export type Verdict =
  | { kind: 'tokens'; answer: TokenAnswer }
  | { kind: 'ended'; error: ServerError }
  /** The user has to do something at the provider: sign in, consent. */
  | { kind: 'interaction'; error: ServerError }
  /** A fault of the configuration. Keep everything, tell the developer, do not repeat. */
  | { kind: 'misconfigured'; error: ServerError }
  /** Keep everything and try again with the same attempt. */
  | { kind: 'tryLater'; reason: LaterReason; retryAfterSeconds?: number | undefined };

export type LaterReason = 'offline' | 'serverBusy' | 'unreadable';

/** An error of [RFC 6749, section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2). */
export interface ServerError {
  code: string;
  description?: string | undefined;
}

/**
 * The decision table of every client, for every possible reply. Nothing but a well-formed `invalid_grant` ends a session:
 * not 408, 425, 429 or 5xx, a page of HTML, half an answer, or none at all.
 */
export function judgeReply(reply: Reply): Verdict {
  if (reply.kind === 'failed')
    return { kind: 'tryLater', reason: reply.cause === 'timeout' ? 'serverBusy' : 'offline' };
  const body = parsed(reply.body);
  if (reply.status >= 200 && reply.status < 300) {
    return isTokenAnswer(body) ? { kind: 'tokens', answer: body } : later('unreadable', reply.retryAfterSeconds);
  }
  if ([408, 425, 429].includes(reply.status) || reply.status >= 500)
    return later('serverBusy', reply.retryAfterSeconds);
  const code = body?.['error'];
  if (typeof code !== 'string') return later('unreadable', reply.retryAfterSeconds);
  return judgeError(errorOf(code, body?.['error_description']));
}

/** The same for an error that came back in an authorization response. */
export function judgeError(error: ServerError): Exclude<Verdict, { kind: 'tokens' }> {
  const { code } = error;
  if (code === 'invalid_grant') return { kind: 'ended', error };
  // login_required, consent_required, account_selection_required ... (OpenID Connect Core 1.0, section 3.1.2.6)
  if (code.endsWith('_required')) return { kind: 'interaction', error };
  // A proof that was refused is made anew for the next try ([RFC 9449, section 5](https://www.rfc-editor.org/rfc/rfc9449#section-5)).
  if (/^temporarily_unavailable$|^server_error$|_dpop_/.test(code)) return later('serverBusy');
  return { kind: 'misconfigured', error };
}

function later(reason: LaterReason, retryAfterSeconds?: number): Verdict & { kind: 'tryLater' } {
  return { kind: 'tryLater', reason, retryAfterSeconds };
}

/** An error as it came, with its description where there is one. */
export function errorOf(code: string, description: unknown): ServerError {
  return typeof description === 'string' ? { code, description } : { code };
}

/**
 * Why the grant ended, where the server says so: the `error_cause` beside `invalid_grant`, which is Ostiary's own
 * (`user_disabled`, `consent_withdrawn` and the like).
 */
export function causeIn(reply: Reply): string | undefined {
  const cause = reply.kind === 'answer' ? parsed(reply.body)?.['error_cause'] : undefined;
  return typeof cause === 'string' ? cause : undefined;
}

function parsed(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Shapes are checked, not just presence: a proxy's JSON must not become somebody's tokens. */
function isTokenAnswer(body: Record<string, unknown> | undefined): body is Record<string, unknown> & TokenAnswer {
  if (body === undefined) return false;
  const is = (type: string, names: string[]) => names.every((name) => ['undefined', type].includes(typeof body[name]));
  return (
    [body['access_token'], body['token_type']].every((value) => typeof value === 'string' && value !== '') &&
    is('string', ['scope', 'id_token', 'refresh_token']) &&
    is('number', ['expires_in', 'refresh_token_expires_in', 'authorization_expires_in'])
  );
}
