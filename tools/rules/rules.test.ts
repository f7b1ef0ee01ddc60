import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding, SourceFile } from '../sources.ts';
import { checkBarrels } from './barrels.ts';
import { checkLinks } from './links.ts';
import { checkLock } from './lock.ts';
import { checkMap } from './map.ts';
import { checkNames } from './names.ts';
import { checkPurity } from './purity.ts';
import { checkTests } from './tests.ts';
import { checkText } from './text.ts';

type Rule = (files: readonly SourceFile[]) => Finding[];

function lines(rule: Rule, path: string, text = '', others: readonly SourceFile[] = []): string[] {
  return rule([{ path, text }, ...others]).map(({ line, message }) => `${line} ${message}`);
}

for (const path of [
  'packages/http/src/utils.ts',
  'packages/http/src/helpers/form.ts',
  'packages/http/src/common.ts',
  'packages/model/src/types.ts',
]) {
  test(`names: ${path} is a drawer`, () => {
    assert.deepEqual(lines(checkNames, path), ['1 a drawer: name it by what it holds']);
  });
}

test('names: index.ts stands in src of a package and nowhere else', () => {
  assert.deepEqual(lines(checkNames, 'packages/http/src/index.ts'), []);
  assert.equal(lines(checkNames, 'packages/http/src/routes/index.ts').length, 1);
});

test('barrels: a file other than index.ts does not re-export', () => {
  const text = `export const a = 1;\nexport { b } from './b.ts';\nexport * from './c.ts';\nexport type { D } from './d.ts';`;
  const message = 're-exports belong in index.ts: import from the owner';
  assert.deepEqual(lines(checkBarrels, 'packages/http/src/all.ts', text), [
    `2 ${message}`,
    `3 ${message}`,
    `4 ${message}`,
  ]);
  assert.deepEqual(lines(checkBarrels, 'packages/http/src/index.ts', text), []);
  const manifest = { path: 'packages/http/package.json', text: `{ "exports": { "./all": "./src/all.ts" } }` };
  assert.deepEqual(lines(checkBarrels, 'packages/http/src/all.ts', text, [manifest]), []);
});

test('purity: the engine has no this, throw, class or await', () => {
  const text = [
    'class A {}',
    'export function f() { throw new Error(); }',
    'export function g(this: A) { return this; }',
    'export const h = class {};',
    'export async function i() { await null; }',
  ].join('\n');
  assert.deepEqual(
    lines(checkPurity, 'packages/protocol/src/a.ts', text).map((line) => line.split(' in ')[0]),
    ['1 no class', '2 no throw', '3 no this', '4 no class', '5 no await'],
  );
  assert.deepEqual(lines(checkPurity, 'packages/protocol/src/a.test.ts', text), []);
  assert.deepEqual(lines(checkPurity, 'packages/service/src/a.ts', text), []);
});

for (const call of [
  `test.only('a', () => {});`,
  `test.skip('a', () => {});`,
  `describe.todo('a');`,
  `t.skip('later');`,
  `test('a', { skip: !process.env.X }, () => {});`,
  `test('a', { only: true }, () => {});`,
]) {
  test(`tests: every test runs: ${call}`, () => {
    assert.equal(lines(checkTests, 'packages/http/src/a.test.ts', call).length, 1);
  });
}

test('tests: names that merely look alike pass', () => {
  assert.deepEqual(lines(checkTests, 'tests/e2e/a.test.ts', `rows.skip(1); test('a', { timeout: 1 }, () => {});`), []);
});

for (const call of [
  'await new Promise((resolve) => setTimeout(resolve, 100));',
  'await new Promise((resolve) => setTimeout(resolve, 2 * 60_000));',
  'const pauseMs = 250; setTimeout(next, pauseMs);',
  `import { setTimeout as pause } from 'node:timers/promises'; await pause(1000);`,
]) {
  test(`tests: no waiting: ${call}`, () => {
    assert.deepEqual(lines(checkTests, 'tests/faults/a.test.ts', call), [
      '1 a wait of 100 ms or more: move the clock, or poll for the event',
    ]);
  });
}

test('tests: a short poll passes', () => {
  assert.deepEqual(lines(checkTests, 'tests/faults/a.test.ts', 'setTimeout(next, 20);'), []);
});

test('text: no registry and no path of one machine', () => {
  const text = [
    ['https://registry', 'example', 'org/left-pad'].join('.'),
    ['see ', 'home', 'ada', 'notes.md'].join('/'),
    [`from '`, 'Users', 'ada', `x.ts'`].join('/'),
    'GET /home/page, /usr/bin/chromium and /token are paths like any other',
  ].join('\n');
  assert.deepEqual(lines(checkText, 'docs/a.md', text), [
    '1 names a package registry',
    '2 names a path of one machine',
    '3 names a path of one machine',
  ]);
});

test('links: a relative link leads somewhere', () => {
  const text = [
    '[a](b.md) [top](../README.md#start) [web](https://example.com/x.md) [here](#a)',
    '[gone](gone.md)',
    '```',
    '[code](gone.md)',
    '```',
    '[ref]: ./lost.md',
  ].join('\n');
  const others = ['docs/b.md', 'README.md'].map((path) => ({ path, text: '' }));
  assert.deepEqual(lines(checkLinks, 'docs/a.md', text, others), [
    `2 link to 'gone.md', which is not there`,
    `6 link to './lost.md', which is not there`,
  ]);
});

test('map: every path that ARCHITECTURE.md names exists', () => {
  const text = [
    'packages/http/ and http/routes/token.ts, http/src/routes/token.ts, decisions/0001-*.md, over application/json or http/https',
    'packages/attic/ holds nothing, http/routes/gone.ts is gone, decisions/9*.md too',
  ].join('\n');
  const others = ['packages/http/src/routes/token.ts', 'decisions/0001-x.md'].map((path) => ({ path, text: '' }));
  assert.deepEqual(lines(checkMap, 'ARCHITECTURE.md', text, others), [
    `2 names 'packages/attic', which is not there`,
    `2 names 'http/routes/gone.ts', which is not there`,
    `2 names 'decisions/9*.md', which is not there`,
  ]);
});

test('lock: the lockfile agrees with every manifest and knows every platform', () => {
  const packages = {
    'packages/http': { dependencies: { hono: '^4.0.0' } },
    'node_modules/oxlint': { optionalDependencies: { '@oxlint/here': '1.0.0', '@oxlint/elsewhere': '1.0.0' } },
    'node_modules/@oxlint/here': {},
  };
  const manifest = (text: object) => ({ path: 'packages/http/package.json', text: JSON.stringify(text) });
  const found = (text: object) => lines(checkLock, 'package-lock.json', JSON.stringify({ packages }), [manifest(text)]);
  const elsewhere = '1 lacks @oxlint/elsewhere, which node_modules/oxlint needs elsewhere: take a version that has it';
  assert.deepEqual(found({ dependencies: { hono: '^4.0.0' } }), [elsewhere]);
  const differs = '1 differs from packages/http/package.json: run "npm install --package-lock-only"';
  assert.deepEqual(found({ dependencies: { hono: '^4.0.0' }, devDependencies: { jose: '1' } }), [differs, elsewhere]);
});
