import type { RequestHandler } from 'express';

/** Takes forms of this app's own pages alone: browsers say where a form stands. */
export function ownForms(origin: string): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'POST' || request.headers.origin === origin) return next();
    response.status(403).type('text/plain').send('This form is not one of this app.');
  };
}
