import type { Rate, Rates } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { digestBlob } from './blobs.ts';
import type { Database, Statement } from './database.ts';

/** Token buckets, each kept as the time at which it is full again. */
export class RateTable implements Rates {
  readonly #db: Database;
  readonly #find: Statement<{ fullAtMs: number; notedAtMs: number }>;
  readonly #put: Statement<never>;
  readonly #remove: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare('select full_at as fullAtMs, noted_at as notedAtMs from rate where key = ?');
    this.#put = db.prepare('insert or replace into rate (key, full_at, noted_at) values (?, ?, ?)');
    this.#remove = db.prepare('delete from rate where key = ?');
  }

  async take(key: Digest, { capacity, perMinute }: Rate, nowMs: number): Promise<number> {
    const blob = digestBlob(key);
    const refillMs = 60_000 / perMinute;
    return this.#db.transaction(() => {
      const noted = this.#find.get(blob) ?? { fullAtMs: nowMs, notedAtMs: nowMs };
      // Noted later than now: the clock was set back, and the level of then is the level of now.
      const leapMs = Math.max(0, noted.notedAtMs - nowMs);
      const fullAtMs = Math.max(noted.fullAtMs - leapMs, nowMs) + refillMs;
      const latestMs = nowMs + capacity * refillMs;
      if (fullAtMs <= latestMs) {
        this.#put.run(blob, fullAtMs, nowMs);
        return 0;
      }
      if (leapMs > 0) this.#put.run(blob, fullAtMs - refillMs, nowMs);
      return Math.ceil(fullAtMs - latestMs);
    });
  }

  async reset(key: Digest): Promise<void> {
    this.#remove.run(digestBlob(key));
  }
}
