import type { Rate, Rates } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { digestBlob } from './blobs.ts';
import type { Database, Statement } from './database.ts';

/** Token buckets, each kept as the time at which it is full again. */
export class RateTable implements Rates {
  readonly #db: Database;
  readonly #find: Statement<{ fullAtMs: number }>;
  readonly #put: Statement<never>;
  readonly #remove: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare('select full_at as fullAtMs from rate where key = ?');
    this.#put = db.prepare('insert or replace into rate (key, full_at) values (?, ?)');
    this.#remove = db.prepare('delete from rate where key = ?');
  }

  async take(key: Digest, { capacity, perMinute }: Rate, nowMs: number): Promise<number> {
    const blob = digestBlob(key);
    const refillMs = 60_000 / perMinute;
    return this.#db.transaction(() => {
      const emptyUntilFullMs = nowMs + capacity * refillMs;
      const storedMs = Math.max(this.#find.get(blob)?.fullAtMs ?? nowMs, nowMs);
      // Further ahead than an empty bucket was written before the clock was set back: it is an empty one from now on.
      if (storedMs > emptyUntilFullMs) this.#put.run(blob, emptyUntilFullMs);
      const fullAtMs = Math.min(storedMs, emptyUntilFullMs) + refillMs;
      if (fullAtMs > emptyUntilFullMs) return Math.ceil(fullAtMs - emptyUntilFullMs);
      this.#put.run(blob, fullAtMs);
      return 0;
    });
  }

  async reset(key: Digest): Promise<void> {
    this.#remove.run(digestBlob(key));
  }
}
