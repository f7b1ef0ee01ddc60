import { cacheRule, errorAnswer } from '../answers.ts';
import type { JwtClaims } from '@ostiary/session';
import type { LoginOptions, LogoutOptions, WebOptions } from '../options.ts';
import type { OidcRequest } from '../oidc-request.ts';
import type { PutTokens } from '../token-set.ts';
import type { Visit } from '../visit.ts';
import { createWebAuth } from '../web-auth.ts';
import type { WebAuth } from '../web-auth.ts';

/** What an app knows and does within one request. */
export interface AuthContext {
  request: Request;
  oidc: OidcRequest;
  login(options?: LoginOptions): Promise<Response>;
  logout(options?: LogoutOptions): Promise<Response>;
  /**
   * `undefined` for a signed-in user who passes `check`. A page of anybody else: the way to the login, to be returned. Throws a
   * `WebError` for requests that are no pages (401) and for users who do not pass (403); `handle` answers it.
   */
  requiresAuth(check?: (claims: JwtClaims) => boolean): Promise<Response | undefined>;
  attemptSilentLogin(): Promise<Response | undefined>;
  /** Puts tokens of the app's own into the session; what is older than the session's is not taken. */
  putTokens(tokens: PutTokens): void;
}

export interface FetchAuth {
  /**
   * Answers one request: by itself where it is about signing in or out, else by `app`. Sets the session's cookies. A `WebError`
   * that `app` throws becomes a way to the login, or JSON with status and cause.
   */
  handle(request: Request, app: (context: AuthContext) => Response | Promise<Response>): Promise<Response>;
}

/** Sign-in for whatever speaks in `Request` and `Response`. Throws a `TypeError` for options that do not hold. */
export function createAuth(options: WebOptions<Request, undefined>): FetchAuth {
  const webAuth = createWebAuth(options as WebOptions);
  return { handle: (request, app) => handle(webAuth, request, app) };
}

async function handle(
  webAuth: WebAuth,
  request: Request,
  app: (context: AuthContext) => Response | Promise<Response>,
): Promise<Response> {
  const seen = asSeenByBrowsers(request, webAuth.house.settings.origin);
  const visit = await webAuth.open(seen, { request, response: undefined }).catch(errorAnswer);
  if (visit instanceof Response) return visit;
  try {
    const answer = (await webAuth.answer(visit)) ?? (await app(contextOf(webAuth, visit, request)));
    await visit.done();
    return withCookies(answer, visit);
  } catch (fault) {
    return withCookies((await webAuth.rescue(visit, fault)) ?? errorAnswer(fault), visit);
  }
}

/** Behind a proxy the app is called by another name; the path and the rest are the same. */
export function asSeenByBrowsers(request: Request, origin: string): Request {
  const { pathname, search, origin: called } = new URL(request.url);
  if (called === origin) return request;
  const { method, headers, body, signal } = request;
  return new Request(origin + pathname + search, {
    method,
    headers,
    body,
    signal,
    ...(body && { duplex: 'half' }),
  } as RequestInit);
}

export function contextOf(webAuth: WebAuth, visit: Visit, request: Request): AuthContext {
  return {
    request,
    oidc: visit.oidc,
    login: visit.login,
    logout: visit.logout,
    requiresAuth: (check) => webAuth.guard(visit, check && (() => check(visit.oidc.idTokenClaims ?? {}))),
    attemptSilentLogin: () => webAuth.askSilently(visit),
    putTokens: visit.put,
  };
}

/** The answer with the session's cookies and what it says to caches. */
export function withCookies(answer: Response, visit: Visit): Response {
  const rule = cacheRule(visit, answer.headers.has('cache-control'));
  if (rule === undefined) return answer;
  const copy = new Response(answer.body, answer);
  copy.headers.set('cache-control', rule);
  for (const line of visit.cookieLines()) copy.headers.append('set-cookie', line);
  return copy;
}
