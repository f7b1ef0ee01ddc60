import { WebError } from '@ostiary/web';
import express from 'express';
import type { RequestHandler, Response, Router } from 'express';
import type { WebAppParts } from './parts.ts';
import { problemDocument } from './problem-page.ts';

const words =
  'Your session here has ended: you signed out at the issuer, removed this device, or were away for too long.';

/** What an open page asks every second, and where it goes when the session has ended. */
export function endedSession({ addresses }: WebAppParts): Router {
  const router = express.Router();
  router.get('/session', ({ oidc }, response) => void response.status(oidc.isAuthenticated() ? 204 : 401).end());
  router.get('/session-ended', (_request, response) => tell(addresses, response));
  return router;
}

/** Whose session ended is told so, instead of being led to a sign-in without a word. Who never had one goes on. */
export function saysWhenEnded({ addresses }: WebAppParts): RequestHandler {
  return async ({ oidc }, response, next) => {
    if (oidc.isAuthenticated()) return next();
    const fault: unknown = await oidc.getAccessToken().catch((thrown: unknown) => thrown);
    const hasEnded = fault instanceof WebError && fault.code === 'session_ended';
    return hasEnded ? tell(addresses, response) : next();
  };
}

async function tell(addresses: WebAppParts['addresses'], response: Response): Promise<void> {
  response.status(401).send(await problemDocument(addresses, words));
}
