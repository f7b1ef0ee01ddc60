import { StorageUnavailable } from '@ostiary/storage';
import type { RetryReason, StorageObserver } from '@ostiary/storage';
import type { Connection } from './connection.ts';
import { AmbiguousCommit, ConnectionLost, failureOf, outward } from './failure.ts';
import type { Failure } from './failure.ts';
import type { Pool } from './pool.ts';
import { pauseBeforeRetry } from './retry-pause.ts';
import { statement } from './statement.ts';
import type { Call, Statement, Value } from './statement.ts';

const begin = statement('begin', 'begin');
export const commit = statement('commit', 'commit');
const rollback = statement('rollback', 'rollback');

/** Runs the statements of one transaction; each `Transaction` call is one round trip. */
export type Transaction = <Row extends object>(statement: Statement<Row>, values: Value[]) => Promise<Row[]>;

/** Everything but the commits of plans: one statement or one small transaction at a time, tried again while time is left. */
export class Operations {
  readonly #pool: Pool;
  readonly #timeoutMs: number;
  readonly #observer: StorageObserver | undefined;

  constructor(pool: Pool, timeoutMs: number, observer: StorageObserver | undefined) {
    this.#pool = pool;
    this.#timeoutMs = timeoutMs;
    this.#observer = observer;
  }

  /** When an operation that begins now has to be settled (performance.now). */
  deadline(): number {
    return performance.now() + this.#timeoutMs;
  }

  /** Runs one statement by itself. It may run twice when the connection breaks. */
  async query<Row extends object>(
    of: Statement<Row>,
    values: Value[],
    deadlineMs: number = this.deadline(),
  ): Promise<Row[]> {
    return this.#again(deadlineMs, async (connection) => {
      const [rows] = await connection.run([{ statement: of, values }], deadlineMs - performance.now());
      return rows as Row[];
    });
  }

  /** Runs `work` in a transaction. It may run several times; what it returns is that of the run that was committed. */
  async transaction<Result>(work: (run: Transaction) => Promise<Result>): Promise<Result> {
    const deadlineMs = this.deadline();
    return this.#again(deadlineMs, async (connection) => {
      const run = async (calls: Call[]) => connection.run(calls, deadlineMs - performance.now());
      try {
        await run([{ statement: begin, values: [] }]);
        const result = await work(async <Row extends object>(of: Statement<Row>, values: Value[]) => {
          const [rows] = await run([{ statement: of, values }]);
          return rows as Row[];
        });
        await finish(connection, deadlineMs);
        return result;
      } catch (error) {
        await undo(connection, deadlineMs);
        throw error;
      }
    });
  }

  async #again<Result>(deadlineMs: number, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#pool.use(deadlineMs, work);
      } catch (error) {
        const failure = failureOf(error);
        if (!isRetried(failure)) throw outward(error);
        this.#observer?.retried(failure);
        if (!(await pauseBeforeRetry(attempt, deadlineMs))) throw outward(late(error));
      }
    }
  }
}

/** Others say nothing about a second attempt, or tell that it would end alike. */
function isRetried(failure: Failure): failure is RetryReason {
  return failure === 'serialization' || failure === 'deadlock' || failure === 'connection' || failure === 'unique';
}

async function finish(connection: Connection, deadlineMs: number): Promise<void> {
  try {
    await connection.run([{ statement: commit, values: [] }], deadlineMs - performance.now());
  } catch (error) {
    throw error instanceof ConnectionLost ? new AmbiguousCommit(error.message, { cause: error }) : error;
  }
}

/** Leaves the connection outside of a transaction, or gives it up. */
export async function undo(connection: Connection, deadlineMs: number): Promise<void> {
  if (!connection.isUsable()) return;
  try {
    await connection.run([{ statement: rollback, values: [] }], deadlineMs - performance.now());
  } catch {
    connection.destroy();
  }
}

function late(error: unknown): StorageUnavailable {
  const why = error instanceof Error ? error.message : 'no time left';
  return new StorageUnavailable(`PostgreSQL: ${why}; no time left to try again`, { cause: error });
}
