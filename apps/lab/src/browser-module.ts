import { readFile, readdir } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';

const FOLDER = new URL('browser/', import.meta.url);

/**
 * A module of `src/browser`, its types stripped, so that a browser runs it without a build.
 * Undefined for any name that is not in that folder.
 */
export async function browserModule(name: string): Promise<string | undefined> {
  const names = await readdir(FOLDER);
  if (!names.includes(name) || !name.endsWith('.ts') || name.endsWith('.test.ts')) return undefined;
  return stripTypeScriptTypes(await readFile(new URL(name, FOLDER), 'utf8'));
}
