import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meter } from '@ostiary/service';
import type { StorageObserver } from '@ostiary/storage';
import type { Readiness } from './readiness.ts';

/** What is read at the moment somebody looks. */
export interface Levels {
  readiness: Readiness;
  passwords: { running: number; waiting: number };
  /** Seconds since the youngest signing key signs. */
  keyAgeSeconds: number;
  clockOffsetSeconds: number;
  /** Open streams of the feed of revocations. */
  revocationStreams: number;
}

/** The metrics of one process. Labels come from closed lists: no client, user, address or token ever is one. */
export interface Metrics {
  meter: Meter;
  observer: StorageObserver;
  /** A changed configuration was taken, or not. */
  reloaded(outcome: 'applied' | 'refused'): void;
  /** From now on levels are read from here. */
  watch(levels: () => Levels): void;
  registry: Registry;
}

const latencyBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const planBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256];

export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const levels = addLevels(registry);
  const reloads = new Counter({
    name: 'ostiary_configuration_reloads_total',
    help: 'Changed configurations, by whether they were applied or refused',
    labelNames: ['outcome'],
    registers: [registry],
  });
  return {
    registry,
    meter: addMeter(registry),
    observer: addObserver(registry),
    reloaded: (outcome) => reloads.inc({ outcome }),
    watch: levels,
  };
}

function addMeter(registry: Registry): Meter {
  const registers = [registry];
  const requests = new Counter({
    name: 'ostiary_http_requests_total',
    help: 'Requests answered, by path and status',
    labelNames: ['route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'ostiary_http_request_duration_seconds',
    help: 'Time from a request to its answer, by path',
    labelNames: ['route'],
    buckets: latencyBuckets,
    registers,
  });
  const refreshes = counted(registry, 'ostiary_refreshes_total', 'Refresh requests, by what they came to', 'verdict');
  const refusals = counted(registry, 'ostiary_refusals_total', 'Requests turned down, by reason', 'reason');
  const batches = new Counter({
    name: 'ostiary_revocation_batches_total',
    help: 'Batches made for the feed of revocations, heartbeats among them',
    registers,
  });
  const published = new Counter({
    name: 'ostiary_revocation_entries_total',
    help: 'Entries published on the feed of revocations',
    registers,
  });
  const signIns = counted(registry, 'ostiary_sign_ins_total', 'Tries to sign in, by outcome', 'outcome');
  const tellings = counted(
    registry,
    'ostiary_logout_deliveries_total',
    'Attempts to tell applications that a session ended, by outcome',
    'outcome',
  );
  return {
    answered({ route, status, milliseconds }) {
      requests.inc({ route, status });
      durations.observe({ route }, milliseconds / 1000);
    },
    refused: refusals,
    refreshed: refreshes,
    triedToSignIn: signIns,
    toldOfLogout: tellings,
    published(entries) {
      batches.inc();
      if (entries > 0) published.inc(entries);
    },
  };
}

function counted(registry: Registry, name: string, help: string, label: string): (value: string) => void {
  const counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
  return (value) => counter.inc({ [label]: value });
}

function addObserver(registry: Registry): StorageObserver {
  const registers = [registry];
  const sizes = new Histogram({
    name: 'ostiary_commit_batch_plans',
    help: 'Plans committed together in one transaction',
    buckets: planBuckets,
    registers,
  });
  const durations = new Histogram({
    name: 'ostiary_commit_batch_duration_seconds',
    help: 'Time that a batch took to commit',
    buckets: latencyBuckets,
    registers,
  });
  const lost = new Counter({
    name: 'ostiary_commit_plans_lost_total',
    help: 'Plans that lost a race and ran again',
    registers,
  });
  const retries = counted(
    registry,
    'ostiary_storage_retries_total',
    'Work done again in the store, by reason',
    'reason',
  );
  const pool = new Gauge({
    name: 'ostiary_pool_connections',
    help: 'Connections to the database, and callers that wait for one',
    labelNames: ['state'],
    registers,
  });
  return {
    batch({ plans, lost: losers, milliseconds }) {
      sizes.observe(plans);
      durations.observe(milliseconds / 1000);
      if (losers > 0) lost.inc(losers);
    },
    retried: retries,
    pool({ open, idle, waiting }) {
      pool.set({ state: 'open' }, open);
      pool.set({ state: 'idle' }, idle);
      pool.set({ state: 'waiting' }, waiting);
    },
  };
}

type Combined = 'sum' | 'max' | 'min' | 'average';

interface Level {
  name: string;
  help: string;
  /** How the levels of several processes become one. */
  combined: Combined;
  read(levels: Levels): number;
}

const levelList: Level[] = [
  {
    name: 'ostiary_ready',
    help: '1 when the node is ready for requests',
    combined: 'min',
    read: ({ readiness }) => Number(readiness.isReady),
  },
  {
    name: 'ostiary_nodes',
    help: 'Nodes seen on this database, this one among them',
    combined: 'max',
    read: ({ readiness }) => readiness.nodes,
  },
  {
    name: 'ostiary_configuration_agrees',
    help: '0 when nodes differ in their configuration for more than 30 s',
    combined: 'min',
    read: ({ readiness }) => Number(readiness.warnings.length === 0),
  },
  {
    name: 'ostiary_clock_offset_seconds',
    help: 'How far the clock of this machine is ahead of that of the database',
    combined: 'average',
    read: ({ clockOffsetSeconds }) => clockOffsetSeconds,
  },
  {
    name: 'ostiary_signing_key_age_seconds',
    help: 'Time since the youngest signing key signs',
    combined: 'max',
    read: ({ keyAgeSeconds }) => keyAgeSeconds,
  },
  {
    name: 'ostiary_passwords_running',
    help: 'Passwords being hashed',
    combined: 'sum',
    read: ({ passwords }) => passwords.running,
  },
  {
    name: 'ostiary_passwords_waiting',
    help: 'Passwords that wait to be hashed',
    combined: 'sum',
    read: ({ passwords }) => passwords.waiting,
  },
  {
    name: 'ostiary_revocation_streams',
    help: 'Open streams of the feed of revocations',
    combined: 'sum',
    read: ({ revocationStreams }) => revocationStreams,
  },
];

function addLevels(registry: Registry): (levels: () => Levels) => void {
  let source: (() => Levels) | undefined;
  for (const { name, help, combined, read } of levelList) {
    const gauge = new Gauge({
      name,
      help,
      aggregator: combined,
      registers: [registry],
      collect: () => {
        if (source !== undefined) gauge.set(read(source()));
      },
    });
  }
  return (levels) => {
    source = levels;
  };
}
