/** A batch as it goes out. */
export interface SentBatch {
  /** `<feed>:<seq>`. */
  id: string;
  seq: number;
  /** When it was made, in seconds. */
  iat: number;
  /** A compact JWS. */
  batch: string;
}

/** The last batches of one feed, for readers that lost their connection. Bounded in number and in size. */
export class RecentBatches {
  readonly #feed: string;
  readonly #limits: { batches: number; characters: number };
  #batches: SentBatch[] = [];
  #characters = 0;

  constructor(feed: string, limits = { batches: 256, characters: 4_000_000 }) {
    this.#feed = feed;
    this.#limits = limits;
  }

  add(batch: SentBatch): void {
    this.#batches.push(batch);
    this.#characters += batch.batch.length;
    while (this.#batches.length > this.#limits.batches || this.#characters > this.#limits.characters) {
      this.#characters -= this.#batches.shift()?.batch.length ?? 0;
    }
  }

  /**
   * What came after the batch with this id; nothing when it is of another feed, or what came after is not remembered any more, or
   * was made before `sinceSeconds`: a reader would take it for an old copy.
   */
  after(id: string, lastSeq: number, sinceSeconds: number): SentBatch[] | undefined {
    const seq = seqOf(id, this.#feed);
    if (seq === undefined || seq > lastSeq) return undefined;
    const missed = this.#batches.filter((batch) => batch.seq > seq && batch.iat >= sinceSeconds);
    return missed.length === lastSeq - seq ? missed : undefined;
  }
}

function seqOf(id: string, feed: string): number | undefined {
  if (!id.startsWith(`${feed}:`)) return undefined;
  const text = id.slice(feed.length + 1);
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : undefined;
}
