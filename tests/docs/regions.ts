import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, 'snippets');

/**
 * What a page may show of `snippets/`: a whole file (`log-line.json`) or a region of it (`api.ts#check`), moved to the
 * left margin. Throws when there is no such file or region.
 */
export function regionOf(reference: string): string {
  const [file = '', name] = reference.split('#');
  const text = readFileSync(join(folder, file), 'utf8');
  if (name === undefined) return text;
  const lines = text.split('\n');
  const begin = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const end = lines.findIndex((line) => line.trim() === `// #endregion ${name}`);
  if (begin === -1 || end < begin) throw new Error(`${file} has no region "${name}"`);
  return toMargin(lines.slice(begin + 1, end));
}

/** The regions of a file by the names of their beginnings. */
export function regionsIn(file: string): string[] {
  return [...readFileSync(join(folder, file), 'utf8').matchAll(/^ *\/\/ #region (.+)$/gm)].map(([, name = '']) => name);
}

function toMargin(lines: string[]): string {
  const indent = Math.min(...lines.filter((line) => line !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => `${line.slice(indent)}\n`).join('');
}
