import type { CallExpression, Expression } from 'oxc-parser';
import { isCode, isTest } from '../sources.ts';
import type { Finding, SourceFile } from '../sources.ts';
import { syntaxOf } from '../syntax.ts';

const runners = new Set(['test', 'it', 'describe', 'suite', 't', 'context']);
const switches = new Set(['only', 'skip', 'todo']);
const longestWaitMs = 100;

/** Every test runs, and none waits for time to pass: the clock is a port. */
export function checkTests(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => isCode(file) && isTest(file) && !file.path.startsWith('bench/'))
    .flatMap((file) => [...findSwitches(file), ...findSleeps(file)]);
}

function findSwitches(file: SourceFile): Finding[] {
  const { visit, lineOf } = syntaxOf(file);
  const found: Finding[] = [];
  const add = (start: number, name: string) => {
    found.push({ path: file.path, line: lineOf(start), message: `${name}: every test runs` });
  };
  visit({
    CallExpression: ({ callee, arguments: args, start }) => {
      const member = callee.type === 'MemberExpression' && callee.property.type === 'Identifier' ? callee : undefined;
      const runner = member ? member.object : callee;
      if (runner.type !== 'Identifier' || !runners.has(runner.name)) return;
      if (member?.property.type === 'Identifier' && switches.has(member.property.name))
        add(start, `.${member.property.name}`);
      for (const name of args.flatMap(switchesIn)) add(start, `{ ${name} }`);
    },
  });
  return found;
}

/** `{ skip: ... }` and its like among the options of a test. */
function switchesIn(argument: CallExpression['arguments'][number]): string[] {
  if (argument.type !== 'ObjectExpression') return [];
  return argument.properties.flatMap((property) => {
    const name = property.type === 'Property' && property.key.type === 'Identifier' ? property.key.name : '';
    return switches.has(name) ? [name] : [];
  });
}

function findSleeps(file: SourceFile): Finding[] {
  const { visit, lineOf } = syntaxOf(file);
  const constants = new Map<string, Expression>();
  const promised = new Set<string>();
  const found: Finding[] = [];
  visit({
    ImportDeclaration: ({ source, specifiers }) => {
      if (!source.value.endsWith('timers/promises')) return;
      for (const { local } of specifiers) promised.add(local.name);
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init) constants.set(id.name, init);
    },
    CallExpression: ({ callee, arguments: args, start }) => {
      if (callee.type !== 'Identifier') return;
      const delay = promised.has(callee.name) ? args[0] : callee.name === 'setTimeout' ? args[1] : undefined;
      if (!delay || delay.type === 'SpreadElement' || numberOf(delay, constants) < longestWaitMs) return;
      found.push({
        path: file.path,
        line: lineOf(start),
        message: `a wait of ${longestWaitMs} ms or more: move the clock, or poll for the event`,
      });
    },
  });
  return found;
}

/** The value of a literal, a product of such, or a constant of the same file; 0 when it cannot be told. */
function numberOf(expression: Expression, constants: ReadonlyMap<string, Expression>): number {
  if (expression.type === 'Literal') return typeof expression.value === 'number' ? expression.value : 0;
  if (expression.type === 'BinaryExpression' && expression.operator === '*') {
    return numberOf(expression.left, constants) * numberOf(expression.right, constants);
  }
  const value = expression.type === 'Identifier' ? constants.get(expression.name) : undefined;
  return value && value.type !== 'Identifier' ? numberOf(value, constants) : 0;
}
