import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { ownOrigin } from '../own-origin.ts';
import type { PageOptions, Scene } from '../page-options.ts';

/** Clients of the same back end: one stores families, the other keeps no record of its refresh tokens. */
const clients = { stored: 'lab-backend', stateless: 'lab-backend-stateless' } as const;
const secret = 'lab-backend-secret';
const calls = { 'sign-in': '/direct/sign-in', refresh: '/direct/refresh', 'sign-out': '/revoke' } as const;

/**
 * The back end of the page `/direct`: it authenticates at the issuer, and hands on what the page sends and what the issuer answers.
 * It keeps nothing itself.
 */
export function directScene({ addresses, origins, clock }: PageOptions): Scene {
  const scene = new Hono();
  const offsetMs = () => clock.offsetMs().catch(() => undefined);
  scene.get('/direct/style.css', async (context) =>
    context.body(await readFile(new URL('direct.css', import.meta.url), 'utf8'), 200, { 'content-type': 'text/css' }),
  );
  scene.use('/direct/*', ownOrigin(origins));
  scene.post('/direct/:mode{stored|stateless}/:call{sign-in|refresh|sign-out}', async (context) => {
    const { mode, call } = context.req.param() as { mode: keyof typeof clients; call: keyof typeof calls };
    const sent: unknown = await context.req.json().catch(() => null);
    if (typeof sent !== 'object' || sent === null) return context.json({ error: 'invalid_request' }, 400);
    const answer = await askIssuer(addresses.issuer, { mode, call, sent });
    // The page goes by the issuer's time, which may be a test clock.
    const date = new Date(Date.now() + ((await offsetMs()) ?? 0)).toUTCString();
    return handedOn(context, answer, date);
  });
  return { routes: scene, close: async () => {} };
}

interface Question {
  mode: keyof typeof clients;
  call: keyof typeof calls;
  sent: object;
}

/** Revocation takes a form, as RFC 7009 has it; the other two calls take JSON. */
function askIssuer(issuer: string, { mode, call, sent }: Question): Promise<Response> {
  const basic = Buffer.from(`${clients[mode]}:${secret}`).toString('base64');
  const authorization = `Basic ${basic}`;
  if (call === 'sign-out') {
    const token = 'refresh_token' in sent ? String(sent.refresh_token) : '';
    return fetch(issuer + calls[call], {
      method: 'POST',
      body: new URLSearchParams({ token }),
      headers: { authorization },
    });
  }
  const headers = { authorization, 'content-type': 'application/json' };
  return fetch(issuer + calls[call], { method: 'POST', body: JSON.stringify(sent), headers });
}

async function handedOn(context: Context, answer: Response, date: string): Promise<Response> {
  const retryAfter = answer.headers.get('retry-after');
  const text = await answer.text();
  const headers = {
    'content-type': 'application/json',
    date,
    ...(retryAfter !== null && { 'retry-after': retryAfter }),
  };
  return context.body(text === '' ? '{}' : text, answer.status as 200, headers);
}
