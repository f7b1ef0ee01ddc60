import type { Visit } from './visit.ts';
import { WebError } from './web-error.ts';

/** To another address, by GET whatever the request was ([RFC 9700, section 4.12](https://www.rfc-editor.org/rfc/rfc9700#section-4.12)). */
export function redirectTo(location: string): Response {
  return new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store' } });
}

export function json(value: unknown, status = 200): Response {
  return Response.json(value, { status, headers: { 'cache-control': 'no-store' } });
}

/** An error as callers without a page get it: `{ error, error_description }`, and how long to wait where that helps. */
export function errorAnswer(fault: unknown): Response {
  if (!(fault instanceof WebError)) throw fault;
  const { code, error, message, retryAfterSeconds } = fault;
  const answer = json(
    { error: code, error_description: message, ...(error !== undefined && { error_cause: error }) },
    fault.status,
  );
  if (retryAfterSeconds !== undefined) answer.headers.set('retry-after', String(Math.ceil(retryAfterSeconds)));
  return answer;
}

/**
 * What an answer has to say to caches. One that sets a session's cookie is nobody else's, whatever the app says of it; nor is one
 * to a signed-in user, unless the app has a rule of its own.
 */
export function cacheRule(visit: Visit, hasRule: boolean): 'no-store' | undefined {
  const isOurs = visit.cookieLines().length > 0 || (!hasRule && visit.session.seen() !== undefined);
  return isOurs ? 'no-store' : undefined;
}
