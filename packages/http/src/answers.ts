import { proofAlgs, wireWords, type Refusal } from '@ostiary/service';
import type { ErrorAnswer, OAuthError } from '@ostiary/wire';
import type { Context } from 'hono';
import type { Bindings } from './context.ts';

type RequestContext = Context<Bindings>;

/** Every answer is made here: with the headers that all answers to this request have, and those of its own. */
export function answer(
  c: RequestContext,
  body: string | ReadableStream<Uint8Array> | null,
  status: number,
  headers: Record<string, string>,
): Response {
  return new Response(body, { status, headers: { ...c.env.headers, ...headers } });
}

/** A JSON answer that nobody may keep (RFC 6749 section 5.1). */
export function jsonAnswer(
  c: RequestContext,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return answer(c, JSON.stringify(body), status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    ...headers,
  });
}

/**
 * An error of the token, revocation and introspection endpoints.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-5.2 RFC 6749 section 5.2}
 */
export function oauthErrorAnswer(c: RequestContext, refusal: Refusal): Response {
  return refusalAnswer(c, refusal, errorBody(refusal));
}

/** A refusal in a body of its own, with the status and the headers that it has everywhere. */
export function refusalAnswer(c: RequestContext, refusal: Refusal, body: ErrorAnswer): Response {
  c.env.refused = refusal.reason;
  return jsonAnswer(c, body, statusOf(refusal, body.error), errorHeaders(refusal));
}

export function errorBody(refusal: Refusal): ErrorAnswer {
  const { error, description } = wireWords(refusal);
  return {
    error,
    error_description: description,
    ...(refusal.cause !== undefined && { error_cause: refusal.cause }),
  };
}

export function statusOf({ reason }: Refusal, error: OAuthError): number {
  if (reason === 'body_too_large') return 413;
  if (error === 'slow_down') return 429;
  if (error === 'temporarily_unavailable') return 503;
  // draft-ietf-oauth-first-party-apps-04 section 5.2.2.1.
  if (error === 'insufficient_authorization' || error === 'redirect_to_web') return 403;
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

const dpopChallenge = `DPoP algs="${proofAlgs.join(' ')}"`;

/**
 * An error of a resource of the issuer, by the scheme that the token came with, or that it needs.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-3 RFC 6750 section 3}
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 section 7.1}
 */
export function resourceErrorAnswer(
  c: RequestContext,
  refusal: Refusal,
  scheme: 'Bearer' | 'DPoP' = 'Bearer',
): Response {
  c.env.refused = refusal.reason;
  const { error, description } = wireWords(refusal);
  if (error === 'temporarily_unavailable') return oauthErrorAnswer(c, refusal);
  // RFC 6750 section 3.1: without credentials there is no error code.
  const isBare = refusal.reason === 'access_token_missing';
  const said = `error="${error}", error_description="${description}"`;
  const isForDpop = scheme === 'DPoP' || refusal.reason === 'access_token_bound';
  const challenge = isBare ? `Bearer, ${dpopChallenge}` : isForDpop ? `${dpopChallenge}, ${said}` : `Bearer ${said}`;
  const status = error === 'insufficient_scope' ? 403 : error === 'invalid_request' ? 400 : 401;
  return jsonAnswer(c, { error, error_description: description }, status, { 'WWW-Authenticate': challenge });
}

/** 303, never 307: what was posted here is not posted on. @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.12 RFC 9700 section 4.12} */
export function seeOther(c: RequestContext, location: string, cookies: readonly string[] = []): Response {
  return withCookies(answer(c, null, 303, { Location: location, 'Cache-Control': 'no-store' }), cookies);
}

/** An HTML page that is never stored. */
export function htmlAnswer(
  c: RequestContext,
  html: string,
  policy: string,
  { status = 200, cookies = [], headers = {} }: PageOptions = {},
): Response {
  const response = answer(c, html, status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': policy,
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    ...headers,
  });
  return withCookies(response, cookies);
}

interface PageOptions {
  status?: number;
  cookies?: readonly string[];
  headers?: Record<string, string>;
}

function withCookies(response: Response, cookies: readonly string[]): Response {
  for (const cookie of cookies) response.headers.append('Set-Cookie', cookie);
  return response;
}
