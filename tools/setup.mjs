// What every command does first. Runs on Node 20 with nothing installed: node: imports and the npm beside Node, no more.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const wantedMajor = 24;

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Installs what is missing or out of date and finds the Node that runs Ostiary.
 * Ends the process with a clear word when that is impossible.
 *
 * @returns {Promise<string>} path of a Node executable, version 24 or later
 */
export async function prepare() {
  process.chdir(root);
  const stale = staleReason();
  if (stale) await install(stale);
  const node = runnableNode() ?? (await repairNode());
  process.env.PATH = `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  return node;
}

/** Compares what npm wrote down as installed with what the lockfile asks for; undefined when they agree. */
function staleReason() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'the dependencies are not installed yet';
  const installed = readPackages(record);
  for (const [path, wanted] of Object.entries(readPackages(join(root, 'package-lock.json')))) {
    if (!path.includes('node_modules/') || wanted.optional || wanted.link) continue;
    if (installed[path]?.version !== wanted.version) return `${path} should be at ${wanted.version}`;
  }
  return undefined;
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

async function install(reason) {
  say(`${reason}: running "npm ci" (once, about a minute) ...`);
  const startMs = Date.now();
  const progress = setInterval(
    () => say(`still installing, ${Math.round((Date.now() - startMs) / 1000)} s ...`),
    5_000,
  );
  const code = await runNpm(['ci', '--no-audit', '--no-fund', '--ignore-scripts=false']);
  clearInterval(progress);
  if (code !== 0)
    stop(`"npm ci" failed with exit code ${code}. Its output above says why; then run the command again.`);
  say('dependencies installed.');
}

/** The repository brings its own Node as a package, which stays empty where install scripts are switched off. */
async function repairNode() {
  say(`fetching the repository's own Node ${wantedMajor}: running "npm rebuild node" ...`);
  await runNpm(['rebuild', 'node', '--ignore-scripts=false', '--foreground-scripts']);
  const node = runnableNode();
  if (node) return node;
  return stop(
    `Ostiary needs Node ${wantedMajor} or later; this is ${process.version}, and the package "node" could not be installed.\n` +
      `Install Node ${wantedMajor} yourself and run the command again, or find out why "npm rebuild node" fails.`,
  );
}

/** The repository's own Node when it works, else the running one when that is new enough. */
function runnableNode() {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(own) && majorOf(spawnSync(own, ['--version'], { encoding: 'utf8' }).stdout) >= wantedMajor) return own;
  return majorOf(process.version) >= wantedMajor ? process.execPath : undefined;
}

function majorOf(version) {
  return Number(/^v(\d+)\./.exec(version ?? '')?.[1] ?? 0);
}

function runNpm(args) {
  return new Promise((resolve) => {
    const child = spawn('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    child.on('error', (error) =>
      stop(`npm could not be started (${error.message}). It comes with Node: is it on the PATH?`),
    );
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function say(text) {
  process.stderr.write(`ostiary: ${text}\n`);
}

function stop(text) {
  say(text);
  process.exit(1);
}
