import { stylesheet, type Theme } from '@ostiary/pages';
import { refusalOfOutage, type Service } from '@ostiary/service';
import { Hono, type Context } from 'hono';
import { jsonAnswer, oauthErrorAnswer } from './answers.ts';
import type { Bindings, DevelopmentOverlay, HttpContext, Peer, TestClock } from './context.ts';
import { corsHeaders, preflightAnswer } from './cors.ts';
import { accountRoutes } from './routes/account.ts';
import { auth0LogoutRoutes } from './routes/auth0-logout.ts';
import { authorizeRoutes } from './routes/authorize.ts';
import { challengeRoutes } from './routes/challenge.ts';
import { directRoutes } from './routes/direct.ts';
import { consentRoutes } from './routes/consent.ts';
import { developmentRoutes, guardDevelopment } from './routes/development.ts';
import { endSessionRoutes } from './routes/end-session.ts';
import { homeRoutes } from './routes/home.ts';
import { metadataRoutes } from './routes/metadata.ts';
import { overlayRoutes } from './routes/overlay.ts';
import { introspectionRoutes, revocationRoutes } from './routes/revocation.ts';
import { revocationFeedRoutes } from './routes/revocations.ts';
import { signInRoutes } from './routes/sign-in.ts';
import { tokenRoutes } from './routes/token.ts';
import { userinfoRoutes } from './routes/userinfo.ts';
import { baseHeaders } from './security-headers.ts';
import { showError, showProblem } from './views/error.ts';

export interface HandlerOptions {
  service: Service;
  theme?: Theme;
  /** Given in development alone. */
  testClock?: TestClock;
  /** Given in development alone. */
  overlay?: DevelopmentOverlay;
}

export type Handler = (request: Request, peer: Peer) => Promise<Response>;

/** The whole issuer as one Fetch-standard handler, to be mounted in any server. */
export function createHandler(options: HandlerOptions): Handler {
  const context = contextOf(options);
  const root = new Hono<Bindings>({ strict: true });
  metadataRoutes(root, context);
  auth0LogoutRoutes(root, context);
  const app = context.basePath === '' ? root : root.basePath(context.basePath);
  const backChannel = [tokenRoutes, userinfoRoutes, revocationRoutes, introspectionRoutes, revocationFeedRoutes];
  for (const addRoutes of backChannel) addRoutes(app, context);
  for (const addRoutes of [challengeRoutes, directRoutes]) addRoutes(app, context);
  for (const addRoutes of [homeRoutes, authorizeRoutes, signInRoutes, consentRoutes, endSessionRoutes, accountRoutes]) {
    addRoutes(app, context);
  }
  addDevelopmentRoutes(app, options);
  const methods = methodsByPath(root);
  root.notFound((c) => notFound(c, context, methods.get(c.req.path)));
  root.onError((error, c) => answerFault(c, context, error));
  return handle(root, context, methods);
}

function addDevelopmentRoutes(app: Hono<Bindings>, { service, testClock, overlay }: HandlerOptions): void {
  if (!service.settings.isDevelopment) return;
  guardDevelopment(app);
  if (testClock !== undefined) developmentRoutes(app, testClock);
  if (overlay !== undefined) overlayRoutes(app, service, overlay);
}

/** A store that is out is not our fault and passes; anything else that was thrown is a fault of ours. */
function answerFault(c: Context<Bindings>, context: HttpContext, fault: Error): Response {
  const { correlationId } = c.env;
  const refusal = refusalOfOutage(context.service, fault, correlationId);
  if (refusal !== undefined) return wantsPage(c) ? showError(c, context, refusal) : oauthErrorAnswer(c, refusal);
  const at = fault.stack?.split('\n')[1]?.trim();
  context.service.log.error('unexpected', { correlationId, path: c.req.path, error: fault.name, at });
  return wantsPage(c)
    ? showProblem(c, context, { problem: 'server_error', correlationId }, 500)
    : jsonAnswer(c, { error: 'server_error', error_description: 'something went wrong here' }, 500);
}

function handle(root: Hono<Bindings>, context: HttpContext, methods: ReadonlyMap<string, string[]>): Handler {
  const always = baseHeaders(context);
  const shared = new Set(
    ['/token', '/userinfo', '/revoke', '/development/clock'].map((path) => context.basePath + path),
  );
  const { meter, draw, settings } = context.service;
  const clock = settings.isDevelopment ? context.testClock : undefined;
  return async (request, peer) => {
    const startMs = performance.now();
    const pathname = pathOf(request.url);
    const isShared = shared.has(pathname);
    const headers = isShared ? { ...always, ...corsHeaders(request, context), ...dateOf(clock) } : always;
    if (isShared && request.method === 'OPTIONS') {
      return preflightAnswer(headers, methods.get(pathname)?.join(', ') ?? '');
    }
    const bindings: Bindings['Bindings'] = { peer, correlationId: draw.handle(), headers };
    const response = await root.fetch(request, bindings);
    if (bindings.refused !== undefined) meter.refused(bindings.refused);
    const route = methods.has(pathname) ? pathname : 'other';
    meter.answered({ route, status: response.status, milliseconds: performance.now() - startMs });
    return response;
  };
}

/** Clients learn the server's time from its answers: under a test clock they are to learn that one. */
function dateOf(clock: TestClock | undefined): Record<string, string> {
  return clock === undefined ? {} : { Date: new Date(clock.now()).toUTCString() };
}

/** The path of an absolute URL, without parsing the rest. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  const end = url.slice(start).search(/[?#]/);
  return start < 0 ? '/' : end < 0 ? url.slice(start) : url.slice(start, start + end);
}

function contextOf({ service, theme = { productName: 'Ostiary' }, testClock }: HandlerOptions): HttpContext {
  const { issuer, clients } = service.settings;
  const url = new URL(issuer);
  return {
    service,
    theme,
    stylesheet: stylesheet(theme),
    basePath: url.pathname === '/' ? '' : url.pathname,
    issuer,
    isSecure: url.protocol === 'https:',
    port: url.port === '' ? '80' : url.port,
    allowedOrigins: new Set(clients.flatMap(({ metadata }) => metadata.allowedOrigins)),
    ...(testClock && { testClock }),
  };
}

function methodsByPath(root: Hono<Bindings>): ReadonlyMap<string, string[]> {
  const methods = new Map<string, string[]>();
  const answering = root.routes.filter(({ method }) => method !== 'ALL');
  for (const { path, method } of answering) methods.set(path, [...(methods.get(path) ?? []), method]);
  return methods;
}

function notFound(c: Context<Bindings>, context: HttpContext, methods: string[] | undefined): Response {
  if (methods !== undefined) {
    const description = `this address takes ${methods.join(' and ')}`;
    return jsonAnswer(c, { error: 'invalid_request', error_description: description }, 405, {
      Allow: methods.join(', '),
    });
  }
  return wantsPage(c)
    ? showProblem(c, context, { problem: 'not_found', correlationId: c.env.correlationId }, 404)
    : jsonAnswer(c, { error: 'invalid_request', error_description: 'there is nothing at this address' }, 404);
}

function wantsPage(c: Context<Bindings>): boolean {
  return c.req.header('accept')?.includes('text/html') === true;
}
