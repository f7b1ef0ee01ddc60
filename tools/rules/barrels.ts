import { dirname, join } from 'node:path';
import { isCode } from '../sources.ts';
import type { Finding, SourceFile } from '../sources.ts';
import { syntaxOf } from '../syntax.ts';

/** Only a face of a package (`index.ts`, or what its `exports` name) passes on what another file owns, so every name has one address inside a package. */
export function checkBarrels(files: readonly SourceFile[]): Finding[] {
  const faces = new Set(files.flatMap(exportedFiles));
  return files
    .filter((file) => isCode(file) && !file.path.endsWith('/index.ts') && !faces.has(file.path))
    .flatMap(findReexports);
}

function exportedFiles({ path, text }: SourceFile): string[] {
  if (!path.endsWith('/package.json')) return [];
  const { exports = {} }: { exports?: Record<string, string> } = JSON.parse(text);
  return Object.values(exports).map((file) => join(dirname(path), file));
}

function findReexports(file: SourceFile): Finding[] {
  const { visit, lineOf } = syntaxOf(file);
  const found: Finding[] = [];
  const add = (start: number) => {
    found.push({
      path: file.path,
      line: lineOf(start),
      message: 're-exports belong in index.ts: import from the owner',
    });
  };
  visit({
    ExportAllDeclaration: ({ start }) => add(start),
    ExportNamedDeclaration: ({ start, source }) => source && add(start),
  });
  return found;
}
