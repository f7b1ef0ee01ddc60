import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { ownPostgresServer } from '@ostiary/tests/postgres';

/** A durable PostgreSQL server with one empty database. */
export interface DatabaseServer {
  url: string;
  /** What all its processes have consumed since it began. */
  cpuMicroseconds(): Promise<number>;
  stop(): Promise<void>;
}

/** What a server of this size is usually given; all else is PostgreSQL's default, fsync included. */
export const SETTINGS = { shared_buffers: '512MB', max_wal_size: '4GB' };
const MICROSECONDS_PER_TICK = 10_000;

export async function startDatabaseServer(): Promise<DatabaseServer> {
  const server = await ownPostgresServer({ durable: true, settings: SETTINGS });
  const { url } = await server.newDatabase();
  const leader = await leaderOf(url);
  return { url, cpuMicroseconds: () => cpuOf(leader), stop: () => server.close() };
}

/** The process that all processes of the server descend from. */
async function leaderOf(url: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const { parent } = await processOf(String(rows[0]!.pid));
  await client.end();
  return parent;
}

/** Of the leader, of its living children, and of those it has outlived. */
async function cpuOf(leader: number): Promise<number> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = await Promise.all(ids.map((id) => processOf(id).catch(() => undefined)));
  let ticks = 0;
  for (const each of processes) {
    if (each?.id === leader) ticks += each.ownTicks + each.buriedTicks;
    if (each?.parent === leader) ticks += each.ownTicks;
  }
  return ticks * MICROSECONDS_PER_TICK;
}

/** Fields 4 and 14 to 17 of /proc/ID/stat (proc_pid_stat(5)). The name before them may hold anything. */
async function processOf(id: string): Promise<{ id: number; parent: number; ownTicks: number; buriedTicks: number }> {
  const stat = await readFile(`/proc/${id}/stat`, 'utf8');
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [parent = 0] = fields.slice(1);
  const [user = 0, system = 0, buriedUser = 0, buriedSystem = 0] = fields.slice(11);
  return { id: Number(id), parent, ownTicks: user + system, buriedTicks: buriedUser + buriedSystem };
}
