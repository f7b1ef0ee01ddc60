// node tools/pack.ts FOLDER [NAME ...]: builds packages to JavaScript and declarations and leaves their tarballs in FOLDER.
// Without names: the program `ostiary`, the SDKs, and every package of ours that they need.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serverFlags } from './server-flags.mjs';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly sideEffects?: boolean;
  readonly exports: Readonly<Record<string, string>>;
  /** Not in `bin` itself: npm would mark the linked source as executable in every checkout. */
  readonly publishConfig?: { readonly bin?: Readonly<Record<string, string>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: object;
}

interface Room {
  /** Folder from the root of the repository, such as `packages/wire`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

const published = ['ostiary', '@ostiary/browser', '@ostiary/api', '@ostiary/worker', '@ostiary/web'];
const root = join(import.meta.dirname, '..');

/**
 * @param out folder for the tarballs; made when missing
 * @param names packages to pack; those of ours that they depend on come with them
 * @returns paths of the tarballs
 */
export function pack(out: string, names: readonly string[]): string[] {
  const rooms = withDependencies(names, findRooms());
  const work = mkdtempSync(join(tmpdir(), 'ostiary-pack-'));
  try {
    compile(rooms, work);
    const staged = rooms.map((room) => stage(room, rooms, work));
    mkdirSync(out, { recursive: true });
    const answer = run('npm', ['pack', '--json', '--pack-destination', resolve(out), ...staged], work);
    const packed: Array<{ filename: string }> = JSON.parse(answer);
    return packed.map(({ filename }) => join(resolve(out), filename));
  } finally {
    rmSync(work, { recursive: true });
  }
}

function findRooms(): Room[] {
  return ['packages', 'apps', 'sdks']
    .filter((top) => existsSync(join(root, top)))
    .flatMap((top) => readdirSync(join(root, top)).map((name) => `${top}/${name}`))
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) }));
}

function withDependencies(names: readonly string[], rooms: readonly Room[]): Room[] {
  const wanted = new Set<Room>();
  const add = (name: string) => {
    const room = rooms.find(({ manifest }) => manifest.name === name);
    if (!room || wanted.has(room)) return;
    wanted.add(room);
    Object.keys(room.manifest.dependencies ?? {}).forEach(add);
  };
  for (const name of names) {
    if (!rooms.some(({ manifest }) => manifest.name === name)) throw new Error(`there is no package called ${name}`);
    add(name);
  }
  return [...wanted];
}

/** One compilation for all, because a package is typed by the sources of those it imports. */
function compile(rooms: readonly Room[], work: string): void {
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      rewriteRelativeImportExtensions: true,
      rootDir: root,
      outDir: join(work, 'built'),
      typeRoots: [join(root, 'node_modules', '@types')],
    },
    include: rooms.map(({ folder }) => join(root, folder, 'src')),
    exclude: [join(root, '**', '*.test.ts'), join(root, '**', '*.fixture.ts')],
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
  run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', join(work, 'tsconfig.json')], root);
}

/** Lays out what goes into one tarball: `dist`, the other folders of the package as they are, the manifest, the licence. */
function stage({ folder, manifest }: Room, rooms: readonly Room[], work: string): string {
  const target = join(work, 'staged', folder);
  mkdirSync(target, { recursive: true });
  cpSync(join(work, 'built', folder, 'src'), join(target, 'dist'), { recursive: true });
  cpSync(join(root, folder, 'src'), join(target, 'dist'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
  pointAtJavaScript(join(target, 'dist'));
  for (const path of Object.values(manifest.publishConfig?.bin ?? {}))
    nameInterpreter(join(target, `${built(path)}.js`));
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const isShipped = entry.isDirectory() ? !notShipped.has(entry.name) : entry.name === 'README.md';
    if (isShipped) cpSync(join(root, folder, entry.name), join(target, entry.name), { recursive: true });
  }
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  writeFileSync(join(target, 'package.json'), JSON.stringify(publishedManifest(manifest, rooms), undefined, 2));
  return target;
}

const notShipped = new Set(['src', 'dist', 'data', 'node_modules', 'coverage', '.ostiary']);

/** The compiler rewrites imports; a module that is named by URL (a worker) keeps its `.ts`. */
function pointAtJavaScript(dist: string): void {
  for (const path of readdirSync(dist, { recursive: true }).map(String)) {
    if (!path.endsWith('.js')) continue;
    const text = readFileSync(join(dist, path), 'utf8');
    writeFileSync(
      join(dist, path),
      text.replace(/(new URL\(\s*(['"])\.[^'"]*)\.ts\2,\s*import\.meta\.url/g, '$1.js$2, import.meta.url'),
    );
  }
}

/** A program that npm links into the PATH is run by the shell, with the flags that the server runs with. */
function nameInterpreter(file: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.startsWith('#!')) writeFileSync(file, `#!/usr/bin/env -S node ${serverFlags.join(' ')}\n${text}`);
}

function publishedManifest(manifest: Manifest, rooms: readonly Room[]): object {
  const { name, version, description, license, publishConfig, peerDependencies, peerDependenciesMeta } = manifest;
  const bin = publishConfig?.bin;
  const isForBrowsers = manifest.sideEffects === false;
  const versionOf = (dependency: string) => rooms.find((room) => room.manifest.name === dependency)?.manifest.version;
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    ...(!isForBrowsers && { engines: { node: '>=24' } }),
    ...(bin && { bin: mapValues(bin, (path) => `${built(path)}.js`) }),
    ...(manifest.sideEffects !== undefined && { sideEffects: manifest.sideEffects }),
    exports: mapValues(shipped(manifest.exports), (path) => ({
      types: `${built(path)}.d.ts`,
      default: `${built(path)}.js`,
    })),
    dependencies: Object.fromEntries(
      Object.entries(manifest.dependencies ?? {}).map(([dependency, range]) => [
        dependency,
        versionOf(dependency) ?? range,
      ]),
    ),
    peerDependencies,
    peerDependenciesMeta,
  };
}

/** Fixtures are for the tests of this repository. */
function shipped(exports: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(exports).filter(([, path]) => !path.endsWith('.fixture.ts')));
}

/** Where a source file lies in the tarball, without its ending. */
function built(path: string): string {
  return path.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
}

function mapValues<T>(record: Readonly<Record<string, string>>, change: (value: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

/** Standard output of a program. Throws with all that it printed when it fails. */
function run(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${[program, ...args].join(' ')}\n${stdout}${stderr}`);
  return stdout;
}

if (import.meta.main) {
  const [out, ...names] = process.argv.slice(2);
  if (!out) throw new Error('usage: node tools/pack.ts FOLDER [NAME ...]');
  for (const tarball of pack(out, names.length > 0 ? names : published)) console.log(tarball);
}
