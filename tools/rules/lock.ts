import type { Finding, SourceFile } from '../sources.ts';

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** `npm ci` refuses a lockfile that disagrees with a manifest, or that lacks a package for some platform. */
export function checkLock(files: readonly SourceFile[]): Finding[] {
  const lockfile = files.find(({ path }) => path === 'package-lock.json');
  if (!lockfile) return [];
  const { packages }: { packages: Record<string, Locked> } = JSON.parse(lockfile.text);
  const messages = [...manifestsThatDiffer(files, packages), ...missingPlatforms(packages)];
  return messages.map((message) => ({ path: lockfile.path, line: 1, message }));
}

function manifestsThatDiffer(files: readonly SourceFile[], packages: Readonly<Record<string, Locked>>): string[] {
  return files.flatMap(({ path, text }) => {
    if (!/^([^/]+\/){0,2}package\.json$/.test(path)) return [];
    const manifest: Locked = JSON.parse(text);
    const locked = packages[path.replace(/\/?package\.json$/, '')];
    return locked && spell(locked) === spell(manifest)
      ? []
      : [`differs from ${path}: run "npm install --package-lock-only"`];
  });
}

function spell({ dependencies = {}, devDependencies = {} }: Locked): string {
  const sorted = (record: Readonly<Record<string, string>>) =>
    Object.keys(record)
      .toSorted()
      .map((name) => [name, record[name]]);
  return JSON.stringify([sorted(dependencies), sorted(devDependencies)]);
}

function missingPlatforms(packages: Readonly<Record<string, Locked>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`])
      .map((name) => `lacks ${name}, which ${path} needs elsewhere: take a version that has it`),
  );
}
