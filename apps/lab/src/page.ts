import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { browserModule, importMap, sdkModule } from './browser-module.ts';
import type { IssuerClock } from './issuer-clock.ts';

interface PageOptions {
  issuer: string;
  /** Origins of the pages: by name, and by number as an app on another site than the issuer. */
  origins: readonly string[];
  apiUrl: string;
  clock: IssuerClock;
}

const pages = {
  '/': 'index.html',
  '/callback': 'index.html',
  '/silent': 'silent.html',
  '/silent/callback': 'silent.html',
};

/** The server of the Lab's pages: static files, browser modules stripped of their types, and a door to the test clock. */
export async function createPage({ issuer, origins, apiUrl, clock }: PageOptions): Promise<Hono> {
  const page = new Hono();
  const map = await importMap();
  const policy = contentSecurityPolicy(issuer, apiUrl, map);

  page.use('*', async (context, next) => {
    await next();
    if (!context.res.headers.has('content-security-policy')) context.header('content-security-policy', policy);
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('cache-control', 'no-store');
  });

  for (const [path, file] of Object.entries(pages)) {
    page.get(path, async (context) => context.html(withImportMap(await pageFile(file), map)));
  }
  // Where the hidden frame ends. It shows nothing and runs nothing; this app alone may frame it.
  page.get('/silent/frame', (context) => {
    context.header('content-security-policy', "default-src 'none'; frame-ancestors 'self'");
    return context.html('<!doctype html><html lang="en"><title>Silent renewal</title></html>');
  });
  page.get('/lab.css', async (context) => context.body(await pageFile('lab.css'), 200, { 'content-type': 'text/css' }));
  page.get('/icon.svg', async (context) =>
    context.body(await pageFile('icon.svg'), 200, { 'content-type': 'image/svg+xml' }),
  );
  page.get('/browser/:name', async (context) => script(context, await browserModule(context.req.param('name'))));
  page.get('/sdks/*', async (context) => script(context, await sdkModule(context.req.path.slice('/sdks/'.length))));
  page.get('/settings.json', (context) => context.json({ issuer, apiUrl }));

  page.get('/clock', async (context) => context.json({ offsetMs: (await clock.offsetMs()) ?? null }));
  page.post('/clock', async (context) => {
    if (!origins.includes(context.req.header('origin') ?? '')) return context.json({ error: 'wrong_origin' }, 403);
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

function script(context: Context, source: string | undefined): Response | Promise<Response> {
  if (source === undefined) return context.notFound();
  return context.body(source, 200, { 'content-type': 'text/javascript; charset=utf-8' });
}

/** The map is the one script in the page itself; the policy knows it by its hash. */
function withImportMap(html: string, map: string): string {
  return html.replace('</title>', `</title>\n    <script type="importmap">${map}</script>`);
}

function contentSecurityPolicy(issuer: string, apiUrl: string, map: string): string {
  const issuerOrigin = new URL(issuer).origin;
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash('sha256').update(map).digest('base64')}'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuerOrigin} ${apiUrl}`,
    `frame-src 'self' ${issuerOrigin}`,
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
