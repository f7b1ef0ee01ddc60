import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import type { PostgresServer } from '../support/postgres.ts';
import type { Cluster, ClusterNode } from './cluster.ts';
import { isCommit } from './nemesis.ts';
import { networkReach, type Reach, type Reply } from './reach.ts';

/** A way in which a database fails its nodes. */
export interface Outage {
  name: string;
  /** Every request that needs the database is turned away; otherwise only some may be. */
  isTotal: boolean;
  begin(place: Place): Promise<void> | void;
  end(place: Place): Promise<void> | void;
}

export interface Place {
  cluster: Cluster;
  node: ClusterNode;
  server: PostgresServer;
  random: () => number;
}

let blocker: pg.Client | undefined;

export const outages: readonly Outage[] = [
  {
    name: 'refuses connections',
    isTotal: true,
    begin: ({ node }) => node.back!.refuse(),
    end: ({ node }) => node.back!.heal(),
  },
  {
    name: 'is a black hole',
    isTotal: true,
    begin: ({ node }) => node.back!.blackHole(),
    end: ({ node }) => node.back!.heal(),
  },
  {
    name: 'takes five seconds for everything',
    isTotal: true,
    begin: ({ node }) => node.back!.delay(2_500),
    end: ({ node }) => node.back!.heal(),
  },
  {
    name: 'is paused',
    isTotal: true,
    begin: ({ server }) => server.pause(),
    end: ({ server }) => server.resume(),
  },
  {
    name: 'crashes, and is back after a while',
    isTotal: true,
    begin: ({ server }) => server.stop('immediate'),
    end: ({ server }) => server.start(),
  },
  {
    name: 'has too many connections',
    isTotal: true,
    begin: ({ node }) => {
      node.back!.turnAway('53300');
      node.back!.resetAll();
    },
    end: ({ node }) => node.back!.turnAway(undefined),
  },
  {
    name: 'lets every connection of the pool wait for a lock',
    isTotal: true,
    async begin({ cluster }) {
      blocker = await connected(cluster.database);
      await blocker.query('begin');
      await blocker.query('lock table family in access exclusive mode');
    },
    end: async () => blocker?.end(),
  },
  {
    name: 'is read-only',
    isTotal: true,
    begin: async (place) => setReadOnly(place, true),
    end: async (place) => setReadOnly(place, false),
  },
  {
    name: 'fails three in ten statements with 40001',
    isTotal: false,
    begin: ({ node, random }) =>
      node.back!.decide(() => (random() < 0.3 ? { do: 'fail', code: '40001' } : { do: 'pass' })),
    end: ({ node }) => node.back!.decide(undefined),
  },
  {
    name: 'answers one in twenty commits with 40003',
    isTotal: false,
    begin: ({ node, random }) =>
      node.back!.decide(({ sql }) => {
        if (!isCommit(sql) || random() > 0.05) return { do: 'pass' };
        return { do: random() < 0.5 ? 'doubt' : 'doubt undone', code: '40003' };
      }),
    end: ({ node }) => node.back!.decide(undefined),
  },
];

async function setReadOnly({ cluster, server }: Place, isReadOnly: boolean): Promise<void> {
  const client = await connected(cluster.database);
  await client.query('set transaction_read_only = off');
  await client.query(
    `do $$begin execute format('alter database %I set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}', current_database()); end$$`,
  );
  await client.end();
  // A setting of the database holds for sessions that begin later.
  await server.killBackends();
}

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: '-c default_transaction_read_only=off' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** What was seen from the beginning of an outage until all was well again. */
export interface Observation {
  requests: number;
  /** Longest time until an answer during the outage. */
  slowestMs: number;
  statuses: Record<number, number>;
  /** Requests that got no answer at all. */
  unanswered: number;
  /** Of JWKS and discovery: the worst status and the longest time. */
  publicStatus: number;
  publicSlowestMs: number;
  /** Turns to the database, and connections, for each request. */
  turnsPerRequest: number;
  connectionsPerRequest: number;
  /** From the end of the outage until the first good answer. */
  backAfterMs: number;
}

/** Watches every answer that passes, without touching it. */
export class Watch implements Reach {
  readonly nodes: number;
  replies: { status: number; tookMs: number }[] = [];
  unanswered = 0;
  readonly #reach: Reach;

  constructor(origins: readonly string[], patienceMs: number) {
    this.#reach = networkReach(origins, patienceMs);
    this.nodes = origins.length;
  }

  async post(node: number, path: string, fields: Record<string, string>): Promise<Reply> {
    const sentMs = performance.now();
    try {
      const reply = await this.#reach.post(node, path, fields);
      this.replies.push({ status: reply.status, tookMs: performance.now() - sentMs });
      return reply;
    } catch (error) {
      this.unanswered += 1;
      throw error;
    }
  }

  reset(): void {
    this.replies = [];
    this.unanswered = 0;
  }
}

const publicPaths = ['/jwks', '/.well-known/openid-configuration'];
const betweenLooksMs = 50;

/** Lets one outage happen under load, and watches. The load goes on before, while and after. */
export async function observe(
  outage: Outage,
  { place, watch, lastsMs }: { place: Place; watch: Watch; lastsMs: number },
): Promise<Observation> {
  const { node } = place;
  const back = node.back!;
  watch.reset();
  back.takeTurns();
  const connectionsBefore = back.accepted();
  await outage.begin(place);
  // What was under way when it began counts as well: it may take its time too.
  const worst = await lookAtPublicPages(node.origin, performance.now() + lastsMs);
  const { replies, unanswered } = watch;
  const requests = replies.length + unanswered;
  const seen = {
    requests,
    slowestMs: Math.max(0, ...replies.map(({ tookMs }) => tookMs)),
    statuses: counted(replies),
    unanswered,
    turnsPerRequest: back.takeTurns() / Math.max(1, requests),
    connectionsPerRequest: (back.accepted() - connectionsBefore) / Math.max(1, requests),
  };
  watch.reset();
  await outage.end(place);
  const endMs = performance.now();
  while (!watch.replies.some(({ status }) => status === 200)) await pause(betweenLooksMs);
  return { ...seen, ...worst, backAfterMs: performance.now() - endMs };
}

async function lookAtPublicPages(
  origin: string,
  untilMs: number,
): Promise<Pick<Observation, 'publicStatus' | 'publicSlowestMs'>> {
  let publicStatus = 200;
  let publicSlowestMs = 0;
  while (performance.now() < untilMs) {
    for (const path of publicPaths) {
      const sentMs = performance.now();
      const response = await fetch(origin + path);
      await response.body?.cancel();
      publicStatus = Math.max(publicStatus, response.status);
      publicSlowestMs = Math.max(publicSlowestMs, performance.now() - sentMs);
    }
    await pause(betweenLooksMs);
  }
  return { publicStatus, publicSlowestMs };
}

function counted(replies: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** What is wrong with what was seen, by the promises on outages; `calm` is what the same load asked of the database before. */
export function flawsIn(outage: Outage, seen: Observation, calm: Pick<Observation, 'turnsPerRequest'>): string[] {
  const found: string[] = [];
  const statuses = Object.keys(seen.statuses).map(Number);
  const odd = statuses.filter((status) => status !== 200 && status !== 503);
  if (odd.length > 0) found.push(`answers of status ${odd.join(', ')}`);
  if (outage.isTotal && !statuses.includes(503)) found.push('nobody was told 503');
  if (seen.unanswered > 0) found.push(`${seen.unanswered} requests hung`);
  if (seen.slowestMs > answerWithinMs) found.push(`an answer took ${Math.round(seen.slowestMs)} ms`);
  if (seen.publicStatus !== 200) found.push(`keys or discovery answered ${seen.publicStatus}`);
  if (seen.publicSlowestMs > answerWithinMs)
    found.push(`keys or discovery took ${Math.round(seen.publicSlowestMs)} ms`);
  if (seen.turnsPerRequest > mostTimes * Math.max(1, calm.turnsPerRequest))
    found.push(
      `${seen.turnsPerRequest.toFixed(1)} turns to the database per request, ${calm.turnsPerRequest.toFixed(1)} before`,
    );
  if (seen.connectionsPerRequest > mostTimes)
    found.push(`${seen.connectionsPerRequest.toFixed(1)} connections per request`);
  if (seen.backAfterMs > backWithinMs) found.push(`well again after ${Math.round(seen.backAfterMs)} ms`);
  return found;
}

/** Two seconds are promised; a busy machine gets a third. */
const answerWithinMs = 3_000;
const backWithinMs = 5_000;
const mostTimes = 3;
