import type { Context, MiddlewareHandler } from 'hono';
import { answerOf } from '../answer.ts';
import * as guards from '../guards.ts';
import { isBound, type Guard } from '../guards.ts';
import type { ApiSettings } from '../settings.ts';
import { createAccessTokenVerifier, type AccessTokenVerifier, type Auth } from '../verifier.ts';
import { refusalResponse } from './fetch.ts';

export { resourceMetadata } from './fetch.ts';

/** Variables of the context behind `auth()`: `new Hono<{ Variables: ApiVariables }>()`. */
export interface ApiVariables {
  auth: Auth;
}

/** `auth()` with what is behind it. */
export type AuthMiddleware = MiddlewareHandler & { readonly verifier: AccessTokenVerifier };

const verifiers = new WeakMap<Request, AccessTokenVerifier>();

/**
 * Lets requests with a good access token pass and sets `auth` in the context; answers all others.
 *
 * @param settings how tokens are checked, or a verifier that does it; `authRequired: false` lets requests without a token pass
 */
export function auth(
  settings: (ApiSettings | { verifier: AccessTokenVerifier }) & { authRequired?: boolean },
): AuthMiddleware {
  const { authRequired = true } = settings;
  const verifier = 'verifier' in settings ? settings.verifier : createAccessTokenVerifier(settings);
  const middleware: MiddlewareHandler = async (c, next) => {
    verifiers.set(c.req.raw, verifier);
    const result = await verifier.verify(c.req.raw);
    if (result.ok) {
      c.set('auth', result.auth);
      await next();
      for (const name in result.headers) c.header(name, result.headers[name]);
      return undefined;
    }
    const isAnonymous = !authRequired && result.refusal.reason === 'token_missing';
    return isAnonymous ? next() : refusalResponse(result.answer);
  };
  return Object.assign(middleware, { verifier });
}

/** All of these scopes: `'read:reports write:reports'`, or a list. 403 names what would be enough. */
export function requiredScopes(scopes: string | readonly string[]): MiddlewareHandler {
  return guarded(guards.requiredScopes(scopes));
}

/** Any one of these scopes. */
export function scopeIncludesAny(scopes: string | readonly string[]): MiddlewareHandler {
  return guarded(guards.scopeIncludesAny(scopes));
}

/** The claim has this value. */
export function claimEquals(claim: string, expected: string | number | boolean | null): MiddlewareHandler {
  return guarded(guards.claimEquals(claim, expected));
}

/** The claim, a list or a text of words, has all of these. */
export function claimIncludes(
  claim: string,
  ...expected: readonly (string | number | boolean | null)[]
): MiddlewareHandler {
  return guarded(guards.claimIncludes(claim, ...expected));
}

/** The claims pass a check of your own; `message` says what it wants. */
export function claimCheck(check: (claims: Auth['claims']) => boolean, message?: string): MiddlewareHandler {
  return guarded(guards.claimCheck(check, message));
}

/** The user signed in in one of these ways (`acr`). Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireAcr(...acrValues: readonly string[]): MiddlewareHandler {
  return guarded(guards.requireAcr(...acrValues));
}

/** The user signed in at most `maxAge` seconds ago. Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireFreshLogin(demand: { maxAge: number }): MiddlewareHandler {
  return guarded(guards.requireFreshLogin(demand));
}

function guarded(guard: Guard): MiddlewareHandler {
  return async (c, next) => {
    const verifier = verifiers.get(c.req.raw);
    if (verifier === undefined) throw new TypeError('auth() must stand before the demands on its token');
    const token = authIn(c);
    const refusal = token === undefined ? { reason: 'token_missing' as const } : guard(token, verifier.now());
    return refusal === undefined ? next() : refusalResponse(answerOf(refusal, verifier.challenge, isBound(token)));
  };
}

function authIn(c: Context): Auth | undefined {
  return c.get('auth');
}
