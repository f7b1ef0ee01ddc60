import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerOf, type RefusedAnswer } from '../answer.ts';
import type { RequestFacts } from '../credentials.ts';
import * as guards from '../guards.ts';
import { isBound, type Guard } from '../guards.ts';
import type { Refusal } from '../refusal.ts';
import type { ApiSettings } from '../settings.ts';
import { createAccessTokenVerifier, type AccessTokenVerifier, type Auth, type Verification } from '../verifier.ts';
import { ApiError } from './api-error.ts';
import { headerOf } from './node-header.ts';

declare global {
  // A project has this or `express-oauth2-jwt-bearer`, which declares the same property.
  namespace Express {
    interface Request {
      /** Set by `auth()` of @ostiary/api. */
      auth?: Auth;
    }
  }
}

/** A middleware of Express, or of any server that has its shape. */
export type Handler = (
  request: HandledRequest,
  response: ServerResponse,
  next: (fault?: unknown) => void,
) => void | Promise<void>;

/** What is needed of a request besides what Node gives. */
export interface HandledRequest extends IncomingMessage {
  originalUrl?: string;
  /** By the setting `trust proxy` of Express. */
  protocol?: string;
  /** A form that was parsed. */
  body?: unknown;
  auth?: Auth;
}

export interface MiddlewareSettings {
  /** With `false`, a request without a token goes on without `req.auth`; one with a bad token is refused all the same. Default: true. */
  authRequired?: boolean;
  /** Hands refusals to `next()` as an `ApiError`, for an error handler of your own. Default: they are answered. */
  passErrors?: boolean;
}

/** `auth()` with what is behind it. */
export interface AuthHandler extends Handler {
  readonly verifier: AccessTokenVerifier;
}

/** What guards need to know of the `auth()` before them. */
interface Context {
  verifier: AccessTokenVerifier;
  passErrors: boolean;
}

const contexts = new WeakMap<IncomingMessage, Context>();

/**
 * Lets requests with a good access token pass and sets `req.auth`; answers all others.
 *
 * @param settings how tokens are checked, or a verifier that does it
 */
export function auth(settings: (ApiSettings | { verifier: AccessTokenVerifier }) & MiddlewareSettings): AuthHandler {
  const { authRequired = true, passErrors = false } = settings;
  const verifier = 'verifier' in settings ? settings.verifier : createAccessTokenVerifier(settings);
  const context = { verifier, passErrors };
  const handler: Handler = async (request, response, next) => {
    contexts.set(request, context);
    let result: Verification;
    try {
      result = await verifier.verify(factsOf(request));
    } catch (fault) {
      return next(fault);
    }
    if (!result.ok) {
      if (!authRequired && result.refusal.reason === 'token_missing') return next();
      return refuse(response, next, { ...result, passErrors });
    }
    for (const name in result.headers) response.setHeader(name, result.headers[name] ?? '');
    request.auth = result.auth;
    next();
  };
  return Object.assign(handler, { verifier });
}

/**
 * Serves what the API says of itself, to everybody: mount it before `auth()`, at `/.well-known/oauth-protected-resource`.
 * [RFC 9728, section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3)
 */
export function resourceMetadata({ verifier }: { verifier: AccessTokenVerifier }): Handler {
  const { resourceMetadata: metadata } = verifier;
  if (metadata === undefined) throw new TypeError('resourceMetadata() needs the setting resource');
  const body = JSON.stringify(metadata);
  const headers = { 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' };
  return (_request, response) => void response.writeHead(200, headers).end(body);
}

/** All of these scopes: `'read:reports write:reports'`, or a list. 403 names what would be enough. */
export function requiredScopes(scopes: string | readonly string[]): Handler {
  return guarded(guards.requiredScopes(scopes));
}

/** Any one of these scopes. */
export function scopeIncludesAny(scopes: string | readonly string[]): Handler {
  return guarded(guards.scopeIncludesAny(scopes));
}

/** The claim has this value. */
export function claimEquals(claim: string, expected: string | number | boolean | null): Handler {
  return guarded(guards.claimEquals(claim, expected));
}

/** The claim, a list or a text of words, has all of these. */
export function claimIncludes(claim: string, ...expected: readonly (string | number | boolean | null)[]): Handler {
  return guarded(guards.claimIncludes(claim, ...expected));
}

/** The claims pass a check of your own; `message` says what it wants. What it throws goes to `next()`. */
export function claimCheck(check: (claims: Auth['claims']) => boolean, message?: string): Handler {
  return guarded(guards.claimCheck(check, message));
}

/** The user signed in in one of these ways (`acr`). Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireAcr(...acrValues: readonly string[]): Handler {
  return guarded(guards.requireAcr(...acrValues));
}

/** The user signed in at most `maxAge` seconds ago. Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireFreshLogin(demand: { maxAge: number }): Handler {
  return guarded(guards.requireFreshLogin(demand));
}

function guarded(guard: Guard): Handler {
  return (request, response, next) => {
    const context = contexts.get(request);
    if (context === undefined) return next(new TypeError('auth() must stand before the demands on its token'));
    const { verifier, passErrors } = context;
    const refusal = judged(guard, request.auth, verifier.now());
    if (refusal === undefined) return next();
    const answer = answerOf(refusal, verifier.challenge, isBound(request.auth));
    refuse(response, next, { refusal, answer, passErrors });
  };
}

function judged(guard: Guard, token: Auth | undefined, nowMs: number): Refusal | undefined {
  return token === undefined ? { reason: 'token_missing' } : guard(token, nowMs);
}

function refuse(
  response: ServerResponse,
  next: (fault: unknown) => void,
  { refusal, answer, passErrors }: { refusal: Refusal; answer: RefusedAnswer; passErrors: boolean },
): void {
  if (passErrors) return next(new ApiError(refusal, answer));
  const { status, headers, body } = answer;
  response.writeHead(status, headers).end(JSON.stringify(body));
}

function factsOf(request: HandledRequest): RequestFacts {
  const { headers, method = 'GET', originalUrl, url = '/', protocol = 'http' } = request;
  return {
    authorization: headerOf(request, 'authorization'),
    dpop: headerOf(request, 'dpop'),
    method,
    url: `${protocol}://${headers.host ?? ''}${originalUrl ?? url}`,
    formTokens: formTokensOf(request),
  };
}

function formTokensOf({ body, headers }: HandledRequest): string[] {
  const isForm = headers['content-type']?.toLowerCase().startsWith('application/x-www-form-urlencoded') === true;
  if (!isForm || typeof body !== 'object' || body === null || !('access_token' in body)) return [];
  return [body.access_token].flat().map(String);
}
