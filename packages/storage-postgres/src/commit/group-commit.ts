import type { CommitResult, Plan } from '@ostiary/model';
import { StorageUnavailable } from '@ostiary/storage';
import type { Committer, StorageObserver } from '@ostiary/storage';
import { failureOf, outward } from '../failure.ts';
import type { Pool } from '../pool.ts';
import { pauseBeforeRetry } from '../retry-pause.ts';
import { BatchAttempt, BatchInDoubt } from './batch.ts';
import type { Arrival, Outcome } from './arrival.ts';
import type { Unsettled } from './marks.ts';
import type { BatchSettings } from './batch-rows.ts';
import { Claims } from './claims.ts';
import { needsOf } from './needs.ts';
import { Places } from './place.ts';

interface Waiting extends Arrival {
  deadlineMs: number;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

export interface GroupCommitSettings extends BatchSettings {
  pool: Pool;
  writers: number;
  operationTimeoutMs: number;
  observer: StorageObserver | undefined;
}

const maxBatch = 256;
/** Attempts at one batch before it is halved, when somebody else is in the way each time. */
const attemptsTogether = 3;

/**
 * Commits plans that arrive together in one transaction. A batch begins when a writer is free, and takes what came while all
 * were busy. A plan that the database refuses is found by halving: it fails alone, the others of its batch commit.
 */
export class GroupCommit implements Committer {
  readonly #settings: GroupCommitSettings;
  readonly #places = new Places();
  readonly #claims = new Claims();
  #waiting: Waiting[] = [];
  #busy = 0;
  #isScheduled = false;
  #isClosed = false;
  #emptied: (() => void) | undefined;

  constructor(settings: GroupCommitSettings) {
    this.#settings = settings;
  }

  commit(plan: Plan): Promise<CommitResult> {
    if (this.#isClosed) return Promise.reject(new StorageUnavailable('the store is closed'));
    const nowMs = Date.now();
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    this.#waiting.push({
      plan,
      needs: needsOf(plan),
      places: plan.events.map(() => this.#places.draw(nowMs)),
      deadlineMs: performance.now() + this.#settings.operationTimeoutMs,
      resolve,
      reject,
    });
    this.#schedule();
    return promise;
  }

  /** Takes no more, and returns when all that was taken is answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#waiting.length + this.#busy === 0) return;
    await new Promise<void>((resolve) => (this.#emptied = resolve));
  }

  /** A batch is taken after the event loop has read what lay ready, so that it holds the plans of this turn. */
  #schedule(): void {
    if (this.#isScheduled || this.#waiting.length === 0 || this.#busy >= this.#settings.writers) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      const batch = this.#take();
      if (batch.length === 0) return;
      void this.#write(batch);
      this.#schedule();
    });
  }

  /** The first plans that may run beside the batches on their way; whoever waited too long already is turned away. */
  #take(): Waiting[] {
    const latestMs = performance.now() + this.#settings.operationTimeoutMs / 3;
    const late = this.#waiting.findIndex(({ deadlineMs }) => deadlineMs > latestMs);
    const overdue = this.#waiting.splice(0, late === -1 ? this.#waiting.length : late);
    for (const { reject } of overdue) reject(new StorageUnavailable('PostgreSQL: too much to commit at once'));
    if (this.#busy === 0) return this.#waiting.splice(0, maxBatch);
    const batch: Waiting[] = [];
    const staying: Waiting[] = [];
    const passed = new Claims();
    for (const each of this.#waiting) {
      const isFree = batch.length < maxBatch && this.#claims.admits(each) && passed.admits(each);
      (isFree ? batch : staying).push(each);
      if (!isFree) passed.add([each]);
    }
    this.#waiting = staying;
    return batch;
  }

  async #write(batch: Waiting[]): Promise<void> {
    this.#busy += 1;
    this.#claims.add(batch);
    try {
      await this.#commitTogether(batch);
    } finally {
      this.#claims.remove(batch);
      this.#busy -= 1;
      this.#schedule();
      if (this.#isClosed && this.#waiting.length + this.#busy === 0) this.#emptied?.();
    }
  }

  async #commitTogether(batch: Waiting[]): Promise<void> {
    const startMs = performance.now();
    try {
      const outcomes = await this.#outcomes(batch);
      outcomes.forEach((outcome, index) => answer(batch[index], outcome));
      const lost = outcomes.filter(({ kind }) => kind === 'lost').length;
      this.#settings.observer?.batch({ plans: batch.length, lost, milliseconds: performance.now() - startMs });
    } catch (error) {
      await this.#fail(batch, error);
    }
  }

  /** Tries until it is done, time is over, or the plans should go apart; then it throws the last error. */
  async #outcomes(batch: Waiting[]): Promise<Outcome[]> {
    const { pool, observer } = this.#settings;
    const deadlineMs = Math.min(...batch.map((each) => each.deadlineMs));
    let unsettled: Unsettled | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await pool.use(deadlineMs, (connection) =>
          new BatchAttempt(connection, deadlineMs, this.#settings).run(batch, unsettled),
        );
      } catch (error) {
        if (error instanceof BatchInDoubt) unsettled = error.unsettled;
        const failure = failureOf(error);
        if (failure === 'own' || failure === 'locked' || failure === 'unavailable') throw inDoubt(unsettled, error);
        observer?.retried(failure);
        const isCrowded = unsettled === undefined && failure !== 'connection' && attempt >= attemptsTogether;
        if (isCrowded && (batch.length > 1 || failure === 'unique')) throw error;
        if (!(await pauseBeforeRetry(attempt, deadlineMs))) throw inDoubt(unsettled, error);
      }
    }
  }

  async #fail(batch: Waiting[], error: unknown): Promise<void> {
    const mayGoApart = ['own', 'unique', 'locked', 'serialization', 'deadlock'].includes(failureOf(error));
    if (batch.length === 1 || !mayGoApart) {
      for (const { reject } of batch) reject(outward(error));
      return;
    }
    const middle = batch.length >> 1;
    await this.#commitTogether(batch.slice(0, middle));
    await this.#commitTogether(batch.slice(middle));
  }
}

function answer(waiting: Waiting | undefined, outcome: Outcome): void {
  if (outcome.kind === 'failed') waiting?.reject(outcome.error);
  else waiting?.resolve(outcome);
}

/** While an attempt is in doubt nothing else can be said about its plans. */
function inDoubt(unsettled: Unsettled | undefined, error: unknown): unknown {
  if (unsettled === undefined) return error;
  return new StorageUnavailable('PostgreSQL: the outcome of a commit is not known', { cause: error });
}
