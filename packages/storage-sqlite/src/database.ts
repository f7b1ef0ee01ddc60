import { StorageUnavailable } from '@ostiary/storage';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export type Value = null | number | string | Uint8Array;
export type NamedValues = Record<string, Value>;
type Shape = Record<string, Value>;

/** One connection. Whatever tells that the database cannot answer now leaves it as `StorageUnavailable`. */
export class Database {
  readonly #handle: DatabaseSync;
  readonly #begin: Statement<Shape>;
  readonly #beginReading: Statement<Shape>;
  readonly #commit: Statement<Shape>;
  readonly #rollback: Statement<Shape>;

  constructor(handle: DatabaseSync) {
    this.#handle = handle;
    this.#begin = this.prepare('begin immediate');
    this.#beginReading = this.prepare('begin');
    this.#commit = this.prepare('commit');
    this.#rollback = this.prepare('rollback');
  }

  prepare<Row extends Shape>(sql: string): Statement<Row> {
    return new Statement<Row>(translated(() => this.#handle.prepare(sql)));
  }

  /** As `prepare`, but rows come as lists of values in the order of the columns. */
  prepareList<Row extends Value[]>(sql: string): ListStatement<Row> {
    return new ListStatement<Row>(translated(() => this.#handle.prepare(sql)));
  }

  exec(sql: string): void {
    translated(() => this.#handle.exec(sql));
  }

  /** Everything that is read until `commit` is of one moment. */
  beginReading(): void {
    this.#beginReading.run();
  }

  /** Takes the write lock, waiting for other processes as long as `busy_timeout` says. */
  begin(): void {
    this.#begin.run();
  }

  commit(): void {
    this.#commit.run();
  }

  /** Some errors have rolled back already (full disk, I/O); then there is nothing left to do. */
  rollback(): void {
    if (this.#handle.isOpen && this.#handle.isTransaction) this.#rollback.run();
  }

  /** Runs `work` in a transaction of its own. */
  transaction<Result>(work: () => Result): Result {
    this.begin();
    try {
      const result = work();
      this.commit();
      return result;
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  close(): void {
    if (this.#handle.isOpen) this.#handle.close();
  }
}

/** A prepared statement; `Row` is what its columns are. */
export class Statement<Row extends Shape> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    this.#statement = statement;
  }

  get(...values: Value[]): Row | undefined {
    try {
      return this.#statement.get(...values) as Row | undefined;
    } catch (error) {
      throw translate(error);
    }
  }

  all(...values: Value[]): Row[] {
    try {
      return this.#statement.all(...values) as Row[];
    } catch (error) {
      throw translate(error);
    }
  }

  /** Returns the number of rows changed. */
  run(...values: Value[]): number {
    try {
      return Number(this.#statement.run(...values).changes);
    } catch (error) {
      throw translate(error);
    }
  }

  /** `run` for statements with `$names`. */
  runNamed(values: NamedValues): number {
    try {
      return Number(this.#statement.run(values).changes);
    } catch (error) {
      throw translate(error);
    }
  }
}

/** A prepared statement whose rows are lists. */
export class ListStatement<Row extends Value[]> {
  readonly #statement: StatementSync;

  constructor(statement: StatementSync) {
    statement.setReturnArrays(true);
    this.#statement = statement;
  }

  get(...values: Value[]): Row | undefined {
    return translated(() => this.#statement.get(...values)) as Row | undefined;
  }

  all(...values: Value[]): Row[] {
    return translated(() => this.#statement.all(...values)) as unknown as Row[];
  }
}

function translated<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/**
 * Primary result codes that tell of the database, not of the statement: BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR,
 * CORRUPT, FULL, CANTOPEN, PROTOCOL, NOTADB (https://sqlite.org/rescode.html).
 */
const unavailableCodes = new Set([5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 26]);

/** How the triggers speak that close a file which moves, or moved, to another database. */
const closedByPromotion = /^the file (is being|was) promoted to PostgreSQL; /;

function translate(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isClosed = 'code' in error && error.code === 'ERR_INVALID_STATE';
  const resultCode = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : 0;
  if (!isClosed && !unavailableCodes.has(resultCode) && !closedByPromotion.test(error.message)) return error;
  return new StorageUnavailable(`SQLite: ${error.message}`, { cause: error });
}
