import type { Environment } from './environment.ts';

/** Time that passes only when a test says so; timers that come due are called in order. */
export class VirtualClock {
  readonly #startMs = Date.UTC(2026, 5, 1, 12);
  #elapsedMs = 0;
  #wallOffsetMs = 0;
  readonly #timers = new Set<{ atMs: number; callBack: () => void }>();

  now = (): number => this.#startMs + this.#elapsedMs + this.#wallOffsetMs;
  monotonicMs = (): number => this.#elapsedMs;

  setTimer = (ms: number, callBack: () => void): (() => void) => {
    const timer = { atMs: this.#elapsedMs + ms, callBack };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  };

  /** Somebody sets the wall clock; the monotonic clock does not care. */
  setWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /** Lets time pass, and what is due happen, with all that follows from it at once. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    await settle();
    for (let due = this.#next(endMs); due !== undefined; due = this.#next(endMs)) {
      this.#timers.delete(due);
      this.#elapsedMs = Math.max(this.#elapsedMs, due.atMs);
      due.callBack();
      await settle();
    }
    this.#elapsedMs = endMs;
    await settle();
  }

  environment(fetch: Environment['fetch']): Environment {
    const { now, monotonicMs, setTimer } = this;
    return { now, monotonicMs, setTimer, fetch, draw: () => 0.5 };
  }

  #next(endMs: number) {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs);
    return due.toSorted((one, other) => one.atMs - other.atMs)[0];
  }
}

/** Lets promises run on, and the thread pool finish: it verifies signatures in real time, and virtual time stands meanwhile. */
export async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet = inThreadPool > 0 ? 0 : quiet + 1)
    await new Promise((resolve) => setImmediate(resolve));
}

let inThreadPool = 0;
for (const name of ['sign', 'verify', 'digest', 'importKey', 'exportKey', 'generateKey'] as const) count(name);

function count(name: keyof SubtleCrypto): void {
  const work = crypto.subtle[name].bind(crypto.subtle) as (...given: unknown[]) => Promise<unknown>;
  const counted = (...given: unknown[]) => {
    inThreadPool += 1;
    return work(...given).finally(() => (inThreadPool -= 1));
  };
  Object.defineProperty(crypto.subtle, name, { value: counted });
}
