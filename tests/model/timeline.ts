interface Entry {
  atMs: number;
  order: number;
  act: () => void;
}

/** A virtual clock: what is planned happens in the order of its time, and takes none. */
export class Timeline {
  nowMs: number;
  #order = 0;
  readonly #heap: Entry[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  /** Plans an act; of two at the same time the one planned first happens first. */
  after(delayMs: number, act: () => void): void {
    this.#order += 1;
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), order: this.#order, act });
  }

  /** Lets things happen until a time, or until nothing is planned or `isDone`. */
  runUntil(endMs: number, isDone: () => boolean = () => false): void {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined || first.atMs > endMs || isDone()) return;
      this.#pop();
      this.nowMs = first.atMs;
      first.act();
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    heap.push(entry);
    let child = heap.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#swapIfLater(parent, child)) return;
      child = parent;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    heap[0] = last;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      const child = isLater(heap[left], heap[left + 1]) ? left + 1 : left;
      if (child >= heap.length || !this.#swapIfLater(parent, child)) return;
      parent = child;
    }
  }

  #swapIfLater(parent: number, child: number): boolean {
    const [above, below] = [this.#heap[parent], this.#heap[child]];
    if (above === undefined || below === undefined || !isLater(above, below)) return false;
    this.#heap[parent] = below;
    this.#heap[child] = above;
    return true;
  }
}

function isLater(a: Entry | undefined, b: Entry | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return a.atMs > b.atMs || (a.atMs === b.atMs && a.order > b.order);
}
