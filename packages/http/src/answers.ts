import { wireWords, type Refusal } from '@ostiary/protocol';
import type { ErrorAnswer, OAuthError } from '@ostiary/wire';

const json = 'application/json';

/** A JSON answer that nobody may keep (RFC 6749 section 5.1). */
export function jsonAnswer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': json, 'Cache-Control': 'no-store', Pragma: 'no-cache', ...headers },
  });
}

/**
 * An error of the token, revocation and introspection endpoints.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export function oauthErrorAnswer(refusal: Refusal): Response {
  const { error, description } = wireWords(refusal);
  const body: ErrorAnswer = {
    error,
    error_description: description,
    ...(refusal.cause !== undefined && { error_cause: refusal.cause }),
  };
  return jsonAnswer(body, statusOf(refusal, error), errorHeaders(refusal));
}

export function statusOf({ reason }: Refusal, error: OAuthError): number {
  if (reason === 'body_too_large') return 413;
  if (error === 'slow_down') return 429;
  if (error === 'temporarily_unavailable') return 503;
  return error === 'invalid_client' ? 401 : 400;
}

function errorHeaders(refusal: Refusal): Record<string, string> {
  const { error, description } = wireWords(refusal);
  const { retryAfterSeconds } = refusal;
  // Clients that act on the challenge never read the body: what went wrong stands in both.
  const said = `error="${error}", error_description="${description}"`;
  return {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(error === 'invalid_client' && { 'WWW-Authenticate': `Basic realm="token endpoint", charset="UTF-8", ${said}` }),
  };
}

/** An error of a resource of the issuer. @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3} */
export function bearerErrorAnswer(refusal: Refusal): Response {
  const { error, description } = wireWords(refusal);
  if (error === 'temporarily_unavailable') return oauthErrorAnswer(refusal);
  // RFC 6750 section 3.1: without credentials there is no error code.
  const isBare = refusal.reason === 'access_token_missing';
  const challenge = isBare ? 'Bearer' : `Bearer error="${error}", error_description="${description}"`;
  const status = error === 'insufficient_scope' ? 403 : error === 'invalid_request' ? 400 : 401;
  return jsonAnswer({ error, error_description: description }, status, { 'WWW-Authenticate': challenge });
}

/** 303, never 307: what was posted here is not posted on. @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.12 RFC 9700 section 4.12} */
export function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = new Headers({ Location: location, 'Cache-Control': 'no-store' });
  for (const cookie of cookies) headers.append('Set-Cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** An HTML page that is never stored. */
export function htmlAnswer(
  html: string,
  policy: string,
  { status = 200, cookies = [] as readonly string[], headers = {} } = {},
): Response {
  const all = new Headers({
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...headers,
  });
  for (const cookie of cookies) all.append('Set-Cookie', cookie);
  return new Response(html, { status, headers: all });
}
