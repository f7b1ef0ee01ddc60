import { readFileSync, statSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { dirname, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, messageOf, Stop } from '../stop.ts';
import type { CheckedConfig } from './check-config.ts';
import { layOver } from './overlay.ts';
import type { Overlay } from './overlay.ts';
import type { SecretSource } from './secret-source.ts';

export interface ConfigFile {
  /** Absolute path. */
  path: string;
  isDevelopment: boolean;
  env: NodeJS.ProcessEnv;
  /** In development: what is laid over the file. */
  overlay?: Overlay;
}

/**
 * Reads and checks a configuration file: `.json`, or a module whose default export is the configuration.
 * Throws `Stop` when the file cannot be read or run.
 */
export async function loadConfig({ path, isDevelopment, env, overlay }: ConfigFile): Promise<CheckedConfig> {
  const [input, { checkConfig }] = await Promise.all([readConfig(path), import('./check-config.ts')]);
  return checkConfig(overlay === undefined ? input : layOver(input, overlay), {
    isDevelopment,
    secrets: secretSource(dirname(path), env),
  });
}

async function readConfig(path: string): Promise<unknown> {
  const text = readText(path);
  if (extname(path) === '.json') return parseJson(text, path);
  const module = await importConfig(path);
  if (module['default'] !== undefined) return module['default'];
  throw new Stop(`${path} has no default export; write "export default defineConfig({ ... })"`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (fault) {
    const isMissing = codeOf(fault) === 'ENOENT';
    if (isMissing)
      throw new Stop(`there is no configuration file ${path}; "ostiary init" writes one, --config names another`);
    throw new Stop(`the configuration file ${path} cannot be read: ${messageOf(fault)}`);
  }
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw new Stop(`${path} is not JSON: ${messageOf(fault)}`);
  }
}

async function importConfig(path: string): Promise<Record<string, unknown>> {
  // A module is run once under one address: a changed file needs another.
  const { mtimeMs, size } = statSync(path);
  const url = `${pathToFileURL(path).href}?${mtimeMs}-${size}`;
  const face = import.meta.resolve('ostiary');
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      // A folder that holds only the configuration needs neither node_modules nor a package.json.
      if (specifier === 'ostiary') return { url: face, shortCircuit: true };
      const found = nextResolve(specifier, context);
      return found.url === url && extname(path) === '.ts' ? { ...found, format: 'module-typescript' } : found;
    },
  });
  try {
    return (await import(url)) as Record<string, unknown>;
  } catch (fault) {
    throw new Stop(`the configuration file ${path} does not run: ${messageOf(fault)}`, { cause: fault });
  } finally {
    hooks.deregister();
  }
}

/** Where the references of a configuration to environment and files lead; paths begin at `folder`. */
export function secretSource(folder: string, env: NodeJS.ProcessEnv): SecretSource {
  return {
    env: (name) => env[name] || undefined,
    file: (path) => readFileSync(resolve(folder, path), 'utf8').replace(/\r?\n$/, ''),
  };
}
