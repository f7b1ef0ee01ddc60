import type { IncomingMessage, ServerResponse } from 'node:http';
import { claimHolds, hasClaim } from '../guard.ts';
import type { JwtClaims } from '@ostiary/session';
import type { CallbackOptions, LoginOptions, LogoutOptions, WebOptions } from '../options.ts';
import type { OidcRequest } from '../oidc-request.ts';
import { refreshed } from '../token-set.ts';
import type { PutTokens, TokenSet } from '../token-set.ts';
import type { Visit } from '../visit.ts';
import { createWebAuth } from '../web-auth.ts';
import type { WebAuth } from '../web-auth.ts';
import { WebError } from '../web-error.ts';
import { errorAnswer } from '../answers.ts';
import { addCookiesLate } from './late-cookies.ts';
import { fetchRequest, writeAnswer } from './node-request.ts';
import type { NodeRequest } from './node-request.ts';
import { orNext } from './or-next.ts';

/** What an app does with the answer: `res.oidc`. */
export interface OidcResponse {
  /** Sends the user to the login. */
  login(options?: LoginOptions): Promise<void>;
  /** Signs the user out. */
  logout(options?: LogoutOptions): Promise<void>;
  /** Takes the provider's answer, for apps with a callback route of their own. */
  callback(options?: CallbackOptions): Promise<void>;
}

/** The same tokens under the names of an older generation of libraries: `req.openid`. */
export interface OpenidRequest {
  /** May be set: what is older than the session's own tokens is not taken. */
  tokens: TokenSet | undefined;
  client: { refresh(tokens: PutTokens): Promise<TokenSet> };
}

declare global {
  namespace Express {
    interface Request {
      oidc: OidcRequest;
      openid: OpenidRequest;
    }
    interface Response {
      oidc: OidcResponse;
    }
  }
}

/** A handler of Express, Connect or Polka. */
export type Handler = (request: NodeRequest, response: ServerResponse, next: (fault?: unknown) => void) => void;
/** A handler of errors: four parameters, as Express tells them apart. */
export type ErrorHandler = (
  fault: unknown,
  request: NodeRequest,
  response: ServerResponse,
  next: (fault?: unknown) => void,
) => void;

const visits = new WeakMap<IncomingMessage, { visit: Visit; webAuth: WebAuth }>();

/**
 * Reads the session of each request, and answers `/login`, `/logout` and `/callback`. Below it, `req.oidc` knows the user and
 * `res.oidc` signs in and out. Throws a `TypeError` for options that do not hold.
 */
export function auth(options: WebOptions<NodeRequest, ServerResponse>): Handler {
  const webAuth = createWebAuth(options as WebOptions);
  const { origin } = webAuth.house.settings;
  return answering(async (request, response) => {
    if (visits.has(request)) throw new WebError('misconfigured', 'auth() is used twice for one request');
    const visit = await webAuth.open(fetchRequest(request, origin), { request, response });
    visits.set(request, { visit, webAuth });
    addCookiesLate(response, visit);
    Object.assign(request, { oidc: visit.oidc, openid: openidRequest(visit) });
    Object.assign(response, { oidc: oidcResponse(visit, response) });
    return webAuth.answer(visit);
  });
}

/**
 * Needs a signed-in user. A page goes to the login and comes back; others get 401. Who does not pass `check` gets 403.
 */
export function requiresAuth(check?: (request: NodeRequest) => boolean): Handler {
  return answering(async (request) => {
    const { visit, webAuth } = visitOf(request);
    return webAuth.guard(visit, check && (() => check(request)));
  });
}

/** Needs a user whose ID token has this claim. */
export function claimEquals(claim: string, value: unknown): Handler {
  return claimCheck((_, claims) => hasClaim(claims, claim, value));
}

/** Needs a user whose ID token has all of these in a claim: a list, or words with spaces between them. */
export function claimIncludes(claim: string, ...values: unknown[]): Handler {
  return claimCheck((_, claims) => claimHolds(claims, claim, values));
}

/** Needs a user whose ID token passes. */
export function claimCheck(check: (request: NodeRequest, claims: JwtClaims) => boolean): Handler {
  return answering(async (request) => {
    const { visit, webAuth } = visitOf(request);
    return webAuth.guard(visit, () => check(request, visit.oidc.idTokenClaims ?? {}));
  });
}

/** Asks the provider without a word whether it knows the user: once an hour and browser, for pages alone. */
export function attemptSilentLogin(): Handler {
  return answering(async (request) => {
    const { visit, webAuth } = visitOf(request);
    return webAuth.askSilently(visit);
  });
}

/**
 * Answers what `getAccessToken()` and its kin threw, behind all routes: a page whose session ended goes to the login, others get
 * JSON with status and cause. Errors that are not `WebError` go on.
 */
export function authErrors(): ErrorHandler {
  const rescue = async (fault: WebError, request: NodeRequest, response: ServerResponse) => {
    const known = visits.get(request);
    const answer = known && (await known.webAuth.rescue(known.visit, fault));
    await writeAnswer(response, answer ?? errorAnswer(fault));
  };
  return (fault, request, response, next) => {
    if (!(fault instanceof WebError) || response.headersSent) next(fault);
    else void orNext(rescue(fault, request, response), next);
  };
}

type Work = (request: NodeRequest, response: ServerResponse) => Promise<Response | undefined>;

/** A handler that answers, or lets the next one. */
function answering(work: Work): Handler {
  const run = async (request: NodeRequest, response: ServerResponse, next: () => void) => {
    const answer = await work(request, response);
    if (answer === undefined) next();
    else await writeAnswer(response, answer);
  };
  return (request, response, next) => void orNext(run(request, response, next), next);
}

function visitOf(request: NodeRequest): { visit: Visit; webAuth: WebAuth } {
  const known = visits.get(request);
  if (known === undefined) throw new WebError('misconfigured', 'auth() is missing above this route');
  return known;
}

function openidRequest(visit: Visit): OpenidRequest {
  return {
    get tokens() {
      return visit.oidc.tokens;
    },
    set tokens(tokens) {
      if (tokens !== undefined) visit.put(tokens);
    },
    client: { refresh: ({ access_token }) => refreshed(visit.house, visit.session, access_token) },
  };
}

function oidcResponse(visit: Visit, response: ServerResponse): OidcResponse {
  return {
    login: async (options) => writeAnswer(response, await visit.login(options)),
    logout: async (options) => writeAnswer(response, await visit.logout(options)),
    callback: async (options) => writeAnswer(response, await visit.callback(options)),
  };
}
