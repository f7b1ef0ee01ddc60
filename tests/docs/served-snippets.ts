import { readFileSync } from 'node:fs';
import { createRequire, registerHooks, stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TestBrowser } from '@ostiary/http/fixture';
import { build } from 'esbuild';
import type { OstiaryConfig } from 'ostiary';
import { startIssuer, type IssuerProgram } from '../support/issuer-program.ts';
import gettingStarted from './snippets/getting-started.config.ts';

const folder = join(import.meta.dirname, 'snippets');

/** Addresses on the pages, and those that stand in for them in a test. */
export type Addresses = Record<string, string>;

export const password = 'correct horse battery';
/** What the environment of the issuer and of its clients holds. */
export const secrets = {
  EXAMPLE_WEB_SECRET: 'a-secret-of-the-web-client',
  EXAMPLE_JOB_SECRET: 'a-secret-of-the-service',
};

/** Starts the program with the configuration of "Getting started", and a user. */
export function startExampleIssuer(addresses: Addresses = {}): Promise<IssuerProgram> {
  Object.assign(process.env, secrets);
  return startIssuer((issuer) => {
    const text = replaced(JSON.stringify(gettingStarted), { ...addresses, 'http://localhost:4000': issuer });
    const config: OstiaryConfig = JSON.parse(text);
    return { ...config, users: [{ username: 'ada@example.com', password, claims: { name: 'Ada' } }] };
  });
}

/** From now on the snippets that this process imports talk to these addresses. */
export function redirectSnippets(addresses: Addresses): void {
  registerHooks({
    load(url, context, nextLoad) {
      if (!url.includes('/tests/docs/snippets/')) return nextLoad(url, context);
      const text = readFileSync(fileURLToPath(url), 'utf8');
      return { format: 'module-typescript', source: replaced(text, addresses), shortCircuit: true };
    },
  });
}

/** A snippet as a browser runs it. */
export function browserModule(file: string, addresses: Addresses): string {
  return replaced(stripTypeScriptTypes(readFileSync(join(folder, file), 'utf8')), addresses);
}

/** A snippet with all that it imports, one React among it, as a browser runs it. */
export async function bundleOf(file: string): Promise<(addresses: Addresses) => string> {
  const folderOf = (name: string) => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const { outputFiles } = await build({
    entryPoints: [join(folder, file)],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    jsx: 'automatic',
    alias: { react: folderOf('react'), 'react-dom': folderOf('react-dom') },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'silent',
    write: false,
  });
  const text = outputFiles.map((output) => output.text).join('');
  return (addresses) => replaced(text, addresses);
}

const require = createRequire(createRequire(import.meta.url).resolve('oidc-client-ts/package.json'));

/** What a page imports by name, the library and what it needs itself, as modules for browsers. */
export const libraries: Record<string, string> = {
  '/oidc-client-ts.js': esModule('oidc-client-ts', 'umd'),
  '/jwt-decode.js': esModule('jwt-decode', 'cjs'),
};

/** The build for browsers stands beside the one for `require`. */
function esModule(name: string, otherBuild: string): string {
  return readFileSync(require.resolve(name).replace(`/${otherBuild}/`, '/esm/'), 'utf8');
}

/** A browser without script at this issuer. */
export function browserAt(issuer: string): TestBrowser {
  const send = (path: string, init?: RequestInit) =>
    fetch(path.startsWith('http') ? path : issuer + path, { redirect: 'manual', ...init });
  return new TestBrowser(send, issuer);
}

/** Ada signs in and allows what is asked; where the browser goes then. */
export async function signInAt(browser: TestBrowser, url: URL): Promise<URL> {
  let page = await browser.open(url.href);
  if (page.html.includes('name="password"'))
    page = await browser.submit(page, { username: 'ada@example.com', password });
  if (page.html.includes('name="decision"')) page = await browser.submit(page, { decision: 'allow' });
  if (page.leftTo === undefined) throw new Error(`still at the issuer (${page.status}): ${page.html}`);
  return new URL(page.leftTo);
}

function replaced(text: string, addresses: Addresses): string {
  return Object.entries(addresses).reduce((result, [from, to]) => result.replaceAll(from, to), text);
}
