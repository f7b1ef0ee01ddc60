import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { stripTypeScriptTypes } from 'node:module';
import type { AddressInfo } from 'node:net';

/** A server of app pages that run the SDK's sources, types stripped, by an import map: nothing is built. */
export interface SdkPage {
  /** `http://localhost:PORT` or `http://127.0.0.1:PORT`. */
  origin: string;
  close(): Promise<void>;
}

export interface SdkPageOptions {
  host?: 'localhost' | '127.0.0.1';
  /** Bodies of pages by path. Every other path shows an empty one. All of them may import the SDK by its names. */
  pages?: Readonly<Record<string, string>>;
  /** Scripts of the app by path, as JavaScript. */
  modules?: () => Readonly<Record<string, string>>;
  /** Headers of pages by path. */
  headers?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const sdks = new URL('../../sdks/', import.meta.url);
const rooms = ['session', 'browser'];
const modulePath = /^\/modules\/(session|browser)\/(src\/[\w/-]+(?:\.[\w-]+)*\.ts)$/;

/**
 * Serves the app on a free port. In a page, `await import('@ostiary/browser/frame')` gives that entry; `page.evaluate` may
 * do so too.
 */
export async function serveSdkPage(options: SdkPageOptions = {}): Promise<SdkPage> {
  const { host = 'localhost', pages = {}, headers = {}, modules } = options;
  const importMap = JSON.stringify({ imports: await imports() });
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, room, file] = modulePath.exec(pathname) ?? [];
    const isOfSdk = room !== undefined && file !== undefined;
    const own = modules?.()[pathname];
    const page = () => own ?? pageOf(importMap, pages[pathname] ?? '');
    const answer = isOfSdk ? moduleOf(room, file) : Promise.resolve(page());
    const type = isOfSdk || own !== undefined ? 'text/javascript' : 'text/html';
    answer.then(
      (text) => response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, ...headers[pathname] }).end(text),
      (fault: unknown) => response.writeHead(404).end(String(fault)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Where each name of the SDK is served, from the export maps. */
async function imports(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const room of rooms) {
    const manifest = await readFile(new URL(`${room}/package.json`, sdks), 'utf8');
    const { name, exports } = JSON.parse(manifest) as { name: string; exports: Record<string, string> };
    for (const [entry, file] of Object.entries(exports))
      found[`${name}${entry.slice(1)}`] = `/modules/${room}${file.slice(1)}`;
  }
  return found;
}

async function moduleOf(room: string, file: string): Promise<string> {
  return stripTypeScriptTypes(await readFile(new URL(`${room}/${file}`, sdks), 'utf8'));
}

function pageOf(importMap: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>App</title><link rel="icon" href="data:,">
<script type="importmap">${importMap}</script><body>${body}</body></html>`;
}
