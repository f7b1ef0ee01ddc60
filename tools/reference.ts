// node tools/reference.ts [--check]: writes docs/reference/*.md from the docstrings of the SDKs, entry by entry.
// With --check it writes nothing, and fails when a page is not what it would write.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Declaration, Directive, Statement } from 'oxc-parser';
import type { SourceFile } from './sources.ts';
import { syntaxOf } from './syntax.ts';

const root = join(import.meta.dirname, '..');

/** SDKs with a page of their own in docs/reference, and the guide of each. */
const described: Readonly<Record<string, string>> = {
  api: 'apis.md',
  browser: 'single-page-apps.md',
  web: 'web-apps.md',
  worker: 'workers.md',
};
const rooms: Readonly<Record<string, string>> = { '@ostiary/session': 'sdks/session/src/index.ts' };

/** One exported name: what it is, and what its docstring says. */
interface Described {
  readonly name: string;
  readonly code: string;
  readonly words: string;
}

/** @param name of the SDK: its folder in `sdks` */
function reference(name: string, guide: string): string {
  const room = `sdks/${name}`;
  const { exports }: { exports: Record<string, string> } = JSON.parse(
    readFileSync(join(root, room, 'package.json'), 'utf8'),
  );
  const entries = Object.entries(exports).filter(([, path]) => !path.endsWith('.fixture.ts'));
  const parts = entries.map(
    ([entry, path]) => `## @ostiary/${name}${entry.slice(1)}\n\n${exportsOf(join(room, path)).map(section).join('\n')}`,
  );
  const head = `# Reference: @ostiary/${name}\n\nMade by \`node tools/reference.ts\` from the sources. The guide is [here](../${guide}).\n`;
  return [head, ...parts].join('\n');
}

function section({ name, code, words }: Described): string {
  return `### ${name}\n\n${words === '' ? '' : `${words}\n\n`}\`\`\`ts\n${code}\n\`\`\`\n`;
}

/**
 * What a module exports, in the order in which it says so, also of other modules.
 *
 * @param path from the root of the repository
 */
export function exportsOf(path: string, read: (path: string) => SourceFile = readSource): Described[] {
  const file = read(path);
  return syntaxOf(file).program.body.flatMap((statement) => {
    if (statement.type === 'ExportAllDeclaration') return exportsOf(follow(path, statement.source.value), read);
    if (statement.type !== 'ExportNamedDeclaration') return [];
    if (statement.declaration !== null) return describedBy(file, statement, statement.declaration);
    const source = statement.source === null ? path : follow(path, statement.source.value);
    const names = statement.specifiers.flatMap(({ exported }) =>
      exported.type === 'Identifier' ? [exported.name] : [],
    );
    return names.flatMap((name) => exportsOf(source, read).filter((each) => each.name === name));
  });
}

function readSource(path: string): SourceFile {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

function follow(from: string, specifier: string): string {
  return rooms[specifier] ?? join(dirname(from), specifier);
}

function describedBy(file: SourceFile, statement: Statement | Directive, declaration: Declaration): Described[] {
  const name = nameOf(declaration);
  if (name === undefined) return [];
  const code = file.text.slice(declaration.start, endOfFace(declaration)).trimEnd();
  return [{ name, code: withoutPrivate(code), words: docstringBefore(file.text.slice(0, statement.start)) }];
}

function nameOf(declaration: Declaration): string | undefined {
  if (declaration.type === 'VariableDeclaration') {
    const [first] = declaration.declarations;
    return first?.id.type === 'Identifier' ? first.id.name : undefined;
  }
  return 'id' in declaration && declaration.id?.type === 'Identifier' ? declaration.id.name : undefined;
}

/** Where what callers see ends: a function without its body, all of a type. */
function endOfFace(declaration: Declaration): number {
  return declaration.type === 'FunctionDeclaration' && declaration.body ? declaration.body.start : declaration.end;
}

/** A class without its constructor's work. */
function withoutPrivate(code: string): string {
  return code.replace(/^( +constructor\([^)]*\)) \{\n(?:.*\n)*?^ {2}\}$/gm, '$1;');
}

function docstringBefore(text: string): string {
  const [, comment = ''] = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(text) ?? [];
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  return lines
    .join('\n')
    .trim()
    .replace(/^@param (\S+) /gm, '- `$1`: ')
    .replace(/^@returns /gm, '- returns ');
}

function writeOrCompare(name: string, guide: string, isCheck: boolean): void {
  const path = `docs/reference/${name}.md`;
  const page = join(root, path);
  const text = reference(name, guide);
  if (!isCheck) {
    mkdirSync(dirname(page), { recursive: true });
    writeFileSync(page, text);
  } else if (!existsSync(page) || readFileSync(page, 'utf8') !== text) {
    console.log(`${path}:1 is not what the sources say: run node tools/reference.ts`);
    process.exitCode = 1;
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check');
  for (const [name, guide] of Object.entries(described)) writeOrCompare(name, guide, isCheck);
}
