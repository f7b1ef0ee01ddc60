import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerOf, type RefusedAnswer } from '../answer.ts';
import type { RequestFacts } from '../credentials.ts';
import * as guards from '../guards.ts';
import { isBound, type Guard } from '../guards.ts';
import type { ApiSettings } from '../settings.ts';
import { createAccessTokenVerifier, type AccessTokenVerifier, type Auth } from '../verifier.ts';
import { headerOf } from './node-header.ts';

export { resourceMetadata } from './fetch.ts';

/** A hook of a route: `{ preHandler: requiredScopes('read:reports') }`. */
export type Demand = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** What is known of a request behind `auth`. */
interface Seen {
  verifier: AccessTokenVerifier;
  auth?: Auth;
}

const seenRequests = new WeakMap<FastifyRequest, Seen>();

/**
 * Access tokens for Fastify, as a plugin: `app.register(auth, settings)`. Lets requests with a good access token pass, before their
 * body is read, and answers all others. It is for the routes of the instance that it is registered on, and of those below it.
 *
 * @param settings how tokens are checked, or a verifier that does it; `authRequired: false` lets requests without a token pass
 */
export async function auth(
  app: FastifyInstance,
  settings: (ApiSettings | { verifier: AccessTokenVerifier }) & { authRequired?: boolean },
): Promise<void> {
  const { authRequired = true } = settings;
  const isOurs = !('verifier' in settings);
  const verifier = 'verifier' in settings ? settings.verifier : createAccessTokenVerifier(settings);
  if (isOurs) app.addHook('onClose', () => verifier.close());
  app.addHook('onRequest', async (request, reply) => {
    const result = await verifier.verify(factsOf(request));
    seenRequests.set(request, { verifier, ...(result.ok && { auth: result.auth }) });
    if (result.ok) return void reply.headers(result.headers);
    const isAnonymous = !authRequired && result.refusal.reason === 'token_missing';
    return isAnonymous ? undefined : refuse(reply, result.answer);
  });
}

/** A plugin of Fastify's is for its own routes alone, unless it says so. */
Object.assign(auth, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: '@ostiary/api' });

/** Who asks. `undefined` where no token is required and none came. Throws a `TypeError` where `auth` is not registered. */
export function authOf(request: FastifyRequest): Auth | undefined {
  return seen(request).auth;
}

/** All of these scopes: `'read:reports write:reports'`, or a list. 403 names what would be enough. */
export function requiredScopes(scopes: string | readonly string[]): Demand {
  return guarded(guards.requiredScopes(scopes));
}

/** Any one of these scopes. */
export function scopeIncludesAny(scopes: string | readonly string[]): Demand {
  return guarded(guards.scopeIncludesAny(scopes));
}

/** The claim has this value. */
export function claimEquals(claim: string, expected: string | number | boolean | null): Demand {
  return guarded(guards.claimEquals(claim, expected));
}

/** The claim, a list or a text of words, has all of these. */
export function claimIncludes(claim: string, ...expected: readonly (string | number | boolean | null)[]): Demand {
  return guarded(guards.claimIncludes(claim, ...expected));
}

/** The claims pass a check of your own; `message` says what it wants. */
export function claimCheck(check: (claims: Auth['claims']) => boolean, message?: string): Demand {
  return guarded(guards.claimCheck(check, message));
}

/** The user signed in in one of these ways (`acr`). Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireAcr(...acrValues: readonly string[]): Demand {
  return guarded(guards.requireAcr(...acrValues));
}

/** The user signed in at most `maxAge` seconds ago. Who did not is asked to ([RFC 9470](https://www.rfc-editor.org/rfc/rfc9470)). */
export function requireFreshLogin(demand: { maxAge: number }): Demand {
  return guarded(guards.requireFreshLogin(demand));
}

function guarded(guard: Guard): Demand {
  return async (request, reply) => {
    const { verifier, auth: token } = seen(request);
    const refusal = token === undefined ? { reason: 'token_missing' as const } : guard(token, verifier.now());
    return refusal && refuse(reply, answerOf(refusal, verifier.challenge, isBound(token)));
  };
}

function seen(request: FastifyRequest): Seen {
  const known = seenRequests.get(request);
  if (known === undefined) throw new TypeError('auth must be registered above the routes that ask for its token');
  return known;
}

function refuse(reply: FastifyReply, { status, headers, body }: RefusedAnswer): FastifyReply {
  // Of a text Fastify would say a charset, which this type has not (RFC 8259, section 11).
  return reply
    .code(status)
    .headers(headers)
    .send(Buffer.from(JSON.stringify(body)));
}

function factsOf(request: FastifyRequest): RequestFacts {
  const { raw, method, protocol, host, originalUrl } = request;
  return {
    authorization: headerOf(raw, 'authorization'),
    dpop: headerOf(raw, 'dpop'),
    method,
    url: `${protocol}://${host}${originalUrl}`,
  };
}
