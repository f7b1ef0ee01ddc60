import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { LabAddresses } from './addresses.ts';
import { browserModule, sdkModule } from './browser-module.ts';

/** What the pages of all servers of the Lab are made with: style, browser modules stripped of their types, addresses. */
export function labAssets({ issuer, api }: LabAddresses): Hono {
  const assets = new Hono();
  assets.get('/lab.css', async (context) =>
    context.body(await pageFile('lab.css'), 200, { 'content-type': 'text/css' }),
  );
  assets.get('/icon.svg', async (context) =>
    context.body(await pageFile('icon.svg'), 200, { 'content-type': 'image/svg+xml' }),
  );
  assets.get('/browser/:name', async (context) => script(context, await browserModule(context.req.param('name'))));
  assets.get('/sdks/*', async (context) => script(context, await sdkModule(context.req.path.slice('/sdks/'.length))));
  assets.get('/settings.json', (context) => context.json({ issuer, apiUrl: api }));
  return assets;
}

/** A file of `src/page`. */
export function pageFile(name: string): Promise<string> {
  return readFile(new URL(`page/${name}`, import.meta.url), 'utf8');
}

function script(context: Context, source: string | undefined): Response | Promise<Response> {
  if (source === undefined) return context.notFound();
  return context.body(source, 200, { 'content-type': 'text/javascript; charset=utf-8' });
}
