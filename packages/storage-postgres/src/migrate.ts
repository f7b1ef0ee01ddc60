import { setTimeout as pause } from 'node:timers/promises';
import { connector } from './connection.ts';
import type { Connection } from './connection.ts';
import { failureOf, outward, StatementFailed } from './failure.ts';
import { grants } from './grants.ts';
import { migrationsFolder, readSteps } from './migration-files.ts';
import type { MigrationStep } from './migration-files.ts';
import { clientConfig } from './options.ts';
import type { PostgresTls } from './options.ts';
import { appliedSteps, missingSteps } from './schema.ts';
import { statement } from './statement.ts';
import type { Value } from './statement.ts';
import { tuning } from './tuning.ts';

export interface MigrationOptions {
  /** Of a role that may create tables. */
  url: string;
  tls?: PostgresTls;
  /** The role that serves: it is granted what serving needs, which is neither DDL nor a change of the audit log. */
  runtimeRole?: string;
}

const connectWithinMs = 10_000;
/** An index on a large table takes its time. */
const stepWithinMs = 600_000;
const attempts = 20;
const longestPauseMs = 500;

const makeRecord = `
  create table if not exists migration (
    version integer not null,
    step integer not null,
    name text not null,
    checksum text not null,
    primary key (version, step)
  )`;
const record = statement(
  'migration_record',
  'insert into migration (version, step, name, checksum) values ($1, $2, $3, $4) on conflict (version, step) do nothing',
);

/**
 * Brings the schema up to date, statement by statement, each recorded when it is done. A migration that was killed goes on
 * where it stopped, and two that run at once do no harm: every step may be repeated. Throws when a newer version of Ostiary
 * wrote the schema.
 * @returns the names of the files of which something was applied
 */
export async function migratePostgres({ url, tls, runtimeRole }: MigrationOptions): Promise<{ applied: string[] }> {
  const config = { ...clientConfig(tls === undefined ? { url } : { url, tls }), application_name: 'ostiary migrate' };
  try {
    const connection = await connector(config, [], connectWithinMs)();
    try {
      const applied = await applyMissing(connection, readSteps(migrationsFolder));
      for (const sql of tuning) await tryStep(connection, sql);
      if (runtimeRole !== undefined) for (const sql of grants(runtimeRole)) await runStep(connection, sql);
      return { applied };
    } finally {
      await connection.end();
    }
  } catch (error) {
    throw outward(error);
  }
}

/** Applies those of `steps` that were not applied yet. */
async function applyMissing(connection: Connection, steps: MigrationStep[]): Promise<string[]> {
  const isNew = (await appliedSteps(connection, stepWithinMs)).length === 0;
  if (isNew) await runStep(connection, makeRecord);
  const missing = missingSteps(steps, await appliedSteps(connection, stepWithinMs));
  for (const { version, step, name, checksum, sql } of missing) {
    await runStep(connection, sql);
    await repeated(connection, record.text, [String(version), String(step), name, checksum]);
  }
  return [...new Set(missing.map(({ name }) => name))];
}

/** Engines that build indexes in the background want to be asked so, and refuse the plain statement as a feature they lack. */
async function runStep(connection: Connection, sql: string): Promise<void> {
  try {
    await repeated(connection, sql);
  } catch (error) {
    const inBackground = sql.replace(/^(create (?:unique )?index) /, '$1 async ');
    if (!(error instanceof StatementFailed) || error.sqlState !== '0A000' || inBackground === sql) throw error;
    await repeated(connection, inBackground);
  }
}

/** What makes PostgreSQL faster and other engines do not know. */
async function tryStep(connection: Connection, sql: string): Promise<void> {
  try {
    await repeated(connection, sql);
  } catch (error) {
    if (!(error instanceof StatementFailed)) throw error;
  }
}

/** Two that create the same thing at once collide in the catalogue, although each says `if not exists`. */
const collisions = new Set(['42P07', '42710', '23505', 'XX000', '55P03']);

async function repeated(connection: Connection, text: string, values: Value[] = []): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.run([{ statement: { name: '', text }, values }], stepWithinMs);
      return;
    } catch (error) {
      if (!mayRepeat(error) || attempt === attempts) throw error;
      await pause(Math.random() * longestPauseMs);
    }
  }
}

function mayRepeat(error: unknown): boolean {
  if (!(error instanceof StatementFailed)) return false;
  return collisions.has(error.sqlState) || ['serialization', 'deadlock'].includes(failureOf(error));
}
