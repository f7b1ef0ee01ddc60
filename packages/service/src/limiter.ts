import type { Rate } from '@ostiary/storage';
import type { Clock } from './ports.ts';

const maxKeys = 50_000;

/** Token buckets by key, bounded in memory: the keys that were idle longest are forgotten, and a forgotten bucket is a full one. */
export class Limiter {
  readonly #clock: Clock;
  readonly #rate: Rate;
  readonly #buckets = new Map<string, { level: number; atMs: number }>();

  constructor(clock: Clock, rate: Rate) {
    this.#clock = clock;
    this.#rate = rate;
  }

  /** Takes one from the bucket; `false` when it is empty. */
  take(key: string): boolean {
    const level = this.#level(key);
    if (level < 1) return false;
    this.#put(key, level - 1);
    return true;
  }

  /** Whether nothing is left, without taking. */
  isEmpty(key: string): boolean {
    return this.#level(key) < 1;
  }

  /** Seconds until one can be taken again. */
  retryAfterSeconds(key: string): number {
    return Math.max(1, Math.ceil((1 - this.#level(key)) * (60 / this.#rate.perMinute)));
  }

  #level(key: string): number {
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) return this.#rate.capacity;
    const now = this.#clock.now();
    // A clock that was set back must not keep anybody waiting until it has caught up.
    bucket.atMs = Math.min(bucket.atMs, now);
    const refill = ((now - bucket.atMs) / 60_000) * this.#rate.perMinute;
    return Math.min(this.#rate.capacity, bucket.level + refill);
  }

  #put(key: string, level: number): void {
    this.#buckets.delete(key);
    this.#buckets.set(key, { level, atMs: this.#clock.now() });
    if (this.#buckets.size <= maxKeys) return;
    const [oldest] = this.#buckets.keys();
    if (oldest !== undefined) this.#buckets.delete(oldest);
  }
}
