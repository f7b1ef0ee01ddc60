import { jws, issuerUrl, type VirtualIssuer } from '../virtual-issuer.fixture.ts';

export const feedUrl = `${issuerUrl}/revocations`;

/** The feed of a virtual issuer: one node of it, until it is replaced. */
export class VirtualFeed {
  readonly #issuer: VirtualIssuer;
  /** Of each request: what it asked for. */
  readonly calls: { accept: string | null; authorization: string | null; lastId: string | null }[] = [];
  id = 'feed-1';
  seq = 1;
  entries: object[] = [];
  /** Streams are held back, as by a proxy that gathers answers. */
  holdsBack = false;
  /** There is no stream: JSON in its place. */
  isPollOnly = false;
  /** In place of any answer. */
  outage: (() => Response) | undefined;
  #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(issuer: VirtualIssuer) {
    this.#issuer = issuer;
    issuer.metadata = { ...issuer.metadata, revocation_feed_endpoint: feedUrl };
    issuer.served.set(feedUrl, (init) => this.#answer(init));
  }

  get followers(): number {
    return this.#streams.size;
  }

  /** Something ended: all who follow are told. */
  publish(...entries: object[]): void {
    this.entries.push(...entries);
    this.seq += 1;
    this.send(this.batch({ entries }));
  }

  /** Sends whatever it is to all who follow. */
  send(batch: string): void {
    for (const stream of this.#streams) stream.enqueue(this.#event(batch));
  }

  sendText(text: string): void {
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(text));
  }

  /** The connections are cut. */
  cut(): void {
    for (const stream of this.#streams) stream.error(new Error('socket hang up'));
    this.#streams.clear();
  }

  /** The streams end, as when the server is stopped. */
  end(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  /** A batch of now, and whatever a test changes of it and its header. */
  batch(
    changes: Record<string, unknown> = {},
    header: Record<string, unknown> = {},
    key = this.#issuer.keys[0],
  ): string {
    if (key === undefined) throw new Error('the issuer has no key');
    const iat = Math.floor(this.#issuer.clock.now() / 1000);
    const payload = { iss: issuerUrl, iat, feed: this.id, seq: this.seq, full: false, entries: [], ...changes };
    return jws({ alg: key.alg, typ: 'revocations+jwt', kid: key.kid, ...header }, payload, key);
  }

  full(changes: Record<string, unknown> = {}): string {
    return this.batch({ full: true, entries: this.entries, ...changes });
  }

  #answer(init: RequestInit): Response {
    const headers = new Headers(init.headers);
    const call = {
      accept: headers.get('accept'),
      authorization: headers.get('authorization'),
      lastId: headers.get('last-event-id'),
    };
    this.calls.push(call);
    if (this.outage !== undefined) return this.outage();
    return this.isPollOnly || call.accept !== 'text/event-stream'
      ? this.#batchAlone()
      : this.#stream(init, call.lastId);
  }

  #batchAlone(): Response {
    this.seq += 1;
    return Response.json({ batch: this.full(), next: `${this.id}:${this.seq}` });
  }

  #stream(init: RequestInit, lastId: string | null): Response {
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        init.signal?.addEventListener('abort', () => {
          this.#streams.delete(stream);
          stream.error(new DOMException('aborted', 'AbortError'));
        });
        if (this.holdsBack) return;
        this.#streams.add(stream);
        if (lastId !== `${this.id}:${this.seq}`) stream.enqueue(this.#event(this.full()));
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }

  #event(batch: string): Uint8Array {
    return new TextEncoder().encode(`id: ${this.id}:${this.seq}\nevent: revocations\ndata: ${batch}\n\n`);
  }
}

/** Waits, without a clock, until something holds that is about to; fails when it does not. */
export async function until(holds: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5_000 && !holds(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  if (!holds()) throw new Error(`never: ${holds.toString()}`);
}
