import { Hono } from 'hono';
import { createLocalJWKSet, errors, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import type { Embedded } from 'ostiary/embed';
import { ownOrigin } from '../own-origin.ts';
import type { PageOptions, Scene } from '../page-options.ts';
import { audience, clientId, clientSecret, openServiceIssuer } from './issuer.ts';

/** The back end's own people: it checks them itself, and the issuer that it holds believes it. */
const people: Record<string, string> = { 'ada@example.com': 'ada-demo-password' };

/** The back end of the page `/service`: it holds an issuer, has tokens made, and serves notes to who brings one. */
export function serviceScene({ addresses, origins }: PageOptions): Scene {
  const scene = new Hono();
  const issuer = `${addresses.page}/service/id`;
  let leapMs = 0;
  const now = () => Date.now() + leapMs;
  let opening: Promise<Embedded> | undefined;
  const opened = () => (opening ??= openServiceIssuer(issuer, { now }));

  scene.all('/service/id/*', async (context) => (await opened()).handler(context.req.raw));
  scene.use('/service/api/*', ownOrigin(origins));
  scene.post('/service/api/sign-in', async (context) => {
    const { username = '', password } = await textsIn(context.req.raw);
    if (people[username] === undefined || people[username] !== password)
      return context.json({ error: 'access_denied' }, 403);
    return context.json(await (await opened()).generateTokens({ username, clientId, claims: { role: 'editor' } }));
  });
  scene.post('/service/api/refresh', async (context) => {
    const { refreshToken = '' } = await textsIn(context.req.raw);
    return refreshed(await opened(), issuer, refreshToken);
  });
  scene.get('/service/api/notes', async (context) => {
    const token = /^Bearer (\S+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    const claims = token === undefined ? undefined : await verified(await opened(), { issuer, token, nowMs: now() });
    if (claims !== undefined) return context.json({ role: claims['role'], notes: ['Buy ink', 'Write to Charles'] });
    const challenge = token === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
    return context.json({ error: 'invalid_token' }, 401, { 'www-authenticate': challenge });
  });
  scene.post('/service/api/clock', async (context) => {
    const { seconds = '' } = await textsIn(context.req.raw);
    if (!/^[0-9]{1,9}$/.test(seconds)) return context.json({ error: 'invalid_request' }, 400);
    leapMs += Number(seconds) * 1000;
    return context.json({ nowMs: now() });
  });
  return { routes: scene, close: async () => (await opening)?.close() };
}

/** The token endpoint of the issuer, asked as the client that it knows. */
function refreshed(ostiary: Embedded, issuer: string, refreshToken: string): Promise<Response> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const authorization = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  return ostiary.handler(new Request(`${issuer}/token`, { method: 'POST', body, headers: { authorization } }));
}

/** Claims of an access token for the notes; nothing for anything else. */
async function verified(
  ostiary: Embedded,
  { issuer, token, nowMs }: { issuer: string; token: string; nowMs: number },
): Promise<Record<string, unknown> | undefined> {
  const keys = (await (await ostiary.handler(new Request(`${issuer}/jwks`))).json()) as JSONWebKeySet;
  const expected = { issuer, audience, typ: 'at+jwt', algorithms: ['ES256'], currentDate: new Date(nowMs) };
  try {
    return (await jwtVerify(token, createLocalJWKSet(keys), expected)).payload;
  } catch (fault) {
    if (fault instanceof errors.JOSEError) return undefined;
    throw fault;
  }
}

/** The members of a JSON object that are texts. */
async function textsIn(request: Request): Promise<Record<string, string>> {
  const sent: unknown = await request.json().catch(() => null);
  if (typeof sent !== 'object' || sent === null) return {};
  return Object.fromEntries(
    Object.entries(sent).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
