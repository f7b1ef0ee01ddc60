import type { Arrival } from './arrival.ts';

/**
 * The rows that batches on their way have to do with. A plan that meets one of them waits, so that plans about the same rows
 * are committed in their order, and two writers of one node never wait for each other in the database.
 */
export class Claims {
  readonly #holders = new Map<string, { count: number; isChanged: boolean }>();
  #batches = 0;
  #isClosed = false;

  /** Whether the plan may start beside what is on its way. */
  admits({ plan, needs }: Arrival): boolean {
    if (this.#batches === 0) return true;
    if (this.#isClosed || endsSets(plan.ends)) return false;
    return needs.every(({ kind, id, mode }) => {
      const holder = this.#holders.get(`${kind} ${id}`);
      return holder === undefined || (mode === 'share' && !holder.isChanged);
    });
  }

  add(batch: Arrival[]): void {
    this.#batches += 1;
    for (const { plan, needs } of batch) {
      this.#isClosed ||= endsSets(plan.ends);
      for (const { kind, id, mode } of needs) {
        const key = `${kind} ${id}`;
        const holder = this.#holders.get(key);
        if (!holder) this.#holders.set(key, { count: 1, isChanged: mode !== 'share' });
        else {
          holder.count += 1;
          holder.isChanged ||= mode !== 'share';
        }
      }
    }
  }

  remove(batch: Arrival[]): void {
    this.#batches -= 1;
    if (this.#batches === 0) this.#isClosed = false;
    for (const { needs } of batch) {
      for (const { kind, id } of needs) {
        const key = `${kind} ${id}`;
        const holder = this.#holders.get(key);
        if (!holder) continue;
        holder.count -= 1;
        if (holder.count === 0) this.#holders.delete(key);
      }
    }
  }
}

/** Which rows such a plan ends is known only in the database: it runs beside no other batch. */
function endsSets(ends: Arrival['plan']['ends']): boolean {
  return ends.some(({ kind }) => kind === 'families' || kind === 'sessions');
}
