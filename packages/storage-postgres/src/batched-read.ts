import type { Operations } from './operations.ts';
import type { Statement } from './statement.ts';
import { textArrayOf } from './values.ts';

interface Wanted<Row> {
  promise: Promise<Row | undefined>;
  resolve(row: Row | undefined): void;
  reject(error: unknown): void;
}

const maxKeys = 256;

/**
 * Point reads by key: those of one turn of the event loop, and those that came while all readers were busy, share one
 * statement `... = any($1)`, and equal keys one row. A read is sent after it was asked for, so it sees every commit that was
 * acknowledged before.
 */
export class BatchedRead<Row extends object> {
  readonly #operations: Operations;
  readonly #statement: Statement<Row>;
  readonly #keyOf: (row: Row) => string;
  readonly #readers: number;
  #wanted = new Map<string, Wanted<Row>>();
  #deadlineMs = 0;
  #running = 0;
  #isScheduled = false;

  constructor(operations: Operations, of: Statement<Row>, keyOf: (row: Row) => string, readers: number) {
    this.#operations = operations;
    this.#statement = of;
    this.#keyOf = keyOf;
    this.#readers = readers;
  }

  find(key: string): Promise<Row | undefined> {
    const known = this.#wanted.get(key);
    if (known) return known.promise;
    if (this.#wanted.size === 0) this.#deadlineMs = this.#operations.deadline();
    const wanted = Promise.withResolvers<Row | undefined>();
    this.#wanted.set(key, wanted);
    this.#schedule();
    return wanted.promise;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#running >= this.#readers || this.#wanted.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#read(this.#take());
      this.#schedule();
    });
  }

  #take(): Map<string, Wanted<Row>> {
    if (this.#wanted.size <= maxKeys) {
      const taken = this.#wanted;
      this.#wanted = new Map();
      return taken;
    }
    const entries = [...this.#wanted];
    this.#wanted = new Map(entries.slice(maxKeys));
    return new Map(entries.slice(0, maxKeys));
  }

  async #read(batch: Map<string, Wanted<Row>>): Promise<void> {
    this.#running += 1;
    try {
      const rows = await this.#operations.query(this.#statement, [textArrayOf([...batch.keys()])], this.#deadlineMs);
      for (const row of rows) batch.get(this.#keyOf(row))?.resolve(row);
      for (const wanted of batch.values()) wanted.resolve(undefined);
    } catch (error) {
      for (const wanted of batch.values()) wanted.reject(error);
    } finally {
      this.#running -= 1;
      this.#schedule();
    }
  }
}
