import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { browserModule } from './browser-module.ts';
import type { IssuerClock } from './issuer-clock.ts';

interface PageOptions {
  issuer: string;
  /** Origin of the page itself. */
  url: string;
  apiUrl: string;
  clock: IssuerClock;
}

/** The server of the Lab's page: static files, browser modules stripped of their types, and a door to the test clock. */
export function createPage({ issuer, url, apiUrl, clock }: PageOptions): Hono {
  const page = new Hono();

  page.use('*', async (context, next) => {
    await next();
    context.header('content-security-policy', contentSecurityPolicy(issuer, apiUrl));
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('cache-control', 'no-store');
  });

  page.get('/', async (context) => context.html(await pageFile('index.html')));
  page.get('/callback', async (context) => context.html(await pageFile('index.html')));
  page.get('/lab.css', async (context) => context.body(await pageFile('lab.css'), 200, { 'content-type': 'text/css' }));
  page.get('/icon.svg', async (context) =>
    context.body(await pageFile('icon.svg'), 200, { 'content-type': 'image/svg+xml' }),
  );
  page.get('/browser/:name', async (context) => {
    const source = await browserModule(context.req.param('name'));
    if (source === undefined) return context.notFound();
    return context.body(source, 200, { 'content-type': 'text/javascript; charset=utf-8' });
  });
  page.get('/settings.json', (context) =>
    context.json({
      issuer,
      apiUrl,
      clientId: 'lab-spa',
      redirectUri: `${url}/callback`,
      postLogoutRedirectUri: `${url}/`,
      scope: 'openid offline_access eq1 read:reports',
    }),
  );

  page.get('/clock', async (context) => context.json({ offsetMs: (await clock.offsetMs()) ?? null }));
  page.post('/clock', async (context) => {
    if (context.req.header('origin') !== url) return context.json({ error: 'wrong_origin' }, 403);
    const advanceSeconds = readAdvanceSeconds(await context.req.json().catch(() => null));
    if (advanceSeconds === undefined) return context.json({ error: 'invalid_request' }, 400);
    if (!(await clock.advance(advanceSeconds))) return context.json({ error: 'no_test_clock' }, 404);
    return context.json({ offsetMs: (await clock.offsetMs()) ?? null });
  });

  page.onError((error, context) => {
    console.error(`Lab: ${error.message}`);
    return context.json({ error: 'issuer_unreachable' }, 503);
  });
  return page;
}

function contentSecurityPolicy(issuer: string, apiUrl: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${new URL(issuer).origin} ${apiUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}

function pageFile(name: string): Promise<string> {
  return readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
}

function readAdvanceSeconds(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null || !('advanceSeconds' in body)) return undefined;
  const { advanceSeconds } = body;
  return typeof advanceSeconds === 'number' && advanceSeconds > 0 ? advanceSeconds : undefined;
}
