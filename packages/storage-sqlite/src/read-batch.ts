/** What reads run in. */
interface ReadTransaction {
  beginReading(): void;
  commit(): void;
  rollback(): void;
}

const maxBatch = 256;

/**
 * Point reads that arrive together are read together, in one transaction: taking and giving back the lock costs as much as a
 * quarter of a read. The transaction begins after all of them were asked for, so each sees every commit acknowledged before.
 */
export class ReadBatch {
  readonly #transaction: ReadTransaction;
  #waiting: (() => void)[] = [];

  constructor(transaction: ReadTransaction) {
    this.#transaction = transaction;
  }

  /** Rejects with what `read` throws. */
  read<Result>(read: () => Result): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length === 0) setImmediate(() => this.#readAll());
      this.#waiting.push(() => {
        try {
          resolve(read());
        } catch (error) {
          reject(error as Error);
        }
      });
    });
  }

  #readAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let start = 0; start < waiting.length; start += maxBatch)
      this.#readTogether(waiting.slice(start, start + maxBatch));
  }

  /** A read that failed has told whoever asked. Without a transaction each read is one of its own. */
  #readTogether(reads: (() => void)[]): void {
    const isTogether = reads.length > 1 && this.#begins();
    for (const read of reads) read();
    if (isTogether) this.#end();
  }

  #begins(): boolean {
    try {
      this.#transaction.beginReading();
      return true;
    } catch {
      return false;
    }
  }

  #end(): void {
    try {
      this.#transaction.commit();
    } catch {
      this.#transaction.rollback();
    }
  }
}
