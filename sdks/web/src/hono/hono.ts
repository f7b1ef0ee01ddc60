import type { Context, MiddlewareHandler } from 'hono';
import type { JwtClaims } from '@ostiary/session';
import { errorAnswer } from '../answers.ts';
import { asSeenByBrowsers, contextOf, withCookies } from '../fetch/fetch.ts';
import type { AuthContext } from '../fetch/fetch.ts';
import type { WebOptions } from '../options.ts';
import type { OidcRequest } from '../oidc-request.ts';
import { createWebAuth } from '../web-auth.ts';
import { WebError } from '../web-error.ts';

/** What `auth()` puts on the context: `c.get('oidc')` knows the user, `c.get('auth')` signs in and out. */
export interface AuthVariables {
  oidc: OidcRequest;
  auth: AuthContext;
}

type Env = { Variables: AuthVariables };

/** Sign-in for Hono: use it above all routes. A `WebError` that a route throws becomes a way to the login, or JSON. */
export function auth(options: WebOptions<Request, undefined>): MiddlewareHandler<Env> {
  const webAuth = createWebAuth(options as WebOptions);
  return async (c, next) => {
    const request = c.req.raw;
    const seen = asSeenByBrowsers(request, webAuth.house.settings.origin);
    const visit = await webAuth.open(seen, { request, response: undefined }).catch(errorAnswer);
    if (visit instanceof Response) return visit;
    const own = await webAuth.answer(visit).catch(errorAnswer);
    if (own !== undefined) return withCookies(own, visit);
    c.set('oidc', visit.oidc);
    c.set('auth', contextOf(webAuth, visit, request));
    await next();
    if (c.error instanceof WebError) c.res = (await webAuth.rescue(visit, c.error)) ?? errorAnswer(c.error);
    await visit.done();
    c.res = withCookies(c.res, visit);
    return undefined;
  };
}

/** Needs a signed-in user: a page goes to the login, others get 401; who does not pass `check` gets 403. */
export function requiresAuth(check?: (claims: JwtClaims, c: Context<Env>) => boolean): MiddlewareHandler<Env> {
  return async (c, next) => {
    const answer = await c.get('auth').requiresAuth(check && ((claims) => check(claims, c)));
    if (answer !== undefined) return answer;
    return next();
  };
}
