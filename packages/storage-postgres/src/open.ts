import type { StorageObserver, Store } from '@ostiary/storage';
import { AuditReads } from './audit.ts';
import { ClientTable } from './clients.ts';
import { DatabaseHealth, NodeTable, RateTable } from './cluster.ts';
import { GroupCommit } from './commit/group-commit.ts';
import { shareProbe } from './commit/locking.ts';
import { connector } from './connection.ts';
import type { Connect } from './connection.ts';
import { ConsentReads } from './consents.ts';
import { DeviceReads } from './devices.ts';
import { outward, StatementFailed } from './failure.ts';
import { FamilyReads } from './families.ts';
import { CodeReads, InteractionReads, RevokedTokenReads } from './flows.ts';
import { KeyTables } from './keys.ts';
import { migrationsFolder, readSteps } from './migration-files.ts';
import { Operations } from './operations.ts';
import { clientConfig } from './options.ts';
import type { PostgresOptions } from './options.ts';
import { ParsedJson } from './parsed-json.ts';
import { ParticipantTable } from './participants.ts';
import { Pool } from './pool.ts';
import { appliedSteps, missingSteps } from './schema.ts';
import { EndedReads } from './revocations.ts';
import { SessionReads } from './sessions.ts';
import { InternedTerms } from './terms.ts';
import { UpkeepSteps } from './upkeep.ts';
import { assertNotBeingFilled } from './transfer/mark.ts';
import { UserReads } from './users.ts';

const defaults = { readers: 4, writers: 2, operationTimeoutMs: 900 } as const;
const claimsCacheEntries = 10_000;
/** Time to connect; callers do not wait that long, the next ones find the connection. */
const shortestConnectMs = 2_000;
const openWithinMs = 5_000;

/**
 * Opens the store on a schema that `migratePostgres` brought up to date; it makes no tables itself. Throws when the schema is
 * missing, older or newer; rejects with `StorageUnavailable` when the server cannot be reached.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  const timeoutMs = options.operationTimeoutMs ?? defaults.operationTimeoutMs;
  const config = { ...clientConfig(options), application_name: 'ostiary' };
  const connectWithinMs = Math.max(timeoutMs, shortestConnectMs);
  return openStoreOn(connector(config, sessionSettings(timeoutMs), connectWithinMs), options);
}

async function openStoreOn(connect: Connect, options: Omit<PostgresOptions, 'url' | 'tls'>): Promise<Store> {
  const { observer } = options;
  const settings = { ...defaults, ...options };
  const { readers, writers, operationTimeoutMs } = settings;
  const pools: Pool[] = [];
  const newPool = (size: number): Pool => {
    const pool = new Pool(connect, { size, reserveMs: operationTimeoutMs / 3, changed: () => report(pools, observer) });
    pools.push(pool);
    return pool;
  };
  const reading = newPool(readers);
  const writing = newPool(writers);
  const operations = new Operations(reading, operationTimeoutMs, observer);
  let hasSharedLocks: boolean;
  try {
    // A pool keeps a part of the operation's time in reserve: who opens waits at least as long as an operation may.
    const withinMs = Math.max(openWithinMs, operationTimeoutMs);
    // One of each kind of connection is there when the first request comes.
    await assertSchema(reading, withinMs);
    hasSharedLocks = await probeSharedLocks(writing, withinMs);
    if (options.isPromotionTarget !== true) await assertNotBeingFilled(operations);
  } catch (error) {
    await Promise.all(pools.map((pool) => pool.close()));
    throw outward(error);
  }
  const terms = new InternedTerms(operations);
  const committer = new GroupCommit({
    pool: writing,
    terms,
    isolation: options.isolation ?? (hasSharedLocks ? 'read committed' : 'repeatable read'),
    hasSharedLocks,
    writers,
    operationTimeoutMs,
    observer,
  });
  return {
    // Half of the readers at most run one kind of point reads, so that batches grow and other reads find a way past them.
    ...portsOn(operations, terms, Math.ceil(readers / 2)),
    commit: (plan) => committer.commit(plan),
    close: async () => {
      await committer.close();
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

function portsOn(operations: Operations, terms: InternedTerms, readers: number): Omit<Store, 'commit' | 'close'> {
  const claims = new ParsedJson(claimsCacheEntries);
  return {
    families: new FamilyReads(operations, { terms, claims, readers }),
    users: new UserReads(operations, claims, readers),
    sessions: new SessionReads(operations, readers),
    devices: new DeviceReads(operations, readers),
    consents: new ConsentReads(operations),
    codes: new CodeReads(operations, readers),
    interactions: new InteractionReads(operations, readers),
    revokedTokens: new RevokedTokenReads(operations, readers),
    revocations: new EndedReads(operations),
    participants: new ParticipantTable(operations),
    clients: new ClientTable(operations, readers),
    keys: new KeyTables(operations),
    audit: new AuditReads(operations),
    upkeep: new UpkeepSteps(operations),
    rates: new RateTable(operations),
    health: new DatabaseHealth(operations),
    nodes: new NodeTable(operations),
  };
}

/** The server stops by itself what this process gave up, so that it holds no locks. */
function sessionSettings(timeoutMs: number): string[] {
  return [
    'set synchronous_commit = on',
    `set statement_timeout = ${timeoutMs}`,
    `set lock_timeout = ${Math.ceil(timeoutMs * 0.3)}`,
    `set idle_in_transaction_session_timeout = ${timeoutMs}`,
  ];
}

async function assertSchema(pool: Pool, withinMs: number): Promise<void> {
  const deadlineMs = performance.now() + withinMs;
  const applied = await pool.use(deadlineMs, (connection) => appliedSteps(connection, withinMs));
  const missing = missingSteps(readSteps(migrationsFolder), applied);
  if (applied.length === 0) throw new Error('the database has no tables of Ostiary: run `ostiary migrate`');
  if (missing.length > 0) throw new Error('the tables of Ostiary are of an older version: run `ostiary migrate`');
}

/** Aurora DSQL refuses them as a feature it does not have. */
async function probeSharedLocks(pool: Pool, withinMs: number): Promise<boolean> {
  try {
    const deadlineMs = performance.now() + withinMs;
    await pool.use(deadlineMs, (connection) => connection.run([{ statement: shareProbe, values: [] }], withinMs));
    return true;
  } catch (error) {
    if (error instanceof StatementFailed && error.sqlState === '0A000') return false;
    throw error;
  }
}

function report(pools: Pool[], observer: StorageObserver | undefined): void {
  if (!observer) return;
  const states = pools.map((pool) => pool.state);
  const sum = (part: 'open' | 'idle' | 'waiting'): number => states.reduce((total, state) => total + state[part], 0);
  observer.pool({ open: sum('open'), idle: sum('idle'), waiting: sum('waiting') });
}
