import { isCode, isTest } from '../sources.ts';
import type { Finding, SourceFile } from '../sources.ts';
import { syntaxOf } from '../syntax.ts';

/** The engine is functions of values that return values. What it must not reach for (time, I/O) is in .oxlintrc.json. */
export function checkPurity(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => file.path.startsWith('packages/protocol/') && isCode(file) && !isTest(file))
    .flatMap(findImpurities);
}

function findImpurities(file: SourceFile): Finding[] {
  const { visit, lineOf } = syntaxOf(file);
  const found: Finding[] = [];
  const forbid = (what: string) => (node: { start: number }) => {
    found.push({ path: file.path, line: lineOf(node.start), message: `no ${what} in the engine: return a value` });
  };
  visit({
    ThisExpression: forbid('this'),
    ThrowStatement: forbid('throw'),
    ClassDeclaration: forbid('class'),
    ClassExpression: forbid('class'),
    AwaitExpression: forbid('await'),
  });
  return found;
}
