import { parseSync, Visitor } from 'oxc-parser';
import type { Node, Program, VisitorObject } from 'oxc-parser';
import type { SourceFile } from './sources.ts';

export interface Syntax {
  readonly program: Program;
  /** Line of an offset, from 1. */
  lineOf(offset: number): number;
  /** Calls the handlers for every node of the file. */
  visit(handlers: VisitorObject): void;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const parsed = new WeakMap<SourceFile, Syntax>();

/** The syntax tree of a file. Throws on code that does not parse. */
export function syntaxOf(file: SourceFile): Syntax {
  const known = parsed.get(file);
  if (known) return known;
  const { program, errors } = parseSync(file.path, file.text);
  if (errors[0]) throw new Error(`${file.path} does not parse: ${errors[0].message}`);
  const syntax: Syntax = {
    program,
    lineOf: (offset) => file.text.slice(0, offset).split('\n').length,
    visit: (handlers) => new Visitor(handlers).visit(program),
  };
  parsed.set(file, syntax);
  return syntax;
}

/** Every module that a file names: imports, re-exports, `import()`, and `import('x').T` in types. */
export function importsOf(file: SourceFile): Import[] {
  const { lineOf, visit } = syntaxOf(file);
  const found: Import[] = [];
  const add = (source: Node | null) => {
    if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
    found.push({ specifier: source.value, line: lineOf(source.start) });
  };
  visit({
    ImportDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
  });
  return found;
}
