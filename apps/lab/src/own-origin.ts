import type { MiddlewareHandler } from 'hono';

/** Lets pages of these origins change something, and everybody read: browsers say where a request comes from. */
export function ownOrigin(origins: readonly string[]): MiddlewareHandler {
  return async (context, next) => {
    const isOurs = context.req.method === 'GET' || origins.includes(context.req.header('origin') ?? '');
    return isOurs ? next() : context.json({ error: 'wrong_origin' }, 403);
  };
}
