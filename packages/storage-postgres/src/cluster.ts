import type { Health, Nodes, NodeState, Rate, Rates } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { digestKey } from './values.ts';

type NodeRow = { [Column in keyof NodeState]: NodeState[Column] };

/**
 * One statement takes, so that nodes never meet half way: `full_at` moves on by one refill unless it would pass $4, the time
 * at which an empty bucket is full. A level noted later than now is the level of now: the clock was set back.
 */
const take = statement<{ key: string }>(
  'rate_take',
  `insert into rate (key, noted_at, full_at)
  values ($1, $2::double precision, $2::double precision + $3::double precision)
  on conflict (key) do update set noted_at = $2::double precision,
    full_at = greatest(rate.full_at - greatest(rate.noted_at - $2::double precision, 0), $2::double precision)
      + $3::double precision
  where greatest(rate.full_at - greatest(rate.noted_at - $2::double precision, 0), $2::double precision)
    + $3::double precision <= $4::double precision
  returning key`,
);
const readRate = statement<{ fullAtMs: number; notedAtMs: number }>(
  'rate_read',
  'select full_at as "fullAtMs", noted_at as "notedAtMs" from rate where key = $1',
);
const setBackRate = statement(
  'rate_set_back',
  `update rate set full_at = full_at - (noted_at - $2::double precision), noted_at = $2::double precision
  where key = $1 and noted_at > $2::double precision`,
);
const resetRate = statement('rate_reset', 'delete from rate where key = $1');
const now = statement<{ nowMs: number }>(
  'now',
  'select (extract(epoch from clock_timestamp()) * 1000)::double precision as "nowMs"',
);
const announce = statement(
  'node_announce',
  `insert into node (id, started_at, seen_at, version, configuration) values ($1, $2, $3, $4, $5)
  on conflict (id) do update set started_at = excluded.started_at, seen_at = excluded.seen_at,
    version = excluded.version, configuration = excluded.configuration`,
);
const listNodes = statement<NodeRow>(
  'node_list',
  `select id, started_at as "startedAtMs", seen_at as "seenAtMs", version, configuration
  from node where seen_at >= $1 order by started_at, id`,
);
const leave = statement('node_leave', 'delete from node where id = $1');

/** Token buckets, each kept as the time at which it is full again. */
export class RateTable implements Rates {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async take(key: Digest, { capacity, perMinute }: Rate, nowMs: number): Promise<number> {
    const refillMs = 60_000 / perMinute;
    const latestFullMs = nowMs + capacity * refillMs;
    if (nowMs + refillMs > latestFullMs) return Math.ceil(refillMs);
    const values = [digestKey(key), String(nowMs), String(refillMs), String(latestFullMs)];
    for (;;) {
      if ((await this.#operations.query(take, values)).length === 1) return 0;
      await this.#operations.query(setBackRate, [key, String(nowMs)]);
      const [row] = await this.#operations.query(readRate, [key]);
      const fullAtMs = Math.max(row?.fullAtMs ?? nowMs, nowMs) + refillMs;
      // Else it was reset in between, and one can be taken.
      if (fullAtMs > latestFullMs) return Math.ceil(fullAtMs - latestFullMs);
    }
  }

  async reset(key: Digest): Promise<void> {
    await this.#operations.query(resetRate, [digestKey(key)]);
  }
}

/** The clock of the database. */
export class DatabaseHealth implements Health {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async databaseNowMs(): Promise<number> {
    const [row] = await this.#operations.query(now, []);
    return Math.floor(row?.nowMs ?? Number.NaN);
  }
}

/** The programs that work on this database, as they said themselves. */
export class NodeTable implements Nodes {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async announce({ id, startedAtMs, seenAtMs, version, configuration }: NodeState, sinceMs: number) {
    await this.#operations.query(announce, [id, String(startedAtMs), String(seenAtMs), version, configuration]);
    return this.#operations.query(listNodes, [String(sinceMs)]);
  }

  async leave(id: string): Promise<void> {
    await this.#operations.query(leave, [id]);
  }
}
