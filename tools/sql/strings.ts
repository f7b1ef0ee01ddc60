import { dirname, join } from 'node:path';
import type { ArrowFunctionExpression, CallExpression, Node, TemplateLiteral } from 'oxc-parser';
import type { SourceFile } from '../sources.ts';
import { syntaxOf } from '../syntax.ts';

/** SQL that a source file spells. */
export interface SqlString {
  readonly path: string;
  /** Where it begins, from 1. */
  readonly line: number;
  /** The text with constants filled in; undefined when a part is not known before the program runs. */
  readonly text: string | undefined;
}

/** A file with its constants, and a way to those of other files. */
interface Scope {
  readonly file: SourceFile;
  readonly constants: ReadonlyMap<string, Node>;
  /** Local name -> file and name there. */
  readonly imported: ReadonlyMap<string, { path: string; name: string }>;
  readonly others: Scopes;
}

type Scopes = Map<string, Scope>;
/** Values of the parameter of a `map`. */
type Bound = ReadonlyMap<string, string>;

const statementStart =
  /^\s*(select\s|insert\s+into\s|update\s+\S+\s+(as\s+)?(\S+\s+)?set\s|delete\s+from\s|with\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s|values\s*\(|(create|alter|drop|truncate|grant|revoke|lock|listen|notify|vacuum|analyze|copy|merge|explain|savepoint|release|show|reset|discard|deallocate|prepare)\s+\S|set\s+\S+(\s*=|\s+\S)|start\s+transaction|(begin|commit|rollback|abort)(\s+\S|\s*;?\s*$)|do\s+\$)/i;
const statementMiddle =
  /\b(from|into|update)\s+\S+[^]*\b(where|set|values|returning|order by|for update|on conflict)\b/i;
/** Functions that make an identifier of any text, and what stands for it. */
const identifierMakers = ['escapeIdentifier', 'quoted'];
const someIdentifier = '"some_identifier"';

/** The SQL strings of these files: literals, templates, `+`, with the constants of the files filled in. */
export function sqlStringsOf(files: readonly SourceFile[]): SqlString[] {
  const scopes: Scopes = new Map();
  for (const file of files) scopes.set(file.path, scopeOf(file, scopes));
  return [...scopes.values()].flatMap(stringsOf);
}

function scopeOf(file: SourceFile, others: Scopes): Scope {
  const constants = new Map<string, Node>();
  const imported = new Map<string, { path: string; name: string }>();
  const ambiguous = new Set<string>();
  syntaxOf(file).visit({
    VariableDeclaration: ({ kind, declarations }) => {
      for (const { id, init } of declarations) {
        if (id.type !== 'Identifier') continue;
        if (kind !== 'const' || !init || constants.has(id.name)) ambiguous.add(id.name);
        else constants.set(id.name, init);
      }
    },
    ImportDeclaration: ({ source, specifiers }) => {
      for (const specifier of specifiers) {
        if (specifier.type !== 'ImportSpecifier' || specifier.imported.type !== 'Identifier') continue;
        imported.set(specifier.local.name, {
          path: join(dirname(file.path), source.value),
          name: specifier.imported.name,
        });
      }
    },
  });
  for (const name of ambiguous) constants.delete(name);
  return { file, constants, imported, others };
}

function stringsOf(scope: Scope): SqlString[] {
  const { visit, lineOf } = syntaxOf(scope.file);
  const found: SqlString[] = [];
  let seenUntil = 0;
  const consider = (node: Node, isGivenAsSql = false) => {
    if (node.start < seenUntil) return;
    const texts = textsOf(node, scope, new Map()) ?? settingOf(node);
    const isSql = texts ? texts.some((text) => statementStart.test(text)) : looksLikeSql(node, scope);
    if (!isSql && !isGivenAsSql) return;
    seenUntil = node.end;
    const at = { path: scope.file.path, line: lineOf(node.start) };
    found.push(...(texts ?? [undefined]).map((text) => ({ ...at, text })));
  };
  const skip = (node: Node) => {
    seenUntil = Math.max(seenUntil, node.end);
  };
  visit({
    // What is thrown is prose.
    NewExpression: (node) => {
      if (node.callee.type === 'Identifier' && /(Error|Unavailable)$/.test(node.callee.name)) skip(node);
    },
    TSLiteralType: skip,
    ImportDeclaration: skip,
    CallExpression: (node) => {
      const text = givenAsSql(node);
      if (text) consider(text, true);
    },
    BinaryExpression: (node) => node.operator === '+' && consider(node),
    TemplateLiteral: (node) => consider(node),
    Literal: (node) => typeof node.value === 'string' && consider(node),
  });
  return found;
}

/** `set name = ${value}`: what is set is known, and a value cannot be a parameter there. */
function settingOf(node: Node): string[] | undefined {
  if (node.type !== 'TemplateLiteral') return undefined;
  const text = node.quasis.map(({ value }) => value.cooked ?? '').join('0');
  return /^set \w+ = 0$/.test(text) ? [text] : undefined;
}

/** What is spelled as the text of `statement(name, text)` or `client.query(text)`: SQL, whatever it begins with. */
function givenAsSql({ callee, arguments: given }: CallExpression): Node | undefined {
  const name = callee.type === 'MemberExpression' ? callee.property : callee;
  if (name.type !== 'Identifier') return undefined;
  const text = name.name === 'statement' ? given[1] : name.name === 'query' ? given[0] : undefined;
  const isSpelled =
    text && (text.type === 'TemplateLiteral' || (text.type === 'Literal' && typeof text.value === 'string'));
  return isSpelled ? text : undefined;
}

/** Whether something that cannot be resolved is SQL all the same: by its first words, or by those in its middle. */
function looksLikeSql(node: Node, scope: Scope): boolean {
  const pieces = piecesOf(node).map((piece) =>
    typeof piece === 'string' ? piece : (textsOf(piece, scope, new Map())?.[0] ?? ' ? '),
  );
  const text = pieces.join('');
  return statementStart.test(text) || statementMiddle.test(text);
}

function piecesOf(node: Node): Array<string | Node> {
  if (node.type === 'BinaryExpression') return [...piecesOf(node.left), ...piecesOf(node.right)];
  if (node.type === 'TemplateLiteral') {
    return node.quasis.flatMap(({ value }, index) => {
      const expression = node.expressions[index];
      return [value.cooked ?? '', ...(expression ? [expression] : [])];
    });
  }
  return [node];
}

/** Every text that an expression may have; undefined when that is not known. */
function textsOf(node: Node, scope: Scope, bound: Bound): string[] | undefined {
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' || typeof node.value === 'number' ? [String(node.value)] : undefined;
    case 'TemplateLiteral':
      return templateTexts(node, scope, bound);
    case 'BinaryExpression':
      return node.operator === '+' ? joined([node.left, node.right], scope, bound) : undefined;
    case 'ConditionalExpression': {
      const texts = [node.consequent, node.alternate].map((side) => textsOf(side, scope, bound));
      return texts.every((side) => side !== undefined) ? texts.flat() : undefined;
    }
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'ParenthesizedExpression':
      return textsOf(node.expression, scope, bound);
    case 'Identifier': {
      const value = bound.get(node.name);
      return value === undefined ? constantTexts(node.name, scope) : [value];
    }
    case 'CallExpression':
      return callTexts(node, scope, bound);
    default:
      return undefined;
  }
}

function templateTexts(node: TemplateLiteral, scope: Scope, bound: Bound): string[] | undefined {
  return node.quasis.reduce<string[] | undefined>(
    (starts, { value }, index) => {
      const expression = node.expressions[index];
      const ends = expression ? textsOf(expression, scope, bound) : [''];
      return starts && ends && starts.flatMap((start) => ends.map((end) => start + (value.cooked ?? '') + end));
    },
    [''],
  );
}

function joined(nodes: readonly Node[], scope: Scope, bound: Bound): string[] | undefined {
  return nodes.reduce<string[] | undefined>(
    (starts, node) => {
      const ends = textsOf(node, scope, bound);
      return starts && ends && starts.flatMap((start) => ends.map((end) => start + end));
    },
    [''],
  );
}

function constantTexts(name: string, scope: Scope): string[] | undefined {
  const found = constantOf(name, scope);
  return found && textsOf(found.node, found.scope, new Map());
}

function constantOf(name: string, scope: Scope): { node: Node; scope: Scope } | undefined {
  const node = scope.constants.get(name);
  if (node) return { node, scope };
  const origin = scope.imported.get(name);
  const there = origin && scope.others.get(origin.path);
  return there && constantOf(origin.name, there);
}

/** `[...].join(', ')`, and `quoted(name)`, which is one identifier whatever the name is. */
function callTexts({ callee, arguments: given }: CallExpression, scope: Scope, bound: Bound): string[] | undefined {
  const name = callee.type === 'MemberExpression' ? callee.property : callee;
  if (name.type !== 'Identifier') return undefined;
  if (identifierMakers.includes(name.name)) return [someIdentifier];
  if (callee.type !== 'MemberExpression' || name.name !== 'join' || !given[0]) return undefined;
  const items = itemsOf(callee.object, scope, bound);
  const [separator] = textsOf(given[0], scope, bound) ?? [];
  return items && separator !== undefined ? [items.join(separator)] : undefined;
}

/** The texts of a list: an array of them, a constant that is one, or `list.map((item) => text)`. */
function itemsOf(node: Node, scope: Scope, bound: Bound): string[] | undefined {
  if (node.type === 'TSAsExpression') return itemsOf(node.expression, scope, bound);
  if (node.type === 'Identifier') {
    const found = constantOf(node.name, scope);
    return found && itemsOf(found.node, found.scope, new Map());
  }
  if (node.type === 'ArrayExpression') {
    const items = node.elements.map((element) => (element ? textsOf(element, scope, bound)?.[0] : undefined));
    return items.every((item) => item !== undefined) ? items : undefined;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return undefined;
  const { object, property } = node.callee;
  const [each] = node.arguments;
  if (property.type !== 'Identifier' || property.name !== 'map' || each?.type !== 'ArrowFunctionExpression')
    return undefined;
  return mappedItems(itemsOf(object, scope, bound), each, scope);
}

function mappedItems(items: string[] | undefined, each: ArrowFunctionExpression, scope: Scope): string[] | undefined {
  const [item, index] = each.params;
  if (item?.type !== 'Identifier' || (index && index.type !== 'Identifier')) return undefined;
  const mapped = items?.map((value, position) => {
    const bound = new Map([[item.name, value], ...(index ? [[index.name, String(position)] as const] : [])]);
    return textsOf(each.body, scope, bound)?.[0];
  });
  return mapped?.every((text) => text !== undefined) ? mapped : undefined;
}
