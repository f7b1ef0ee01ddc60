/** Does the work of requests that arrive together at once; at most `lanes` batches are on their way. */
export class Batches<Item, Result> {
  readonly #lanes: ((items: Item[]) => Promise<Result[]>)[];
  #waiting: { item: Item; resolve: (result: Result) => void; reject: (error: Error) => void }[] = [];
  #isScheduled = false;

  constructor(lanes: ((items: Item[]) => Promise<Result[]>)[]) {
    this.#lanes = [...lanes];
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#lanes.length === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      void this.#start();
    });
  }

  async #start(): Promise<void> {
    const lane = this.#lanes.pop();
    if (!lane) return;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      const results = await lane(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => resolve(results[index]!));
    } catch (error) {
      for (const { reject } of batch) reject(error as Error);
    }
    this.#lanes.push(lane);
    if (this.#waiting.length > 0) this.#schedule();
  }
}
