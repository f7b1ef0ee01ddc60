import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callback, verifier } from '@ostiary/http/fixture';
import labConfig from '@ostiary/lab/config';
import type { Store } from '@ostiary/storage';
import type { OstiaryConfig } from 'ostiary';
import { faultProxy, type FaultProxy, type FaultProxyOptions } from '../support/fault-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { networkBrowser } from '../support/network-browser.ts';
import { postgresProxy, type PostgresProxy } from '../support/postgres-proxy.ts';
import type { DatabaseServer } from '../support/postgres.ts';
import { startProgram, type Program } from '../support/program.ts';
import type { Store as ClientStore } from './parties.ts';
import { familyOf, throughPort } from './world.ts';

/** One program `ostiary` with a proxy before it and one behind it. */
export interface ClusterNode {
  /** Between the clients and the node. */
  front: FaultProxy;
  /** Between the node and PostgreSQL; a node on a file has none. */
  back: PostgresProxy | undefined;
  /** Address of the front proxy. */
  origin: string;
  start(): Promise<void>;
  /** Ends the process by a signal, if it runs. */
  end(signal: NodeJS.Signals): Promise<void>;
  /** Stops the process where it stands (SIGSTOP); connections stay open. */
  pause(): void;
  resume(): void;
  isRunning(): boolean;
  /** Moves this node's clock ahead of the others'. */
  advance(seconds: number): Promise<void>;
  /** All that its processes wrote so far. */
  output(): string;
}

export interface Cluster {
  issuer: string;
  nodes: readonly ClusterNode[];
  masterKey: string;
  /** Address of the database past all proxies; of a file its path. */
  database: string;
  /** Opens the database past all proxies. */
  openStore(): Promise<Store>;
  /** Signs people in at the first node, ten families to a device. */
  bear(count: number): Promise<ClientStore[]>;
  close(): Promise<void>;
}

export interface ClusterOptions {
  nodes: number;
  /** Server of a new database; without one a single node runs on a file. */
  server?: DatabaseServer;
  front?: Omit<FaultProxyOptions, 'port'>;
  configure?: (config: OstiaryConfig) => OstiaryConfig;
}

const main = 'apps/ostiary/src/main.ts';

/** Starts programs on one new database, each with its own port and its own proxies. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-cluster-'));
  const database = await (options.server === undefined ? fileIn(folder) : databaseAt(options.server));
  const masterKey = randomBytes(32).toString('base64url');
  const parts: NodePart[] = [];
  for (let index = 0; index < options.nodes; index += 1) {
    const port = await freePort();
    const front = await faultProxy({ port, ...options.front });
    const back = await database.back();
    parts.push({
      port,
      front,
      back,
      storage: database.storageBehind(back),
      config: join(folder, `node-${index}.json`),
    });
  }
  const issuer = `http://localhost:${parts[0]!.front.port}`;
  const configured = (options.configure ?? same)({ ...labConfig, issuer, clients: quickClients(), logLevel: 'info' });
  const nodes: ClusterNode[] = [];
  for (const part of parts) {
    await writeFile(part.config, JSON.stringify({ ...configured, storage: part.storage }));
    const node = clusterNode(part, { OSTIARY_MASTER_KEY: masterKey, TMPDIR: folder });
    await node.start();
    nodes.push(node);
  }
  return {
    issuer,
    nodes,
    masterKey,
    database: database.address,
    openStore: database.openStore,
    bear: (count) => bearFamilies(issuer, count),
    async close() {
      await Promise.all(nodes.map((node) => node.end('SIGKILL')));
      await Promise.all(parts.map(({ front, back }) => Promise.all([front.close(), back?.close()])));
      await database.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface NodePart {
  port: number;
  front: FaultProxy;
  back: PostgresProxy | undefined;
  storage: OstiaryConfig['storage'];
  /** Path of its configuration. */
  config: string;
}

function clusterNode({ port, front, back, config }: NodePart, env: Record<string, string>): ClusterNode {
  const args = [main, 'start', '--development', '--config', config, '--host', '127.0.0.1', '--port', String(port)];
  const past: Program[] = [];
  let running: Program | undefined;
  return {
    front,
    back,
    origin: `http://127.0.0.1:${front.port}`,
    async start() {
      const { program } = await startProgram({ args, env }, /^Ostiary ready on .*$/m);
      running = program;
      past.push(program);
    },
    async end(signal) {
      const ending = running;
      running = undefined;
      // A process that stands still does not hear any signal but this one.
      ending?.signal('SIGCONT');
      ending?.signal(signal);
      await ending?.ended;
    },
    pause: () => running?.signal('SIGSTOP'),
    resume: () => running?.signal('SIGCONT'),
    isRunning: () => running !== undefined,
    async advance(advanceSeconds) {
      const response = await fetch(`http://127.0.0.1:${port}/development/clock`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ advanceSeconds }),
      });
      await response.body?.cancel();
      if (response.status !== 200) throw new Error(`the test clock answered ${response.status}`);
    },
    output: () => past.map((program) => program.output()).join('\n'),
  };
}

interface ClusterDatabase {
  address: string;
  back(): Promise<PostgresProxy | undefined>;
  storageBehind(back: PostgresProxy | undefined): OstiaryConfig['storage'];
  openStore(): Promise<Store>;
  remove(): Promise<void>;
}

function fileIn(folder: string): ClusterDatabase {
  const path = join(folder, 'ostiary.db');
  return {
    address: path,
    back: async () => undefined,
    storageBehind: () => `sqlite:${path}`,
    openStore: async () => (await import('@ostiary/storage-sqlite')).openSqliteStore({ path }),
    remove: async () => undefined,
  };
}

async function databaseAt(server: DatabaseServer): Promise<ClusterDatabase> {
  const { migratePostgres, openPostgresStore } = await import('@ostiary/storage-postgres');
  const { url, drop } = await server.newDatabase();
  await migratePostgres({ url });
  return {
    address: url,
    back: () => postgresProxy({ port: server.port }),
    storageBehind: (back) => ({ postgres: { url: throughPort(url, back!.port) } }),
    openStore: () => openPostgresStore({ url }),
    remove: drop,
  };
}

/** ID tokens by ES256: a hundred times the speed of RS256, and not what is tested here. */
function quickClients(): OstiaryConfig['clients'] {
  return (labConfig.clients ?? []).map((client) => ({ ...client, id_token_signed_response_alg: 'ES256' as const }));
}

function same(config: OstiaryConfig): OstiaryConfig {
  return config;
}

const familiesPerDevice = 10;

async function bearFamilies(issuer: string, count: number): Promise<ClientStore[]> {
  const born: ClientStore[] = [];
  for (let device = 0; born.length < count; device += 1) {
    const browser = networkBrowser(issuer);
    for (let each = 0; each < familiesPerDevice && born.length < count; each += 1) {
      const code = (await browser.authorize({}, device % 2 === 0 ? 'ada' : 'bob')).get('code') ?? '';
      const body = new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: 'lab-spa',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      });
      const answer = await fetch(`${issuer}/token`, { method: 'POST', body });
      const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
      if (answer.status !== 200) throw new Error(`a code was refused: ${JSON.stringify(tokens)}`);
      born.push({ family: familyOf(tokens.access_token), token: tokens.refresh_token, isOver: false });
    }
  }
  return born;
}
