import { isCode } from '../sources.ts';
import type { Finding, SourceFile } from '../sources.ts';
import { syntaxOf } from '../syntax.ts';

/** Only a package's face passes on what another file owns, so every name has one address inside a package. */
export function checkBarrels(files: readonly SourceFile[]): Finding[] {
  return files.filter((file) => isCode(file) && !file.path.endsWith('/index.ts')).flatMap(findReexports);
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
