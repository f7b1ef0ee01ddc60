import { StorageUnavailable } from '@ostiary/storage';
import type { CommitResult, Plan } from '@ostiary/model';
import type { Committer, StorageObserver } from '@ostiary/storage';

/** What a batch runs in. `apply` checks a plan fully against what the plans before it wrote, and only then writes. */
export interface BatchTransaction {
  begin(): void;
  apply(plan: Plan): CommitResult;
  /** Returns when the batch is durable. */
  commit(): void;
  rollback(): void;
}

interface Waiting {
  plan: Plan;
  resolve(result: CommitResult): void;
  reject(error: unknown): void;
}

const maxBatch = 256;

/**
 * Commits plans that arrive together in one transaction with one fsync. A batch begins after the event loop has read what
 * lay ready, so it takes the plans of this turn and all that came while the previous batch was written.
 * A plan that throws is found by halving: it fails alone, the others of its batch commit in their order.
 */
export class GroupCommit implements Committer {
  readonly #transaction: BatchTransaction;
  readonly #observer: StorageObserver | undefined;
  #waiting: Waiting[] = [];
  #isScheduled = false;
  #isClosed = false;

  constructor(transaction: BatchTransaction, observer?: StorageObserver) {
    this.#transaction = transaction;
    this.#observer = observer;
  }

  commit(plan: Plan): Promise<CommitResult> {
    if (this.#isClosed) return Promise.reject(new StorageUnavailable('the store is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ plan, resolve, reject });
      this.#schedule();
    });
  }

  /** Writes what still waits and takes no more. */
  close(): void {
    this.#isClosed = true;
    while (this.#waiting.length > 0) this.#writeBatch();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#writeBatch();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }

  #writeBatch(): void {
    const batch = this.#waiting.slice(0, maxBatch);
    this.#waiting = this.#waiting.slice(maxBatch);
    if (batch.length > 0) this.#writeTogether(batch);
  }

  #writeTogether(batch: Waiting[]): void {
    try {
      const results = this.#resultsOf(batch);
      batch.forEach(({ resolve }, index) => resolve(results[index] as CommitResult));
    } catch (error) {
      this.#fail(batch, error);
    }
  }

  #resultsOf(batch: Waiting[]): CommitResult[] {
    const startMs = performance.now();
    try {
      this.#transaction.begin();
      const results = batch.map(({ plan }) => this.#transaction.apply(plan));
      this.#transaction.commit();
      this.#observer?.batch({
        plans: results.length,
        lost: results.filter(({ kind }) => kind === 'lost').length,
        milliseconds: performance.now() - startMs,
      });
      return results;
    } catch (error) {
      this.#transaction.rollback();
      throw error;
    }
  }

  #fail(batch: Waiting[], error: unknown): void {
    if (batch.length === 1 || error instanceof StorageUnavailable) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const middle = batch.length >> 1;
    this.#writeTogether(batch.slice(0, middle));
    this.#writeTogether(batch.slice(middle));
  }
}
