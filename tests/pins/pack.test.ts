import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { postgresServer } from '../support/postgres.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'ostiary-packed-'));
const tarballs = join(folder, 'tarballs');
const project = join(folder, 'project');

before(() => {
  run(process.execPath, [join(root, 'tools', 'pack.ts'), tarballs], root);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'newcomer', private: true, type: 'module' }));
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...files], project);
});

after(() => rmSync(folder, { recursive: true }));

function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: cleanEnvironment() });
  assert.equal(status, 0, `${[program, ...args].join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

/** Without what an outer `npm test` sets for its own project. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_|INIT_CWD)/i.test(name)));
}

function installed(name: string): string {
  return join(project, 'node_modules', name);
}

test('the tarballs are the program and the packages it needs', () => {
  assert.deepEqual(readdirSync(tarballs).toSorted(), [
    'ostiary-0.1.0.tgz',
    'ostiary-http-0.1.0.tgz',
    'ostiary-model-0.1.0.tgz',
    'ostiary-pages-0.1.0.tgz',
    'ostiary-protocol-0.1.0.tgz',
    'ostiary-service-0.1.0.tgz',
    'ostiary-storage-0.1.0.tgz',
    'ostiary-storage-postgres-0.1.0.tgz',
    'ostiary-storage-sqlite-0.1.0.tgz',
    'ostiary-wire-0.1.0.tgz',
  ]);
});

test('the manifest of the program points at JavaScript, declarations and packed versions', () => {
  const manifest = JSON.parse(readFileSync(join(installed('ostiary'), 'package.json'), 'utf8'));
  assert.deepEqual(manifest.exports, { '.': { types: './dist/index.d.ts', default: './dist/index.js' } });
  assert.deepEqual(manifest.bin, { ostiary: './dist/main.js' });
  assert.deepEqual(manifest.engines, { node: '>=24' });
  assert.equal(manifest.private, undefined);
  assert.equal(manifest.dependencies['@ostiary/http'], '0.1.0');
});

test('no tarball holds a test or a source', () => {
  for (const name of ['ostiary', ...readdirSync(installed('@ostiary')).map((room) => `@ostiary/${room}`)]) {
    const files = readdirSync(installed(name), { recursive: true }).map(String);
    const unwanted = files.filter((file) => /\.test\.|(?<!\.d)\.ts$/.test(file) && !file.includes('node_modules'));
    assert.deepEqual(unwanted, [], name);
    assert.ok(files.includes('LICENSE'), name);
  }
});

test('the installed program runs in an empty folder', () => {
  const help = run(join(project, 'node_modules', '.bin', 'ostiary'), ['--help'], project);
  assert.match(help, /^usage: ostiary COMMAND/m);
  assert.match(help, /^ {2}start /m);
});

test('the installed program makes its tables in a PostgreSQL database', async () => {
  const database = await (await postgresServer()).newDatabase();
  try {
    const config = { issuer: 'http://localhost:4000', storage: { postgres: { url: database.url } } };
    writeFileSync(join(project, 'ostiary.config.json'), JSON.stringify(config));
    const said = run(join(project, 'node_modules', '.bin', 'ostiary'), ['migrate'], project);
    assert.match(said, /^applied \S+\n(?:applied \S+\n)*postgres:\/\/\S+ is up to date\n$/);
  } finally {
    await database.drop();
  }
});

test('a configuration file is typed by the installed declarations', () => {
  const config = (issuer: string) =>
    `import { defineConfig } from 'ostiary';\nexport default defineConfig({ issuer: ${issuer} });\n`;
  writeFileSync(join(project, 'wrong.ts'), config('4000'));
  writeFileSync(
    join(project, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'dom', 'dom.iterable'],
        strict: true,
        noEmit: true,
        skipLibCheck: false,
        types: ['node'],
        typeRoots: [join(root, 'node_modules', '@types')],
      },
      files: ['wrong.ts'],
    }),
  );
  const { stdout } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', project], { encoding: 'utf8' });
  const places = stdout.match(/^[^\s(]+(?=\()/gm) ?? [];
  assert.deepEqual([...new Set(places.map((place) => place.split('/').at(-1)))], ['wrong.ts'], stdout);
  assert.match(stdout, /Type 'number' is not assignable to type 'string'/);
});
