import type { IncomingHttpHeaders } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { auth, requiresAuth } from '@ostiary/web';
import express from 'express';
import type { Express, RequestHandler, Router } from 'express';
import { Hono } from 'hono';
import type { LabAddresses } from '../addresses.ts';
import { labAssets } from '../assets.ts';
import { clockDoor } from '../clock-door.ts';
import type { FollowedClock } from '../followed-clock.ts';
import { nothingHere } from '../nothing-here.ts';
import { watchScene } from '../watch/routes.ts';
import { createAppClock } from './app-clock.ts';
import { endedSession, saysWhenEnded } from './ended-session.ts';
import { homePage, settingsPage } from './home.ts';
import { literalLoop } from './literal-loop.ts';
import { ownForms } from './own-forms.ts';
import type { WebAppOptions, WebAppParts, WebScene } from './parts.ts';
import { problemPage } from './problem-page.ts';
import { changeSettings, settingsInForce } from './settings.ts';
import { nameOf, showExpenses, storyOf } from './show-expenses.ts';
import { signInOptions, scopes } from './sign-in.ts';
import { createStories } from './story.ts';
import { withoutLoop } from './without-loop.ts';

const scenes: readonly ((parts: WebAppParts) => WebScene)[] = [watchScene];

interface WebApp {
  app: Express;
  /** Ends what its scenes opened. */
  close(): Promise<void>;
}

/** The web app of the Lab: Express, with the middleware of `@ostiary/web`. */
export function createWebApp(options: WebAppOptions): WebApp {
  const parts: WebAppParts = {
    ...options,
    stories: createStories(),
    appClock: createAppClock(options.clock),
  };
  const app = express();
  app.disable('x-powered-by');
  app.use(securityHeaders(parts.addresses));
  app.use(followed(parts.clock));
  app.use(auth(signInOptions(parts)));
  app.use(ownForms(parts.addresses.web), express.urlencoded({ extended: false }));
  app.use(expenses(parts), endedSession(parts), forms(parts));
  const opened = scenes.map((scene) => scene(parts));
  for (const { routes } of opened) app.use(routes);
  app.use(shared(parts));
  app.use(problemPage(parts));
  return { app, close: async () => void (await Promise.all(opened.map((scene) => scene.close()))) };
}

function expenses(parts: WebAppParts): Router {
  const router = express.Router();
  const show = showExpenses(parts);
  const whenEnded = saysWhenEnded(parts);
  router.get('/', async ({ oidc }, response) => {
    const settings = await settingsInForce(parts.overlay);
    response.send(
      await homePage(parts.addresses, { user: nameOf(oidc), settings, behindSeconds: parts.appClock.behindSeconds() }),
    );
  });
  router.get('/sign-in', ({ query }, { oidc }) => {
    const scope = query['offline'] === 'no' ? scopes.online : scopes.offline;
    return oidc.login({ returnTo: '/expenses', authorizationParams: { scope } });
  });
  router.get('/expenses', whenEnded, requiresAuth(), remembersTokens, literalLoop(show));
  router.get('/expenses/short', whenEnded, requiresAuth(), remembersTokens, withoutLoop(show));
  router.get('/expenses/story.json', requiresAuth(), ({ oidc }, response) => {
    response.json(parts.stories.of(storyOf(oidc)));
  });
  return router;
}

function forms({ addresses, issuerClock, clock, appClock, overlay, stories }: WebAppParts): Router {
  const router = express.Router();
  router.post('/settings', async ({ body }, response) => {
    const problem = await changeSettings(overlay, body);
    if (problem === undefined) return response.redirect(303, '/expenses');
    return response.status(400).send(await settingsPage(addresses, await settingsInForce(overlay), problem));
  });
  router.post('/time', async ({ body, oidc, headers }, response) => {
    const fromMs = clock.nowMs();
    await issuerClock.advance(Number(body.seconds));
    await clock.follow();
    if (oidc.isAuthenticated())
      stories.happened(storyOf(oidc), clock.nowMs(), { kind: 'clock-moved', fromMs, toMs: clock.nowMs() });
    response.redirect(303, pageBefore(headers));
  });
  router.post('/app-clock', ({ body, headers }, response) => {
    const seconds = Number(body.behindSeconds);
    appClock.fallBehind(seconds >= 0 && seconds <= 86_400 ? seconds : 0);
    response.redirect(303, pageBefore(headers));
  });
  return router;
}

/** The path of the page that a form stood on. */
function pageBefore({ referer }: IncomingHttpHeaders): string {
  return new URL(referer ?? '/', 'http://localhost').pathname;
}

/** What the session held before the handler: so that it can be told whether the handler renewed, and whose session ended. */
const remembersTokens: RequestHandler = (request, response, next) => {
  response.locals['accessTokenBefore'] = request.oidc.tokens?.access_token;
  response.locals['story'] = storyOf(request.oidc);
  next();
};

/** What all servers of the Lab have; an address that is not there ends here too. */
function shared({ addresses, issuerClock }: WebAppParts): RequestHandler {
  const routes = new Hono();
  routes.route('/', labAssets(addresses));
  routes.route('/', clockDoor(issuerClock, [addresses.web]));
  routes.notFound(nothingHere(addresses));
  const answer = getRequestListener(routes.fetch);
  return (request, response) => void answer(request, response);
}

/** Time goes for this app as it does for the issuer. */
function followed(clock: FollowedClock): RequestHandler {
  return async (_request, _response, next) => {
    await clock.follow();
    next();
  };
}

function securityHeaders(addresses: LabAddresses): RequestHandler {
  const headers = {
    'content-security-policy': contentSecurityPolicy(addresses),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-store',
  };
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}

function contentSecurityPolicy({ issuer }: LabAddresses): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    // Browsers apply it to where the answer of a form leads as well.
    `form-action 'self' ${new URL(issuer).origin}`,
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
