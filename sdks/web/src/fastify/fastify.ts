import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JwtClaims } from '@ostiary/session';
import { cacheRule, errorAnswer } from '../answers.ts';
import { fetchRequest } from '../express/node-request.ts';
import { contextOf } from '../fetch/fetch.ts';
import type { AuthContext } from '../fetch/fetch.ts';
import type { WebOptions } from '../options.ts';
import type { OidcRequest } from '../oidc-request.ts';
import type { Visit } from '../visit.ts';
import { createWebAuth } from '../web-auth.ts';
import type { WebAuth } from '../web-auth.ts';
import { WebError } from '../web-error.ts';

declare module 'fastify' {
  interface FastifyRequest {
    oidc: OidcRequest;
    auth: AuthContext;
  }
}

const visits = new WeakMap<FastifyRequest, { visit: Visit; webAuth: WebAuth }>();

/** Sign-in for Fastify, as a plugin: `app.register(auth, options)`. `request.oidc` knows the user, `request.auth` signs in and out. */
export async function auth(app: FastifyInstance, options: WebOptions<FastifyRequest, FastifyReply>): Promise<void> {
  const webAuth = createWebAuth(options as WebOptions);
  const { origin } = webAuth.house.settings;
  app.decorateRequest('oidc');
  app.decorateRequest('auth');
  app.addHook('onRequest', async (request, reply) => {
    const seen = fetchRequest(request.raw, origin);
    const visit = await webAuth.open(seen, { request, response: reply });
    visits.set(request, { visit, webAuth });
    Object.assign(request, { oidc: visit.oidc, auth: contextOf(webAuth, visit, seen) });
    const answer = await webAuth.answer(visit);
    return answer === undefined ? undefined : send(reply, answer);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const visit = visits.get(request)?.visit;
    await visit?.done();
    const rule = visit && cacheRule(visit, reply.hasHeader('cache-control'));
    if (rule !== undefined) void reply.header('cache-control', rule);
    for (const line of visit?.cookieLines() ?? []) void reply.header('set-cookie', line);
    return payload;
  });
}

/** A plugin of Fastify's is for its own routes alone, unless it says so. */
Object.assign(auth, { [Symbol.for('skip-override')]: true, [Symbol.for('fastify.display-name')]: '@ostiary/web' });

/** A `preHandler` that needs a signed-in user: a page goes to the login, others get 401; who does not pass `check` gets 403. */
export function requiresAuth(check?: (claims: JwtClaims, request: FastifyRequest) => boolean) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const answer = await request.auth.requiresAuth(check && ((claims) => check(claims, request)));
    return answer === undefined ? undefined : send(reply, answer);
  };
}

/** For `app.setErrorHandler`: a page whose session ended goes to the login; others get JSON with status and cause. */
export async function authErrors(fault: Error, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const known = visits.get(request);
  if (!(fault instanceof WebError) || known === undefined) throw fault;
  return send(reply, (await known.webAuth.rescue(known.visit, fault)) ?? errorAnswer(fault));
}

/** Answers, also those that `request.auth` makes: `return send(reply, await request.auth.login())`. */
export function send(reply: FastifyReply, answer: Response): FastifyReply {
  void reply.code(answer.status);
  for (const [name, value] of answer.headers) void reply.header(name, value);
  return reply.send(answer.body ?? null);
}
