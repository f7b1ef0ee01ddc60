import { getRequestListener } from '@hono/node-server';
import express from 'express';
import type { Express, Router } from 'express';
import { Hono } from 'hono';
import type { LabAddresses } from '../addresses.ts';
import { labAssets } from '../assets.ts';
import { clockDoor } from '../clock-door.ts';
import type { IssuerClock } from '../issuer-clock.ts';
import { homePage } from './home.ts';
import { watchScene } from '../watch/routes.ts';

export interface WebAppOptions {
  addresses: LabAddresses;
  clock: IssuerClock;
}

/** Scenes of the web app beside its own: each gives the routes that it answers. */
const scenes: readonly ((options: WebAppOptions) => Router)[] = [watchScene];

/** The web app of the Lab: Express, with the middleware of `@ostiary/web`. */
export function createWebApp(options: WebAppOptions): Express {
  const { addresses, clock } = options;
  const app = express();
  app.disable('x-powered-by');
  app.use((_request, response, next) => {
    response.set({
      'content-security-policy': contentSecurityPolicy(addresses),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    next();
  });
  app.get('/', async (_request, response) => void response.send(await homePage(addresses)));
  for (const scene of scenes) app.use(scene(options));
  app.use(shared(addresses, clock));
  return app;
}

/** What all servers of the Lab have; an address that is not there ends here too. */
function shared(addresses: LabAddresses, clock: IssuerClock): express.RequestHandler {
  const routes = new Hono();
  routes.route('/', labAssets(addresses));
  routes.route('/', clockDoor(clock, [addresses.web]));
  const answer = getRequestListener(routes.fetch);
  return (request, response) => void answer(request, response);
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
