import { readFile, readdir } from 'node:fs/promises';
import { findPackageJSON, stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';

const OWN = new URL('browser/', import.meta.url);
const SDKS = ['@ostiary/browser', '@ostiary/session'];

/**
 * A module of `src/browser`, its types stripped, so that a browser runs it without a build.
 * Undefined for any name that is not in that folder.
 */
export async function browserModule(name: string): Promise<string | undefined> {
  const names = await readdir(OWN);
  return names.includes(name) ? stripped(new URL(name, OWN)) : undefined;
}

/** A module of an SDK in the same way, by the package's own name for it: `browser/src/index.ts`. */
export async function sdkModule(path: string): Promise<string | undefined> {
  const [, room = '', file = ''] = /^(browser|session)\/(src\/(?:[\w-]+\/)*[\w-]+\.ts)$/.exec(path) ?? [];
  if (room === '') return undefined;
  return stripped(new URL(file, manifestOf(`@ostiary/${room}`))).catch(() => undefined);
}

async function stripped(file: URL): Promise<string | undefined> {
  if (!/(?<!\.(test|fixture))\.ts$/.test(file.pathname)) return undefined;
  return stripTypeScriptTypes(await readFile(file, 'utf8'));
}

/** Where each name of the SDKs is served: what a bundler would do for an app of yours. */
export async function importMap(): Promise<string> {
  const imports: Record<string, string> = {};
  for (const name of SDKS) {
    const { exports }: { exports: Record<string, string> } = JSON.parse(await readFile(manifestOf(name), 'utf8'));
    for (const [entry, file] of Object.entries(exports))
      imports[name + entry.slice(1)] = `/sdks/${name.split('/')[1]}${file.slice(1)}`;
  }
  return JSON.stringify({ imports });
}

/** The core of the SDKs is a dependency of the browser's. */
function manifestOf(name: string): URL {
  const base = name === '@ostiary/browser' ? import.meta.url : manifestOf('@ostiary/browser');
  const path = findPackageJSON(name, base);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return pathToFileURL(path);
}
