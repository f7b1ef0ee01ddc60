import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

export interface TestDatabase {
  /** Address with the password of a role that owns this database and nothing else. */
  url: string;
  /** Makes a role that may sign in and has no rights in the database. */
  newRole(): Promise<{ name: string; url: string }>;
  /** Removes the database, whoever is connected, and its roles. */
  drop(): Promise<void>;
}

/** A PostgreSQL server that others use as well: everybody keeps to a database of their own. */
export interface DatabaseServer {
  port: number;
  /** Makes an empty database with an owner of its own. */
  newDatabase(): Promise<TestDatabase>;
}

/** A PostgreSQL server that its test may treat badly. It ends with the process of the test at the latest. */
export interface PostgresServer extends DatabaseServer {
  /** Address of its superuser. */
  adminUrl: string;
  /** `fast` ends every session and writes all; `immediate` leaves as a crash does. The data stay. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  /** Starts again on the same data and port. */
  start(): Promise<void>;
  /** Stops every process of the server where it stands (SIGSTOP): connections stay open, nobody answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends every session at once, as an administrator does; gives their number. The server keeps running. */
  killBackends(): Promise<number>;
  /** Ends the server and removes its data. */
  close(): Promise<void>;
}

export interface ServerWishes {
  /** What is committed is on the disk before it is acknowledged (fsync); otherwise it survives a crash of the server only. */
  durable?: boolean;
  /** Settings of postgresql.conf, such as `{ shared_buffers: '256MB' }`. */
  settings?: Readonly<Record<string, string>>;
  /** Certificate and key in PEM: the server then takes TLS and plain connections. */
  tls?: { cert: string; key: string };
}

/** The server of `npm test` (OSTIARY_TEST_POSTGRES), else one for this process. */
export function postgresServer(): Promise<DatabaseServer> {
  const { OSTIARY_TEST_POSTGRES: url } = process.env;
  shared ??= url ? Promise.resolve(serverAt(url)) : ownPostgresServer();
  return shared;
}

let shared: Promise<DatabaseServer> | undefined;

/** Starts a server that nobody else uses. Takes a second or two. */
export async function ownPostgresServer(wishes: ServerWishes = {}): Promise<PostgresServer> {
  const program = await startProgram(wishes);
  return {
    ...serverAt(program.url),
    adminUrl: program.url,
    stop: (mode) => program.order(`stop ${mode}`),
    start: () => program.order('start'),
    pause: () => program.order('pause'),
    resume: () => program.order('resume'),
    killBackends: () => killBackends(program.url),
    close: () => program.end(),
  };
}

/** @param adminUrl address of a superuser */
function serverAt(adminUrl: string): DatabaseServer {
  return {
    port: Number(new URL(adminUrl).port),
    async newDatabase() {
      const name = newName();
      const owner = await createRole(adminUrl);
      await asAdmin(adminUrl, [
        `create database ${name} owner ${owner.name}`,
        `revoke all on database ${name} from public`,
      ]);
      const roles = [owner.name];
      return {
        url: addressOf(adminUrl, owner, name),
        async newRole() {
          const role = await createRole(adminUrl);
          roles.push(role.name);
          await asAdmin(adminUrl, [`grant connect on database ${name} to ${role.name}`]);
          return { name: role.name, url: addressOf(adminUrl, role, name) };
        },
        drop: () => drop(adminUrl, name, roles),
      };
    },
  };
}

interface Role {
  name: string;
  password: string;
}

async function createRole(adminUrl: string): Promise<Role> {
  const role = { name: newName(), password: randomBytes(18).toString('base64url') };
  await asAdmin(adminUrl, [`create role ${role.name} login password '${role.password}'`]);
  return role;
}

function addressOf(adminUrl: string, { name, password }: Role, database: string): string {
  const url = new URL(adminUrl);
  Object.assign(url, { username: name, password, pathname: `/${database}` });
  return url.href;
}

/** What a role was granted lies in the database and goes with it, so the roles go last. */
async function drop(adminUrl: string, database: string, roles: readonly string[]): Promise<void> {
  await asAdmin(adminUrl, [
    `drop database if exists ${database} with (force)`,
    ...roles.map((role) => `drop role if exists ${role}`),
  ]);
}

function newName(): string {
  return `t_${randomBytes(8).toString('hex')}`;
}

async function asAdmin(adminUrl: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

async function killBackends(adminUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return rowCount ?? 0;
  } finally {
    await client.end();
  }
}

interface ServerProgram {
  /** Address of the superuser. */
  url: string;
  order(command: string): Promise<void>;
  end(): Promise<void>;
}

/** The program keeps the server for as long as its standard input is open: it goes with this process, however that ends. */
async function startProgram(wishes: ServerWishes): Promise<ServerProgram> {
  const child = spawn(process.execPath, [program, JSON.stringify(wishes)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  });
  const answers = answersOf(child);
  const { url } = await answers.next();
  if (url === undefined) throw new Error('tools/postgres.mjs named no address');
  letGo(child);
  return {
    url,
    async order(command) {
      child.stdin.write(`${command}\n`);
      await answers.next();
    },
    async end() {
      if (child.exitCode !== null) return;
      child.ref();
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

const program = fileURLToPath(new URL('../../tools/postgres.mjs', import.meta.url));

type Child = ChildProcessByStdio<Writable, Readable, null>;

interface Answer {
  url?: string;
  problem?: string;
}

/** The answers of the program, one for each order, in the order of the orders. */
function answersOf(child: Child): { next(): Promise<Answer> } {
  const waiting: ((answer: Answer) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line) as Answer));
  child.once('exit', () => {
    for (const answer of waiting.splice(0)) answer({ problem: 'it ended' });
  });
  return {
    async next() {
      if (child.exitCode !== null) throw new Error('the PostgreSQL server for this test has ended');
      (child.stdout as Socket).ref();
      const answer = await new Promise<Answer>((resolve) => waiting.push(resolve));
      if (waiting.length === 0) (child.stdout as Socket).unref();
      if (answer.problem !== undefined) throw new Error(`the PostgreSQL server for this test: ${answer.problem}`);
      return answer;
    },
  };
}

/** Nobody waits for the program: a test process ends when its tests have ended. */
function letGo(child: Child): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout]) (stream as Socket).unref();
}
