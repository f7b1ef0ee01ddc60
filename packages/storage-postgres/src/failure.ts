import { StorageUnavailable } from '@ostiary/storage';

/** The connection broke, or the server did not answer in time, and the connection was given up. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/** The server refused a statement. */
export class StatementFailed extends Error {
  override readonly name = 'StatementFailed';
  /** Name of the statement. */
  readonly statement: string;
  /** Five characters (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
  readonly sqlState: string;

  constructor(statement: string, sqlState: string, cause?: Error) {
    super(`${statement}: ${cause?.message ?? 'refused'} (${sqlState})`, { cause });
    this.statement = statement;
    this.sqlState = sqlState;
  }
}

/** A commit was sent and its outcome is not known. */
export class AmbiguousCommit extends Error {
  override readonly name = 'AmbiguousCommit';
}

/**
 * What a failure tells:
 * - `serialization`, `deadlock`: nothing was done, the same may succeed now;
 * - `connection`: nothing was done, the same may succeed on another connection;
 * - `unique`: somebody inserted the same key between a read and a write;
 * - `ambiguous`: it may have been done;
 * - `locked`: somebody holds a row for too long, perhaps only one of many;
 * - `unavailable`: the database cannot do it now;
 * - `own`: the statement or its values are at fault.
 */
export type Failure =
  | 'serialization'
  | 'deadlock'
  | 'connection'
  | 'unique'
  | 'ambiguous'
  | 'locked'
  | 'unavailable'
  | 'own';

const failures: Record<string, Failure> = {
  '40001': 'serialization',
  '40P01': 'deadlock',
  '23505': 'unique',
  '40003': 'ambiguous',
  '08007': 'ambiguous',
  // Ended by a shutdown, a crash, a start that is not over, an idle time-out.
  '57P01': 'connection',
  '57P02': 'connection',
  '57P03': 'connection',
  '57P05': 'connection',
  '25P03': 'connection',
  '55P03': 'locked',
  // A privilege or table that is not there: of the deployment, not of the values.
  '42501': 'unavailable',
  '42P01': 'unavailable',
  '42703': 'unavailable',
};

/** By the first two characters, where the whole is not listed. */
const failuresOfClass: Record<string, Failure> = {
  '08': 'connection',
  '25': 'unavailable',
  '28': 'unavailable',
  '3D': 'unavailable',
  '40': 'serialization',
  '53': 'unavailable',
  '54': 'own',
  '57': 'unavailable',
  '58': 'unavailable',
  F0: 'unavailable',
  XX: 'unavailable',
};

export function failureOf(error: unknown): Failure {
  if (error instanceof ConnectionLost) return 'connection';
  if (error instanceof AmbiguousCommit) return 'ambiguous';
  if (error instanceof StorageUnavailable) return 'unavailable';
  if (!(error instanceof StatementFailed)) return 'own';
  return failures[error.sqlState] ?? failuresOfClass[error.sqlState.slice(0, 2)] ?? 'own';
}

/** What leaves the adapter: `StorageUnavailable` for whatever tells of the database, the error itself for the rest. */
export function outward(error: unknown): unknown {
  const failure = failureOf(error);
  if (error instanceof StorageUnavailable || failure === 'own' || failure === 'unique') return error;
  return new StorageUnavailable(`PostgreSQL: ${error instanceof Error ? error.message : failure}`, { cause: error });
}
