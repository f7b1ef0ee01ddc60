import { Hono } from 'hono';
import type { IssuerClock } from './issuer-clock.ts';
import { ownOrigin } from './own-origin.ts';

/** Lets pages of these origins read the issuer's test clock at `/clock`, and move it. */
export function clockDoor(clock: IssuerClock, origins: readonly string[]): Hono {
  const door = new Hono();
  door.get('/clock', async (context) => context.json({ offsetMs: (await clock.offsetMs()) ?? null }));
  door.post('/clock', ownOrigin(origins), async (context) => {
    const advanceSeconds = readAdvanceSeconds(await context.req.json().catch(() => null));
    if (advanceSeconds === undefined) return context.json({ error: 'invalid_request' }, 400);
    if (!(await clock.advance(advanceSeconds))) return context.json({ error: 'no_test_clock' }, 404);
    return context.json({ offsetMs: (await clock.offsetMs()) ?? null });
  });
  return door;
}

function readAdvanceSeconds(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null || !('advanceSeconds' in body)) return undefined;
  const { advanceSeconds } = body;
  return typeof advanceSeconds === 'number' && advanceSeconds > 0 ? advanceSeconds : undefined;
}
