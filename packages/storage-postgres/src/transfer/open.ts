import { StorageUnavailable } from '@ostiary/storage';
import type { TransferAttempt, TransferBatch, TransferCounts, TransferTarget } from '@ostiary/storage';
import { connector } from '../connection.ts';
import { migratePostgres } from '../migrate.ts';
import { migrationsFolder, readSteps } from '../migration-files.ts';
import { Operations } from '../operations.ts';
import type { Transaction } from '../operations.ts';
import { clientConfig } from '../options.ts';
import type { PostgresOptions } from '../options.ts';
import { Pool } from '../pool.ts';
import { appliedSteps, missingSteps } from '../schema.ts';
import { statement } from '../statement.ts';
import { lockMark, writeMark } from './mark.ts';
import { leftovers, removalOf } from './removals.ts';
import { RowReader } from './rows.ts';
import { upsertsOf } from './upserts.ts';

type Target = Pick<PostgresOptions, 'url' | 'tls'>;

const connectWithinMs = 10_000;
const operationWithinMs = 60_000;
const tries = 3;
/** Writing and reading back take turns; `begin` counts beside its transaction. */
const connections = 2;
const rowsAtOnce = 1_000;

const putEpoch = statement(
  'transfer_restore_epoch',
  `insert into meta (name, value) values ('restore_epoch', $1)
  on conflict (name) do update set value = excluded.value`,
);

/**
 * Opens a database to move rows into. Brings an older schema up to date where the role may; throws when it may not, and when
 * a newer version of Ostiary wrote the schema.
 */
export async function openPostgresTransfer(target: Target): Promise<TransferTarget> {
  await ensureSchema(target);
  const pool = new Pool(connectorOf(target), { size: connections, reserveMs: 0, changed: () => undefined });
  const operations = new Operations(pool, operationWithinMs, undefined);
  const rows = new RowReader(operations);
  let current: TransferAttempt | undefined;
  return {
    async write(batch) {
      await againWhenLost(() => operations.transaction((run) => writeBatch(run, batch, current)));
    },
    find: (kind, keys) => rows.find(kind, keys),
    count: () => rows.count(),
    async setRestoreEpoch(epoch) {
      await operations.query(putEpoch, [String(epoch)]);
    },
    mark: {
      async begin(attempt) {
        await operations.transaction((run) => beginMark(run, attempt, () => rows.count()));
        current = attempt;
        for (const remove of leftovers) {
          while ((await operations.query(remove, [String(rowsAtOnce)])).length === rowsAtOnce);
        }
      },
      finish: (source) => operations.transaction((run) => finishMark(run, source)),
    },
    close: () => pool.close(),
  };
}

async function ensureSchema(target: Target): Promise<void> {
  const connection = await connectorOf(target)();
  try {
    if (missingSteps(readSteps(migrationsFolder), await appliedSteps(connection, operationWithinMs)).length === 0)
      return;
  } finally {
    await connection.end();
  }
  await migratePostgres(target).catch((fault: unknown) => {
    const why = fault instanceof Error ? fault.message : String(fault);
    throw new Error(`the schema is missing or older, and this role cannot make it (${why}); run "ostiary migrate"`);
  });
}

function connectorOf(target: Target) {
  return connector({ ...clientConfig(target), application_name: 'ostiary promote' }, [], connectWithinMs);
}

/** Every write may be repeated. */
async function againWhenLost(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (fault) {
      if (!(fault instanceof StorageUnavailable) || attempt === tries) throw fault;
    }
  }
}

/** The lock on the mark keeps an earlier attempt, stopped half way and woken later, from writing over a later one. */
async function writeBatch(
  run: Transaction,
  { kind, rows, removed }: TransferBatch,
  current: TransferAttempt | undefined,
): Promise<void> {
  const mark = await lockMark(run);
  if (mark?.state !== 'copying' || mark.source !== current?.source || mark.attempt !== current.attempt)
    throw new Error('another promotion into this database has begun');
  if (rows.length > 0) for (const { statement: upsert, values } of upsertsOf(kind, rows)) await run(upsert, values);
  if (removed.length === 0) return;
  const { statement: removal, values } = removalOf(kind, removed);
  await run(removal, values);
}

async function beginMark(run: Transaction, attempt: TransferAttempt, count: () => Promise<TransferCounts>) {
  const mark = await lockMark(run);
  if (mark?.state === 'in charge') throw new Error('the database is in charge already: a file was promoted into it');
  if (mark === undefined || mark.source !== attempt.source) {
    const held = Object.entries(await count()).filter(([, rows]) => rows > 0);
    if (held.length > 0)
      throw new Error(
        `the database is not empty: it holds ${held.map(([kind, rows]) => `${rows} ${kind}`).join(', ')}`,
      );
  } else if (mark.attempt >= attempt.attempt) {
    throw new Error('a later promotion of the same file has begun');
  }
  await writeMark(run, { ...attempt, state: 'copying' });
}

async function finishMark(run: Transaction, source: string): Promise<void> {
  const mark = await lockMark(run);
  if (mark?.source !== source) throw new Error('the database does not hold the rows of this file');
  if (mark.state === 'copying') await writeMark(run, { ...mark, state: 'in charge' });
}
