import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import type { LabAddresses } from './addresses.ts';
import { labAssets, pageFile } from './assets.ts';
import { importMap } from './browser-module.ts';
import { clockDoor } from './clock-door.ts';
import { directScene } from './direct/scene.ts';
import { navigation } from './navigation.ts';
import { nothingHere } from './nothing-here.ts';
import type { PageOptions, Scene } from './page-options.ts';
import { serviceScene } from './service/scene.ts';

/** Files of `src/page` that are apps of their own in the browser, by their addresses. */
const pages = {
  '/': 'index.html',
  '/callback': 'index.html',
  '/silent': 'silent.html',
  '/silent/callback': 'silent.html',
  '/direct': 'direct.html',
  '/service': 'service.html',
};

/** Pages that have a server side of their own. */
const scenes: readonly ((options: PageOptions) => Scene)[] = [directScene, serviceScene];

/** The server of the pages on 4001: static files, what scenes answer, and a door to the test clock. */
export async function createPage(options: PageOptions): Promise<Scene> {
  const { addresses, origins, clock } = options;
  const page = new Hono();
  const map = await importMap();
  const policy = contentSecurityPolicy(addresses, map);

  page.use('*', async (context, next) => {
    await next();
    if (!context.res.headers.has('content-security-policy')) context.header('content-security-policy', policy);
    context.header('x-content-type-options', 'nosniff');
    context.header('referrer-policy', 'no-referrer');
    context.header('cache-control', 'no-store');
  });

  for (const [path, file] of Object.entries(pages)) {
    const top = navigation(addresses, { at: 'page', path });
    page.get(path, async (context) => context.html(furnished(await pageFile(file), top, map)));
  }
  // Where the hidden frame ends. It shows nothing and runs nothing; this app alone may frame it.
  page.get('/silent/frame', (context) => {
    context.header('content-security-policy', "default-src 'none'; frame-ancestors 'self'");
    return context.html('<!doctype html><html lang="en"><title>Silent renewal</title></html>');
  });
  page.route('/', labAssets(addresses));
  page.route('/', clockDoor(clock, origins));
  const opened = scenes.map((scene) => scene(options));
  for (const { routes } of opened) page.route('/', routes);

  page.notFound(nothingHere(addresses));
  page.onError((error, context) => {
    console.error(`Lab: ${error.message}`);
    return context.json({ error: 'issuer_unreachable' }, 503);
  });
  return { routes: page, close: async () => void (await Promise.all(opened.map((scene) => scene.close()))) };
}

/** The map is the one script in the page itself; the policy knows it by its hash. */
function furnished(html: string, top: string, map: string): string {
  return html
    .replace('</title>', `</title>\n    <script type="importmap">${map}</script>`)
    .replace('<body>', `<body>\n    ${top}`);
}

function contentSecurityPolicy({ issuer, api }: LabAddresses, map: string): string {
  const issuerOrigin = new URL(issuer).origin;
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${createHash('sha256').update(map).digest('base64')}'`,
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${issuerOrigin} ${api}`,
    `frame-src 'self' ${issuerOrigin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
}
