import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** One fenced block of a page. */
export interface Block {
  /** `docs/operating.md:12`, the line of the opening fence. */
  at: string;
  language: string;
  /** Without the fences, with the line break at its end. */
  text: string;
  /** What the comment above the block names: a file of `snippets/`, and a region of it after `#`. */
  snippet: string | undefined;
}

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The fenced blocks of a page, in order. */
export function blocksOf(path: string): Block[] {
  const text = readPage(path);
  const fenced = /^(?:<!-- snippet: (?<snippet>\S+) -->\n)?```(?<language>\w*)\n(?<body>(?:(?!```).*\n)*)```$/gm;
  return [...text.matchAll(fenced)].map(({ index, groups: { snippet, language = '', body = '' } = {} }) => {
    const line = text.slice(0, index).split('\n').length + (snippet === undefined ? 0 : 1);
    return { at: `${path}:${line}`, language, text: body, snippet };
  });
}

/** The rows of the table under a comment: cells without head, as they stand. Throws when there is none. */
export function tableUnder(path: string, comment: string): string[][] {
  return tableWithHead(path, comment).slice(2);
}

/** The same with the row of heads and the row of dashes. */
export function tableWithHead(path: string, comment: string): string[][] {
  const [, after] = readPage(path).split(`<!-- ${comment} -->\n`);
  if (after === undefined) throw new Error(`${path} has no table "${comment}"`);
  const lines = after.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('|'));
  return lines.slice(0, end).map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}

/** The words between backquotes. */
export function codesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}
