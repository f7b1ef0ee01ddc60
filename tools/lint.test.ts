import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';

/** Code that a rule of .oxlintrc.json must refuse; each stands in a file of its own. */
const bad: ReadonlyArray<{ rule: string; path: string; code: string }> = [
  ...[
    'Date.now()',
    'new Date()',
    'performance.now()',
    'crypto.randomUUID()',
    'process.pid',
    'setTimeout(() => {}, 1)',
    'setInterval(() => {}, 1)',
    'setImmediate(() => {})',
    'queueMicrotask(() => {})',
    `fetch('https://example.com')`,
    'globalThis.Math',
  ].flatMap((expression, index) =>
    ['packages/protocol/src', 'sdks/session/src'].map((folder) => ({
      rule: 'no-restricted-globals',
      path: `${folder}/global-${index}.ts`,
      code: `export const value = ${expression};`,
    })),
  ),
  {
    rule: 'no-restricted-properties',
    path: 'packages/protocol/src/random.ts',
    code: 'export const value = Math.random();',
  },
  { rule: 'no-restricted-properties', path: 'sdks/session/src/random.ts', code: 'export const { random } = Math;' },
  { rule: 'no-nodejs-modules', path: 'packages/protocol/src/hash.ts', code: `export * as hash from 'node:crypto';` },
  {
    rule: 'no-nodejs-modules',
    path: 'packages/protocol/src/read.ts',
    code: `import { sep } from 'path';\nexport const a = sep;`,
  },
  { rule: 'no-console', path: 'packages/protocol/src/log.ts', code: `console.log('x');` },
  { rule: 'no-console', path: 'packages/http/src/log.ts', code: `console.log('x');` },
  { rule: 'no-explicit-any', path: 'packages/http/src/any.ts', code: 'export const a = (b: any) => String(b);' },
  { rule: 'no-explicit-any', path: 'packages/http/src/any.test.ts', code: 'export const a = (b: any) => String(b);' },
  {
    rule: 'no-non-null-assertion',
    path: 'packages/http/src/bang.ts',
    code: 'export const a = (b?: string) => b!.length;',
  },
  { rule: 'ban-ts-comment', path: 'packages/http/src/ignore.ts', code: '// @ts-ignore\nexport const a = 1;' },
  {
    rule: 'no-floating-promises',
    path: 'packages/http/src/float.ts',
    code: 'export const a = () => {\n  Promise.resolve();\n};',
  },
  {
    rule: 'no-floating-promises',
    path: 'packages/http/src/float.test.ts',
    code: 'export const a = () => {\n  Promise.resolve();\n};',
  },
  {
    rule: 'no-misused-promises',
    path: 'packages/http/src/misuse.ts',
    code: 'const later = async () => true;\nexport const a = () => (later() ? 1 : 2);',
  },
  {
    rule: 'switch-exhaustiveness-check',
    path: 'packages/http/src/switch.ts',
    code: `export function a(b: 'x' | 'y') {\n  switch (b) {\n    case 'x':\n      return 1;\n  }\n  return 2;\n}`,
  },
  { rule: 'no-default-export', path: 'packages/http/src/default.ts', code: 'const a = 1;\nexport default a;' },
  { rule: 'eqeqeq', path: 'packages/http/src/equal.ts', code: 'export const a = (b: unknown) => b == 1;' },
  { rule: 'only-throw-error', path: 'packages/http/src/throw.ts', code: `export const a = () => {\n  throw 'x';\n};` },
  { rule: 'max-lines', path: 'packages/http/src/long.ts', code: 'export const a = [\n'.padEnd(2000, '1,\n') + '];' },
  {
    rule: 'max-lines-per-function',
    path: 'packages/http/src/long-function.ts',
    code: `export function a() {\n${'  String(1);\n'.repeat(60)}}`,
  },
];

/** Code that must pass: a ban that also hits the permitted use would be switched off by the first who meets it. */
const good = {
  'packages/protocol/src/pure.test.ts': 'export const a = Date.now() + Math.random();',
  'packages/service/src/clock.ts': 'export const a = Date.now();',
  'packages/http/src/bang.test.ts': 'export const a = (b?: string) => b!.length;',
  'apps/ostiary/src/print.ts': `console.log('x');`,
  'apps/lab/ostiary.config.ts': 'const a = 1;\nexport default a;',
  'packages/http/src/run.test.ts': `import { describe, test } from 'node:test';\ndescribe('a', () => {\n  test('b', async () => {\n    await Promise.resolve();\n  });\n});`,
};

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'ostiary-lint-'));
const found = new Map<string, string[]>();

before(() => {
  for (const file of ['.oxlintrc.json', 'tsconfig.json', 'package.json']) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { path, code } of bad) write(path, code);
  for (const [path, code] of Object.entries(good)) write(path, code);
  lint();
});

after(() => rmSync(folder, { recursive: true }));

function write(path: string, code: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${code}\n`);
}

function lint(): void {
  const program = join(root, 'node_modules', '.bin', 'oxlint');
  const { stdout } = spawnSync(program, ['--format=json', 'packages', 'apps', 'sdks'], {
    cwd: folder,
    encoding: 'utf8',
  });
  const report: { diagnostics: Array<{ filename: string; code: string }> } = JSON.parse(stdout);
  for (const { filename, code } of report.diagnostics) found.set(filename, [...(found.get(filename) ?? []), code]);
}

for (const { rule, path, code } of bad) {
  test(`${rule} refuses ${path}: ${code.split('\n')[0]}`, () => {
    assert.ok(
      found.get(path)?.some((one) => one.includes(`(${rule})`)),
      `found only: ${found.get(path)?.join(', ') ?? 'nothing'}`,
    );
  });
}

for (const path of Object.keys(good)) {
  test(`nothing is wrong with ${path}`, () => assert.equal(found.get(path), undefined));
}
