import type { Context, Hono } from 'hono';
import { jsonAnswer } from '../answers.ts';
import type { Bindings, TestClock } from '../context.ts';

const maxAdvanceSeconds = 10 * 365 * 24 * 3600;

/** The test clock: only in development, and only forward. JSON alone, so that no form of another site can move it. */
export function developmentRoutes(app: Hono<Bindings>, clock: TestClock): void {
  const reading = () => ({ now: clock.now(), offsetMs: clock.offsetMs() });
  app.get('/development/clock', (c) => jsonAnswer(c, reading()));
  app.post('/development/clock', async (c) => {
    const body = await jsonBody(c);
    const seconds =
      typeof body === 'object' && body !== null && 'advanceSeconds' in body ? body.advanceSeconds : undefined;
    if (typeof seconds !== 'number' || !(seconds >= 0 && seconds <= maxAdvanceSeconds)) {
      return jsonAnswer(
        c,
        { error: 'invalid_request', error_description: 'send JSON: { advanceSeconds: a number >= 0 }' },
        400,
      );
    }
    clock.advance(seconds);
    return jsonAnswer(c, reading());
  });
}

/** Names of this machine, as browsers send them. */
const ownHosts = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Lets nobody in who came by another name: a page of another site may have its own name point here, and is then of the same origin
 * as what it calls (DNS rebinding).
 */
export function guardDevelopment(app: Hono<Bindings>): void {
  app.use('/development/*', async (c, next) => {
    if (ownHosts.has(new URL(c.req.url).hostname)) return next();
    const description = 'what is for development is called at a loopback address';
    return jsonAnswer(c, { error: 'invalid_request', error_description: description }, 403);
  });
}

/** What was sent as JSON; undefined where it was sent as something else, so that no form of another site can send it. */
export async function jsonBody(c: Context<Bindings>): Promise<unknown> {
  const isJson = c.req.header('content-type')?.startsWith('application/json') === true;
  return isJson ? c.req.json().catch(() => undefined) : undefined;
}
