// Every import between workspaces is declared, follows the drawn arrows, and closes no circle; types included.
import { dirname, join } from 'node:path';
import { isBuiltin } from 'node:module';
import { cycleIn } from './cycles.ts';
import { allowedArrows, environmentReaders, fileReaders, testRooms } from './house-map.ts';
import { isCode, isTest, printFindings, readSources } from './sources.ts';
import type { Finding, SourceFile } from './sources.ts';
import { importsOf, syntaxOf } from './syntax.ts';
import type { Import } from './syntax.ts';

/** A workspace: `room` is its folder, such as `packages/wire`. */
interface Workspace {
  readonly room: string;
  readonly name: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

/** One import, with who imports and what it leads to. */
interface Arrow extends Import {
  readonly file: SourceFile;
  readonly from: Workspace;
  /** Name of the package; undefined when the import is relative. */
  readonly packageName: string | undefined;
  readonly to: Workspace | undefined;
  /** File that it leads to, when that is one of ours. */
  readonly target: string | undefined;
}

export function checkArrows(files: readonly SourceFile[]): Finding[] {
  const workspaces = findWorkspaces(files);
  const arrows = files.filter(isCode).flatMap((file) => arrowsOf(file, workspaces));
  return [
    ...workspaces.flatMap((workspace) => checkManifest(workspace, workspaces)),
    ...arrows.flatMap(checkArrow),
    ...files.filter(isCode).flatMap((file) => checkEnvironment(file, workspaces)),
    ...fileCycle(arrows),
    ...roomCycle(arrows, workspaces),
  ];
}

function findWorkspaces(files: readonly SourceFile[]): Workspace[] {
  return files.flatMap(({ path, text }) => {
    if (!/^([^/]+\/)?[^/]+\/package\.json$/.test(path)) return [];
    const manifest: { name: string; [key: string]: unknown } = JSON.parse(text);
    const keysOf = (field: string) => new Set(Object.keys(manifest[field] ?? {}));
    const workspace: Workspace = {
      room: dirname(path),
      name: manifest.name,
      exports: Object.fromEntries(Object.entries(manifest['exports'] ?? {})),
      dependencies: new Set([...keysOf('dependencies'), ...keysOf('peerDependencies')]),
      devDependencies: keysOf('devDependencies'),
    };
    return [workspace];
  });
}

function arrowsOf(file: SourceFile, workspaces: readonly Workspace[]): Arrow[] {
  const from = roomOf(file.path, workspaces);
  if (!from) return [];
  return importsOf(file).flatMap((found): Arrow[] => {
    if (isBuiltin(found.specifier)) return [];
    if (found.specifier.startsWith('.')) {
      const target = join(dirname(file.path), found.specifier);
      return [{ ...found, file, from, packageName: undefined, to: roomOf(target, workspaces), target }];
    }
    const packageName = found.specifier.split('/', found.specifier.startsWith('@') ? 2 : 1).join('/');
    const to = workspaces.find(({ name }) => name === packageName);
    const entry = to?.exports[found.specifier.replace(packageName, '.')];
    return [{ ...found, file, from, packageName, to, target: to && entry && join(to.room, entry) }];
  });
}

function roomOf(path: string, workspaces: readonly Workspace[]): Workspace | undefined {
  return workspaces.find(({ room }) => path.startsWith(`${room}/`));
}

function checkManifest(workspace: Workspace, workspaces: readonly Workspace[]): Finding[] {
  const finding = (message: string) => ({ path: `${workspace.room}/package.json`, line: 1, message });
  if (testRooms.includes(workspace.room)) return [];
  if (!allowedArrows[workspace.room]) return [finding(`the room ${workspace.room} is not in tools/house-map.ts`)];
  return workspaces
    .filter(({ name, room }) => workspace.dependencies.has(name) && !isAllowed(workspace.room, room))
    .map(({ room }) => finding(`${workspace.room} must not depend on ${room}`));
}

function isAllowed(from: string, to: string): boolean {
  return from === to || (allowedArrows[from]?.includes(to) ?? false);
}

function checkArrow({ file, line, specifier, from, packageName, to, target }: Arrow): Finding[] {
  const finding = (message: string) => [{ path: file.path, line, message }];
  if (packageName === undefined && target && isTest({ path: target, text: '' }) && !isTest(file)) {
    return finding(`'${specifier}' is for tests only`);
  }
  if (packageName === undefined) {
    return to === from ? [] : finding(`'${specifier}' leaves ${from.room}: import the package by its name`);
  }
  if (packageName === from.name) return finding(`${from.room} imports itself by name: use a relative path`);
  const isShipped = !isTest(file) && !isConfiguration(file) && from.room !== 'tools';
  const isDeclared = from.dependencies.has(packageName) || (!isShipped && from.devDependencies.has(packageName));
  if (to && isShipped && !isAllowed(from.room, to.room)) return finding(`${from.room} must not import ${to.room}`);
  if (isDeclared) return [];
  return finding(
    `'${packageName}' is not in the ${isShipped ? 'dependencies' : 'devDependencies'} of ${from.room}/package.json`,
  );
}

/** `*.config.ts` is read by a tool and never shipped. */
function isConfiguration({ path }: SourceFile): boolean {
  return path.endsWith('.config.ts');
}

function checkEnvironment(file: SourceFile, workspaces: readonly Workspace[]): Finding[] {
  const room = roomOf(file.path, workspaces)?.room;
  if (!room || isTest(file)) return [];
  const files = importsOf(file)
    .filter(({ specifier }) => /^(node:)?fs(\/|$)/.test(specifier) && !fileReaders.includes(room))
    .map(({ line }) => ({ path: file.path, line, message: `${room} must not touch files` }));
  if (environmentReaders.includes(room)) return files;
  return [
    ...files,
    ...environmentReads(file).map((line) => ({
      path: file.path,
      line,
      message: `${room} must not read the environment`,
    })),
  ];
}

/** Lines that reach `process.env`, in any spelling. */
function environmentReads(file: SourceFile): number[] {
  const { visit, lineOf } = syntaxOf(file);
  const lines = importsOf(file)
    .filter(({ specifier }) => /^(node:)?process$/.test(specifier))
    .map(({ line }) => line);
  visit({
    MemberExpression: ({ object, property, start }) => {
      const name =
        property.type === 'Identifier' ? property.name : property.type === 'Literal' ? property.value : undefined;
      if (object.type === 'Identifier' && object.name === 'process' && name === 'env') lines.push(lineOf(start));
    },
    VariableDeclarator: ({ id, init, start }) => {
      const isProcess = init?.type === 'Identifier' && init.name === 'process';
      if (isProcess && id.type === 'ObjectPattern') lines.push(lineOf(start));
    },
  });
  return lines;
}

function fileCycle(arrows: readonly Arrow[]): Finding[] {
  const cycle = cycleIn(arrows.flatMap(({ file, target }) => (target ? [[file.path, target] as const] : [])));
  return cycle ? [{ path: cycle[0] ?? '', line: 1, message: `files in a circle: ${cycle.join(' -> ')}` }] : [];
}

/** Tests may close a circle between rooms (an adapter in the tests of its port), nothing else may. */
function roomCycle(arrows: readonly Arrow[], workspaces: readonly Workspace[]): Finding[] {
  const imported = arrows
    .filter(({ file, to, from }) => !isTest(file) && !isConfiguration(file) && to && to !== from)
    .map(({ from, to }) => [from.room, to?.room ?? ''] as const);
  const declared = workspaces.flatMap((from) =>
    workspaces.filter(({ name }) => from.dependencies.has(name)).map(({ room }) => [from.room, room] as const),
  );
  const cycle = cycleIn([...imported, ...declared]);
  return cycle ? [{ path: cycle[0] ?? '', line: 1, message: `rooms in a circle: ${cycle.join(' -> ')}` }] : [];
}

if (import.meta.main) printFindings(checkArrows(readSources(join(import.meta.dirname, '..'))));
