import type { CommitResult, Plan } from '@ostiary/model';
import { StorageUnavailable } from '@ostiary/storage';
import type { Connection } from '../connection.ts';
import { AmbiguousCommit, ConnectionLost, failureOf, StatementFailed } from '../failure.ts';
import { commit, undo } from '../operations.ts';
import { statement } from '../statement.ts';
import type { Call, Statement } from '../statement.ts';
import type { Isolation } from '../options.ts';
import { BatchRows } from './batch-rows.ts';
import type { BatchSettings } from './batch-rows.ts';
import { marksOf } from './marks.ts';
import type { Marks } from './marks.ts';
import type { Need } from './needs.ts';
import { applyPlan } from './plan-judge.ts';

/** A plan that waits to be committed, with what was found out about it when it came. */
export interface Arrival {
  plan: Plan;
  needs: Need[];
  /** Of its events in the audit log: drawn once, so that a second attempt is recognised. */
  places: readonly string[];
}

export type Outcome = CommitResult | { kind: 'failed'; error: unknown };

/** An attempt whose commit was sent and never answered. */
export interface Unsettled {
  outcomes: Outcome[];
  marks: Marks;
}

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
    const rows = new BatchRows(this.#settings);
    try {
      if ((await this.#lock(batch, rows, earlier)) === 'committed' && earlier) {
        await undo(this.#connection, this.#deadlineMs);
        return earlier.outcomes;
      }
      const outcomes = batch.map(({ plan, places }) => outcomeOf(rows, plan, places));
      const writes = rows.writes();
      if (writes.length === 0) await undo(this.#connection, this.#deadlineMs);
      else await this.#finish(writes, { outcomes, marks: marksOf(winners(batch, outcomes)) });
      return outcomes;
    } catch (error) {
      await undo(this.#connection, this.#deadlineMs);
      throw error;
    }
  }

  /** Locks and reads in one round trip, and settles what is in doubt. */
  async #lock(batch: Arrival[], rows: BatchRows, earlier: Unsettled | undefined) {
    const lockings = rows.locks(batch);
    const calls = [{ statement: begins[this.#settings.isolation], values: [] }, ...lockings.map(({ call }) => call)];
    const mark = earlier?.marks.call;
    const results = await this.#send(mark ? [...calls, mark] : calls);
    lockings.forEach(({ load }, index) => load(results[index + 1] ?? []));
    const settlement = earlier?.marks.settle(mark ? (results.at(-1) ?? []) : [], rows);
    if (settlement === 'unknown') throw new StorageUnavailable('PostgreSQL: the outcome of a commit cannot be told');
    return settlement;
  }

  /** Writes and commits in one round trip. */
  async #finish(writes: Call[], unsettled: Unsettled): Promise<void> {
    try {
      await this.#send([...writes, { statement: commit, values: [] }]);
    } catch (error) {
      throw isInDoubt(error) ? new BatchInDoubt(unsettled, error) : error;
    }
  }

  #send(calls: Call[]): Promise<object[][]> {
    return this.#connection.run(calls, this.#deadlineMs - performance.now());
  }
}

function outcomeOf(rows: BatchRows, plan: Plan, places: readonly string[]): Outcome {
  try {
    return applyPlan(rows, plan, places);
  } catch (error) {
    return { kind: 'failed', error };
  }
}

function winners(batch: Arrival[], outcomes: Outcome[]): Arrival[] {
  return batch.filter((_, index) => outcomes[index]?.kind === 'committed');
}

/** A statement that was refused undoes the batch. Beyond that only some answers to the commit itself say that nothing was done. */
function isInDoubt(error: unknown): boolean {
  if (error instanceof ConnectionLost) return true;
  if (!(error instanceof StatementFailed) || error.statement !== commit.name) return false;
  return !['serialization', 'deadlock', 'unique', 'unavailable', 'own'].includes(failureOf(error));
}
