import type { Touch } from '@ostiary/model';
import type { FamilyId } from '@ostiary/wire';
import type { Clock } from './ports.ts';

const windowMs = 60_000;

interface Count {
  sinceMs: number;
  inWindow: number;
  unflushed: number;
}

/** Counts repeats per family in memory, so that a storm of retries writes nothing; flushed to the rows now and then. */
export class RetryCounter {
  readonly #clock: Clock;
  #counts = new Map<FamilyId, Count>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Repeats of the last minute, in fixed windows. */
  recent(id: FamilyId): number {
    const count = this.#counts.get(id);
    return count === undefined || this.#isOver(count) ? 0 : count.inWindow;
  }

  add(id: FamilyId): void {
    const count = this.#counts.get(id);
    if (count === undefined) {
      this.#counts.set(id, { sinceMs: this.#clock.now(), inWindow: 1, unflushed: 1 });
    } else if (this.#isOver(count)) {
      this.#counts.set(id, { sinceMs: this.#clock.now(), inWindow: 1, unflushed: count.unflushed + 1 });
    } else {
      count.inWindow += 1;
      count.unflushed += 1;
    }
  }

  /** What to add to the rows, and forgets families whose window is over. */
  drain(): Touch[] {
    const touches: Touch[] = [];
    for (const [id, count] of this.#counts) {
      if (count.unflushed > 0) touches.push({ kind: 'family', id, retries: count.unflushed });
      count.unflushed = 0;
      if (this.#isOver(count)) this.#counts.delete(id);
    }
    return touches;
  }

  #isOver({ sinceMs }: Count): boolean {
    const age = this.#clock.now() - sinceMs;
    return age >= windowMs || age < 0;
  }
}
