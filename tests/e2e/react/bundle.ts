import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ClientOptions } from '@ostiary/browser';
import { build, type BuildOptions } from 'esbuild';
import type { render } from './server.ts';

export type ReactVersion = '18' | '19';

/** The room whose dependency each version is. */
const rooms: Readonly<Record<ReactVersion, URL>> = {
  '18': new URL('../../package.json', import.meta.url),
  '19': new URL('../../../sdks/browser/package.json', import.meta.url),
};
const page = new URL('./page.ts', import.meta.url);
const server = new URL('./server.ts', import.meta.url);

/** The app for a browser, in one script. */
export async function pageScript(version: ReactVersion): Promise<string> {
  const { outputFiles } = await build({ ...optionsFor(version, page), write: false });
  return outputFiles.map(({ text }) => text).join('');
}

/** What a server renders. */
export async function renderOnServer(version: ReactVersion, settings: ClientOptions, path: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-react-'));
  try {
    const outfile = join(folder, 'server.cjs');
    await build({ ...optionsFor(version, server), platform: 'node', format: 'cjs', outfile });
    const built = (await import(pathToFileURL(outfile).href)) as { render: typeof render };
    return built.render(settings, path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function optionsFor(version: ReactVersion, entry: URL): BuildOptions {
  const { resolve } = createRequire(rooms[version]);
  const folderOf = (name: string) => dirname(resolve(`${name}/package.json`));
  return {
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    define: { 'process.env.NODE_ENV': '"development"' },
    alias: { react: folderOf('react'), 'react-dom': folderOf('react-dom') },
    logLevel: 'silent',
  };
}
