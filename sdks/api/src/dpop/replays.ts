/** Remembers proofs while they would be taken again. Bounded: beyond `most` the oldest are forgotten early, and counted. */
export class Replays {
  readonly #windowMs: number;
  readonly #half: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #turnedAtMs = -Infinity;
  #forgottenEarly = 0;

  /**
   * @param windowMs how long a proof is acceptable
   * @param most how many are remembered at most
   */
  constructor(windowMs: number, most: number) {
    this.#windowMs = windowMs;
    this.#half = Math.max(1, Math.floor(most / 2));
  }

  /** Takes note of a proof; false when it was seen before. */
  isFirst(id: string, monotonicMs: number): boolean {
    const isOver = monotonicMs - this.#turnedAtMs >= this.#windowMs;
    if (isOver || this.#young.size >= this.#half) this.#turn(monotonicMs, isOver);
    if (this.#young.has(id) || this.#old.has(id)) return false;
    this.#young.add(id);
    return true;
  }

  state(): { count: number; forgottenEarly: number } {
    return { count: this.#young.size + this.#old.size, forgottenEarly: this.#forgottenEarly };
  }

  #turn(monotonicMs: number, isOver: boolean): void {
    if (!isOver) this.#forgottenEarly += this.#old.size;
    this.#old = this.#young;
    this.#young = new Set();
    this.#turnedAtMs = monotonicMs;
  }
}
