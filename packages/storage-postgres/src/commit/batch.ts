import type { Connection } from '../connection.ts';
import { AmbiguousCommit, ConnectionLost, failureOf, StatementFailed } from '../failure.ts';
import { commit, undo } from '../operations.ts';
import { statement } from '../statement.ts';
import type { Call, Statement } from '../statement.ts';
import type { Isolation } from '../options.ts';
import type { Arrival, Outcome } from './arrival.ts';
import { advanceBatch } from './advances.ts';
import type { AdvanceBatch } from './advances.ts';
import { BatchRows } from './batch-rows.ts';
import type { BatchSettings } from './batch-rows.ts';
import { unsettledAdvances, unsettledBatch } from './marks.ts';
import type { Unsettled } from './marks.ts';
import { applyPlan } from './plan-judge.ts';

/** The commit of a batch is in doubt; the next attempt begins by settling this one. */
export class BatchInDoubt extends AmbiguousCommit {
  readonly unsettled: Unsettled;

  constructor(unsettled: Unsettled, cause: unknown) {
    super('the outcome of a commit is not known', { cause });
    this.unsettled = unsettled;
  }
}

const begins: Record<Isolation, Statement> = {
  'read committed': statement('begin', 'begin isolation level read committed'),
  'repeatable read': statement('begin', 'begin isolation level repeatable read'),
  serializable: statement('begin', 'begin isolation level serializable'),
};

/** One attempt to commit a batch: locks in order, evaluates in memory, writes what won, commits. */
export class BatchAttempt {
  readonly #connection: Connection;
  readonly #deadlineMs: number;
  readonly #settings: BatchSettings;

  constructor(connection: Connection, deadlineMs: number, settings: BatchSettings) {
    this.#connection = connection;
    this.#deadlineMs = deadlineMs;
    this.#settings = settings;
  }

  /** `earlier`: an attempt at the same batch that is in doubt. Throws `BatchInDoubt` when this one is. */
  async run(batch: Arrival[], earlier: Unsettled | undefined): Promise<Outcome[]> {
    const { isolation, hasSharedLocks } = this.#settings;
    // A statement by itself runs at the isolation of its session, and compares again what changed: for READ COMMITTED.
    const isAlone = earlier === undefined && isolation === 'read committed' && hasSharedLocks;
    const advances = isAlone ? advanceBatch(batch) : undefined;
    if (advances) return this.#advance(batch, advances);
    const rows = new BatchRows(this.#settings);
    try {
      const known = await this.#lock(batch, rows, earlier);
      const outcomes = batch.map((arrival, index) => known[index] ?? outcomeOf(rows, arrival));
      const writes = rows.writes();
      if (writes.length === 0) await undo(this.#connection, this.#deadlineMs);
      else await this.#finish(writes, unsettledBatch(batch, outcomes, known));
      return outcomes;
    } catch (error) {
      await undo(this.#connection, this.#deadlineMs);
      throw error;
    }
  }

  /** A statement by itself is a transaction: what is in doubt after a commit is in doubt after it. */
  async #advance(batch: Arrival[], { call, results }: AdvanceBatch): Promise<Outcome[]> {
    try {
      const [rows] = await this.#send([call]);
      return results(rows ?? []);
    } catch (error) {
      if (!isInDoubt(error, call.statement.name)) throw error;
      throw new BatchInDoubt(unsettledAdvances(batch), error);
    }
  }

  /** Locks and reads in one round trip, and settles what is in doubt. */
  async #lock(batch: Arrival[], rows: BatchRows, earlier: Unsettled | undefined): Promise<(Outcome | undefined)[]> {
    const lockings = rows.locks(batch);
    const calls = [{ statement: begins[this.#settings.isolation], values: [] }, ...lockings.map(({ call }) => call)];
    const mark = earlier?.call;
    const results = await this.#send(mark ? [...calls, mark] : calls);
    lockings.forEach(({ load }, index) => load(results[index + 1] ?? []));
    return earlier ? earlier.settle(mark ? (results.at(-1) ?? []) : [], rows) : [];
  }

  /** Writes and commits in one round trip. */
  async #finish(writes: Call[], unsettled: Unsettled): Promise<void> {
    try {
      await this.#send([...writes, { statement: commit, values: [] }]);
    } catch (error) {
      throw isInDoubt(error, commit.name) ? new BatchInDoubt(unsettled, error) : error;
    }
  }

  #send(calls: Call[]): Promise<object[][]> {
    return this.#connection.run(calls, this.#deadlineMs - performance.now());
  }
}

function outcomeOf(rows: BatchRows, { plan, places }: Arrival): Outcome {
  try {
    return applyPlan(rows, plan, places);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

/** A statement that was refused undoes the batch. Beyond that only some answers to the commit itself say that nothing was done. */
function isInDoubt(error: unknown, committing: string): boolean {
  if (error instanceof ConnectionLost || failureOf(error) === 'ambiguous') return true;
  if (!(error instanceof StatementFailed) || error.statement !== committing) return false;
  return !['serialization', 'deadlock', 'unique', 'locked', 'unavailable', 'own'].includes(failureOf(error));
}
