import { basicHeader, type ApiCredentials } from '../basic.ts';
import type { Environment } from '../environment.ts';
import { fetchJson } from '../fetch-json.ts';
import type { MetadataResult } from '../issuer/metadata.ts';
import { eventsIn } from './event-stream.ts';

/** What a follower gets its batches for. */
export interface FollowerTask {
  environment: Environment;
  credentials: ApiCredentials;
  metadata: () => Promise<MetadataResult>;
  timeoutMs: number;
  /** `FEED:SEQ` of the last batch that was taken. */
  lastId(): string | undefined;
  /** Takes a batch, or says why not: then the next one must be a full one. */
  take(jws: string): Promise<string | undefined>;
  /** The connection was lost, or never made. */
  onTrouble(why: string): void;
}

/** How batches come at the moment. */
export type FeedWay = 'stream' | 'poll';

const pollEveryMs = 800;
/** The issuer speaks every 5 seconds at least. */
const silenceMs = 12_000;
/** So long polling goes on before the stream is tried again: longer each time, for nothing comes in while a stream is silent. */
const pollForMs = 60_000;
const longestPollForMs = 3_600_000;
/** So many streams must have been silent, the first time. */
const patience = 2;
const firstPauseMs = 250;
const longestPauseMs = 5_000;
/** A full batch of half a million entries. */
const maxLength = 100_000_000;

/**
 * Follows the feed of revocations: by server-sent events, and where those do not come through, by asking again and again. Every
 * loss of the connection is followed by another try, the first of them soon.
 */
export class FeedFollower {
  readonly #task: FollowerTask;
  #way: FeedWay = 'stream';
  #pollUntilMs = 0;
  #pollForMs = pollForMs;
  #pauseMs = firstPauseMs;
  #silentStreams = 0;
  #abort = new AbortController();
  #isClosed = false;
  #wake = () => {};

  constructor(task: FollowerTask) {
    this.#task = task;
  }

  get way(): FeedWay {
    return this.#way;
  }

  /** Follows until it is closed. */
  async run(): Promise<void> {
    while (!this.#isClosed) {
      // Whatever goes wrong, it is tried again.
      const why = await (this.#way === 'stream' ? this.#stream() : this.#poll()).catch(wordsOf);
      if (this.#isClosed) return;
      if (why === undefined) continue;
      this.#task.onTrouble(why);
      await this.#pause(this.#pauseMs);
      this.#pauseMs = Math.min(longestPauseMs, 2 * this.#pauseMs);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#abort.abort();
    this.#wake();
  }

  /** Reads one stream to its end; says why it ended. */
  async #stream(): Promise<string | undefined> {
    const address = await this.#address();
    if (!address.ok) return address.why;
    const { environment } = this.#task;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    let cancel = environment.setTimer(silenceMs, () => this.#abort.abort());
    let taken = 0;
    try {
      const headers = { ...this.#headers('text/event-stream'), ...this.#lastEventId() };
      const response = await environment.fetch(address.url, { headers, signal, redirect: 'error', cache: 'no-store' });
      if (!response.ok) return `${address.url} answered ${response.status}`;
      if (!/^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '')) return this.#startPolling();
      for await (const { name, data } of eventsIn(response.body ?? noBytes(), maxLength)) {
        cancel();
        cancel = environment.setTimer(silenceMs, () => this.#abort.abort());
        if (name !== 'revocations') continue;
        const fault = await this.#take(data);
        if (fault !== undefined) return fault;
        taken += 1;
      }
      return 'the stream ended';
    } catch (fault) {
      return signal.aborted ? 'the stream fell silent' : `the stream broke: ${wordsOf(fault)}`;
    } finally {
      cancel();
      this.#abort.abort();
      this.#noteStream(taken);
    }
  }

  /** A proxy that keeps streams back lets answers through. */
  #noteStream(taken: number): void {
    this.#silentStreams = taken > 0 ? 0 : this.#silentStreams + 1;
    if (taken > 0) this.#pollForMs = pollForMs;
    const hasPolled = this.#pollForMs > pollForMs;
    if (this.#way === 'stream' && this.#silentStreams >= (hasPolled ? 1 : patience)) this.#startPolling();
  }

  #startPolling(): undefined {
    this.#way = 'poll';
    this.#silentStreams = 0;
    this.#pollUntilMs = this.#task.environment.monotonicMs() + this.#pollForMs;
    this.#pollForMs = Math.min(longestPollForMs, 2 * this.#pollForMs);
    return undefined;
  }

  /** Asks once, and waits until it is time for the next question; says what went wrong. */
  async #poll(): Promise<string | undefined> {
    const { environment, timeoutMs, lastId } = this.#task;
    if (environment.monotonicMs() >= this.#pollUntilMs) this.#way = 'stream';
    const address = await this.#address();
    if (!address.ok) return address.why;
    const url = new URL(address.url);
    const since = lastId();
    if (since !== undefined) url.searchParams.set('since', since);
    const init = { headers: this.#headers('application/json'), cache: 'no-store' as const };
    const fetched = await fetchJson(environment, url.href, init, { timeoutMs, maxBytes: maxLength });
    if (!fetched.ok) return fetched.why;
    const { batch } = fetched.value;
    if (typeof batch !== 'string') return `${address.url} answered without a batch`;
    const fault = await this.#take(batch);
    if (fault !== undefined) return fault;
    await this.#pause(pollEveryMs);
    return undefined;
  }

  async #take(jws: string): Promise<string | undefined> {
    const fault = await this.#task.take(jws);
    if (fault === undefined) this.#pauseMs = firstPauseMs;
    return fault;
  }

  async #address(): Promise<{ ok: true; url: string } | { ok: false; why: string }> {
    const about = await this.#task.metadata();
    if (!about.ok) return about;
    const { issuer, revocationFeedEndpoint: url } = about.value;
    return url === undefined ? { ok: false, why: `${issuer} has no feed of revocations` } : { ok: true, url };
  }

  #headers(accept: string): Record<string, string> {
    return { Accept: accept, Authorization: basicHeader(this.#task.credentials) };
  }

  #lastEventId(): Record<string, string> {
    const id = this.#task.lastId();
    return id === undefined ? {} : { 'Last-Event-ID': id };
  }

  /** Waits about so long: instances of an API do not come at the same time. */
  #pause(ms: number): Promise<void> {
    const { environment } = this.#task;
    return new Promise((resolve) => {
      const cancel = environment.setTimer(ms * (0.75 + environment.draw() / 2), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

async function* noBytes(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {}

function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : 'unknown';
}
