// One PostgreSQL server in a temporary folder, on a free port of this machine. PostgreSQL does not run as root: there it
// runs as an unprivileged user. Runs on Node 20 with nothing installed.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { chownSync, cpSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const startWithinMs = 60_000;
const superuser = 'administrator';
const small = { shared_buffers: '64MB', max_connections: '200', max_wal_size: '512MB' };
/** Nothing survives a crash of the machine, which tests of a crash of the server do not need. */
const careless = { fsync: 'off', full_page_writes: 'off' };

/**
 * Makes a server; `start` starts it.
 *
 * @param {string} bin folder of `initdb` and `postgres`
 * @param {{ durable?: boolean, settings?: Record<string, string>, tls?: { cert: string, key: string } }} wishes
 * `durable`: what is committed is on the disk; `settings`: of postgresql.conf; `tls`: PEM texts
 */
export async function createServerIn(bin, wishes) {
  const port = await freePort();
  const owner = unprivileged();
  const folder = mkdtempSync(join(owner.uid === undefined ? tmpdir() : '/tmp', 'ostiary-postgres-'));
  const password = randomBytes(24).toString('base64url');
  const data = join(folder, 'data');
  const programs = fillFolder({ bin, folder, data, owner, password, tls: wishes.tls });
  const settings = {
    ...small,
    ...(wishes.durable ? {} : careless),
    ...(wishes.tls && { ssl: 'on' }),
    ...wishes.settings,
  };
  const state = { programs, folder, data, owner, port, settings, child: undefined };
  return {
    url: `postgres://${superuser}:${password}@127.0.0.1:${port}/postgres`,
    start: () => start(state),
    /** `fast` ends every session and writes all; `immediate` leaves as a crash does. */
    stop: (mode) => stop(state, mode),
    /** Stops every process where it stands (SIGSTOP), connections stay open. */
    pause: () => signalAll(state, 'SIGSTOP'),
    resume: () => signalAll(state, 'SIGCONT'),
    async remove() {
      signalAll(state, 'SIGCONT');
      await stop(state, 'immediate');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The ids to run as; none when this process is not root. */
function unprivileged() {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) =>
      Number.parseInt(spawnSync('id', [flag, name], { encoding: 'utf8' }).stdout, 10),
    );
    if (uid > 0 && gid > 0) return { uid, gid };
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as');
}

/** Makes the data folder; gives the folder of the programs to run. Leaves nothing behind when that fails. */
function fillFolder({ bin, folder, data, owner, password, tls }) {
  try {
    own(folder, owner);
    const programs = reachable(bin, folder, owner);
    initialise({ programs, folder, data, owner, password });
    if (tls) {
      ownFile(join(data, 'server.crt'), tls.cert, owner);
      ownFile(join(data, 'server.key'), tls.key, owner);
    }
    return programs;
  } catch (fault) {
    rmSync(folder, { recursive: true, force: true });
    throw fault;
  }
}

/** Where root's own folders hide the programs from that user, a copy serves. */
function reachable(bin, folder, owner) {
  if (spawnSync(join(bin, 'postgres'), ['--version'], { ...owner, cwd: '/' }).status === 0) return bin;
  const copy = join(folder, 'programs');
  cpSync(dirname(bin), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function own(path, { uid, gid }) {
  if (uid !== undefined) chownSync(path, uid, gid);
}

function ownFile(path, text, owner) {
  writeFileSync(path, text, { mode: 0o600 });
  own(path, owner);
}

function initialise({ programs, folder, data, owner, password }) {
  const passwordFile = join(folder, 'password');
  ownFile(passwordFile, password, owner);
  const args = [
    '-D',
    data,
    '-U',
    superuser,
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  const { status, stdout, stderr, error } = spawnSync(join(programs, 'initdb'), args, {
    ...asOwner(folder, owner),
    encoding: 'utf8',
  });
  rmSync(passwordFile);
  if (status !== 0) throw new Error(`initdb failed (${error?.message ?? status}):\n${stdout}${stderr}`);
}

/** Without PG* variables, which would lead the server elsewhere. */
function asOwner(folder, owner) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
  return { ...owner, cwd: folder, env: { ...env, LC_ALL: 'C' } };
}

/** Below what systems give out by themselves, so that nobody takes it while the server is stopped. */
async function freePort() {
  const port = randomInt(20_000, 32_000);
  const server = createServer();
  const isFree = await new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
  return isFree ? port : freePort();
}

async function start(state) {
  if (isRunning(state)) return;
  const { programs, folder, data, owner, port, settings } = state;
  const logFile = join(folder, 'log');
  const log = openSync(logFile, 'a', 0o600);
  const fixed = { listen_addresses: '127.0.0.1', port: String(port), unix_socket_directories: '' };
  const options = Object.entries({ ...settings, ...fixed }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  state.child = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
    ...asOwner(folder, owner),
    stdio: ['ignore', log, log],
  });
  state.ended = new Promise((resolve) => {
    state.child.once('exit', resolve);
    state.child.once('error', resolve);
  });
  const deadlineMs = Date.now() + startWithinMs;
  while (!isReady(data)) {
    if (isRunning(state) && Date.now() < deadlineMs) await pause(20);
    else throw new Error(`PostgreSQL did not start:\n${readFileSync(logFile, 'utf8').slice(-4000)}`);
  }
}

function isRunning({ child }) {
  return child?.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

/** The server itself says so, in the eighth line of its lock file. */
function isReady(data) {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function stop(state, mode) {
  if (!isRunning(state)) return;
  state.child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  await state.ended;
}

/** The first process goes first, so that it starts no other meanwhile. */
function signalAll(state, signal) {
  if (!isRunning(state)) return;
  const { pid } = state.child;
  state.child.kill(signal);
  for (const child of childrenOf(pid)) kill(child, signal);
}

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (fault) {
    if (fault.code !== 'ESRCH') throw fault;
  }
}

/** From /proc, else from `ps`, which small machines lack. */
function childrenOf(parent) {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.filter((pid) => parentOf(pid) === parent).map(Number);
  } catch {
    const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' });
    const rows = (stdout ?? '')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number));
    return rows.filter(([, ppid]) => ppid === parent).map(([pid]) => pid);
  }
}

/** The name in the second field may hold spaces and brackets; the fourth field is the parent. */
function parentOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}
