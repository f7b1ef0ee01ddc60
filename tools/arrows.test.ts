import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkArrows } from './arrows.ts';
import type { SourceFile } from './sources.ts';

interface Manifest {
  readonly dependencies?: readonly string[];
  readonly devDependencies?: readonly string[];
}

function manifest(room: string, { dependencies = [], devDependencies = [] }: Manifest = {}): SourceFile {
  const versions = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, '0.1.0']));
  const name = room === 'apps/ostiary' ? 'ostiary' : `@ostiary/${room.split('/').at(-1)}`;
  const content = {
    name,
    exports: { '.': './src/index.ts' },
    dependencies: versions(dependencies),
    devDependencies: versions(devDependencies),
  };
  return { path: `${room}/package.json`, text: JSON.stringify(content) };
}

function messages(...files: SourceFile[]): string[] {
  return checkArrows(files).map(({ path, message }) => `${path} ${message}`);
}

const model = manifest('packages/model');
const storage = manifest('packages/storage');
const sqlite = manifest('packages/storage-sqlite');

test('a declared import along an arrow passes', () => {
  const protocol = manifest('packages/protocol', { dependencies: ['@ostiary/model'] });
  const file = { path: 'packages/protocol/src/a.ts', text: `import type { Family } from '@ostiary/model';` };
  assert.deepEqual(messages(model, protocol, file), []);
});

test('an import that package.json does not declare fails', () => {
  const file = { path: 'packages/protocol/src/a.ts', text: `import type { Family } from '@ostiary/model';` };
  assert.deepEqual(messages(model, manifest('packages/protocol'), file), [
    `packages/protocol/src/a.ts '@ostiary/model' is not in the dependencies of packages/protocol/package.json`,
  ]);
});

test('a package of others must be declared too', () => {
  const file = { path: 'packages/protocol/src/a.ts', text: `export { decode } from 'jose/decode';` };
  assert.deepEqual(messages(manifest('packages/protocol'), file), [
    `packages/protocol/src/a.ts 'jose' is not in the dependencies of packages/protocol/package.json`,
  ]);
});

test('a devDependency serves tests only', () => {
  const protocol = manifest('packages/protocol', { devDependencies: ['fast-check'] });
  const text = `import fc from 'fast-check';`;
  assert.deepEqual(messages(protocol, { path: 'packages/protocol/src/a.test.ts', text }), []);
  assert.deepEqual(messages(protocol, { path: 'packages/protocol/src/a.ts', text }), [
    `packages/protocol/src/a.ts 'fast-check' is not in the dependencies of packages/protocol/package.json`,
  ]);
});

for (const text of [
  `import type { Ports } from '@ostiary/storage';`,
  `export type P = import('@ostiary/storage').Ports;`,
  `export const load = () => import('@ostiary/storage');`,
  `export * from '@ostiary/storage';`,
]) {
  test(`protocol must not import storage: ${text}`, () => {
    const file = { path: 'packages/protocol/src/a.ts', text };
    assert.deepEqual(messages(storage, manifest('packages/protocol'), file), [
      'packages/protocol/src/a.ts packages/protocol must not import packages/storage',
    ]);
  });
}

test('declaring a forbidden arrow does not make it allowed', () => {
  const protocol = manifest('packages/protocol', { dependencies: ['@ostiary/storage'] });
  assert.deepEqual(messages(storage, protocol), [
    'packages/protocol/package.json packages/protocol must not depend on packages/storage',
  ]);
});

test('pages imports nothing of ours', () => {
  const file = { path: 'packages/pages/src/a.ts', text: `import { x } from '@ostiary/model';` };
  assert.deepEqual(messages(model, manifest('packages/pages'), file), [
    'packages/pages/src/a.ts packages/pages must not import packages/model',
  ]);
});

test('only the composition root knows an adapter; tests may', () => {
  const service = manifest('packages/service', { devDependencies: ['@ostiary/storage-sqlite'] });
  const text = `import { openSqlite } from '@ostiary/storage-sqlite';`;
  assert.deepEqual(messages(sqlite, service, { path: 'packages/service/src/a.test.ts', text }), []);
  assert.deepEqual(messages(sqlite, service, { path: 'packages/service/src/a.ts', text }), [
    'packages/service/src/a.ts packages/service must not import packages/storage-sqlite',
  ]);
});

test('a relative import stays inside its room', () => {
  const file = { path: 'packages/protocol/src/a.ts', text: `import { x } from '../../model/src/x.ts';` };
  assert.deepEqual(messages(model, manifest('packages/protocol'), file), [
    `packages/protocol/src/a.ts '../../model/src/x.ts' leaves packages/protocol: import the package by its name`,
  ]);
});

test('a room that is not on the map fails', () => {
  assert.deepEqual(messages(manifest('packages/attic')), [
    'packages/attic/package.json the room packages/attic is not in tools/house-map.ts',
  ]);
});

test('files in a circle fail, types included', () => {
  const files = [
    { path: 'packages/model/src/a.ts', text: `import type { B } from './b.ts'; export type A = B;` },
    { path: 'packages/model/src/b.ts', text: `import type { A } from './a.ts'; export type B = A;` },
  ];
  assert.deepEqual(messages(model, ...files), [
    'packages/model/src/a.ts files in a circle: packages/model/src/a.ts -> packages/model/src/b.ts -> packages/model/src/a.ts',
  ]);
});

test('rooms in a circle fail, even when no file is', () => {
  const wire = manifest('packages/wire', { dependencies: ['@ostiary/model'] });
  const found = messages(wire, manifest('packages/model', { dependencies: ['@ostiary/wire'] }));
  assert.ok(
    found.includes('packages/wire rooms in a circle: packages/wire -> packages/model -> packages/wire'),
    found.join('; '),
  );
});

for (const text of [
  `export const port = process.env.PORT;`,
  `export const port = process['env'].PORT;`,
  `const { env } = process; export const port = env.PORT;`,
  `import { env } from 'node:process'; export const port = env.PORT;`,
]) {
  test(`the environment is read by apps/ostiary alone: ${text}`, () => {
    const service = manifest('packages/service');
    const root = manifest('apps/ostiary');
    assert.deepEqual(messages(service, { path: 'packages/service/src/a.ts', text }), [
      'packages/service/src/a.ts packages/service must not read the environment',
    ]);
    assert.deepEqual(messages(root, { path: 'apps/ostiary/src/a.ts', text }), []);
  });
}

for (const specifier of ['node:fs', 'fs', 'node:fs/promises']) {
  test(`files are touched by apps/ostiary and by the SQLite adapter alone: ${specifier}`, () => {
    const text = `import { rm } from '${specifier}';`;
    assert.deepEqual(messages(manifest('packages/http'), { path: 'packages/http/src/a.ts', text }), [
      'packages/http/src/a.ts packages/http must not touch files',
    ]);
    assert.deepEqual(messages(sqlite, { path: 'packages/storage-sqlite/src/a.ts', text }), []);
  });
}

test('a fixture may use devDependencies, and only tests import it', () => {
  const room = manifest('packages/http', { devDependencies: ['@ostiary/storage-sqlite'] });
  const fixture = { path: 'packages/http/src/a.fixture.ts', text: `import { open } from '@ostiary/storage-sqlite';` };
  const text = `import { a } from './a.fixture.ts';`;
  assert.deepEqual(messages(sqlite, room, fixture, { path: 'packages/http/src/b.test.ts', text }), []);
  assert.deepEqual(messages(sqlite, room, fixture, { path: 'packages/http/src/b.ts', text }), [
    `packages/http/src/b.ts './a.fixture.ts' is for tests only`,
  ]);
});
