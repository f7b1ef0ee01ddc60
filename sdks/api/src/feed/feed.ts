import type { ApiCredentials } from '../basic.ts';
import type { Environment } from '../environment.ts';
import type { AccessTokenClaims } from '../jwt/claims.ts';
import type { RevocationKind } from './batch.ts';
import { FeedFollower, type FeedWay } from './follower.ts';
import type { Position } from './position.ts';
import { verifyBatch, type BatchRefusal, type BatchSource } from './reader.ts';
import { Revoked } from './revoked.ts';

export interface FeedSettings {
  credentials: ApiCredentials;
  /** Without a good batch for so long, nothing is known. */
  maxStaleMs: number;
  timeoutMs: number;
  /** Entries outlive their tokens by so much, as tokens are taken that much longer. */
  toleranceSeconds: number;
  /** Told each time it becomes stale. */
  onStale?: ((state: FeedState) => void) | undefined;
}

/** How the feed is, for operators. */
export interface FeedState {
  /** `loading` before the first full batch. */
  kind: 'loading' | 'fresh' | 'stale';
  way: FeedWay;
  /** Id of the feed that is followed and the last batch of it. */
  feed: string | undefined;
  seq: number | undefined;
  /** Since the last good batch. */
  ageSeconds: number | undefined;
  /** What is known as ended, by kind. */
  entries: Record<RevocationKind, number>;
  /** Entries of kinds that this version does not know. */
  unknownEntries: number;
  batches: number;
  refusedBatches: Partial<Record<BatchRefusal, number>>;
  /** How often the connection was lost or not made, and why it was the last time. */
  lostConnections: number;
  trouble: string | undefined;
}

/** More than this is no feed that this process can hold. */
const maxEntries = 1_000_000;
const forgetEveryMs = 60_000;

/** What was revoked, as the issuer tells it: kept in memory, followed in the background. */
export class RevocationFeed {
  readonly #environment: Environment;
  readonly #source: BatchSource;
  readonly #settings: FeedSettings;
  readonly #revoked = new Revoked();
  readonly #follower: FeedFollower;
  /** Of the feed that is followed; none after a batch that was refused. */
  #position: Position | undefined;
  #newestIat = 0;
  #goodAtMs: number | undefined;
  #forgotAtMs = -Infinity;
  #counts = { unknownEntries: 0, batches: 0, lostConnections: 0 };
  readonly #refused = new Map<BatchRefusal, number>();
  #trouble: string | undefined;
  #cancelStale = () => {};
  readonly #loaded = Promise.withResolvers<void>();

  constructor(environment: Environment, source: BatchSource, settings: FeedSettings) {
    this.#environment = environment;
    this.#source = source;
    this.#settings = settings;
    this.#follower = new FeedFollower({
      environment,
      credentials: settings.credentials,
      metadata: source.metadata,
      timeoutMs: settings.timeoutMs,
      lastId: () => this.#position && `${this.#position.feed}:${this.#position.seq}`,
      take: (jws) => this.#take(jws),
      onTrouble: (why) => {
        this.#trouble = why;
        this.#counts.lostConnections += 1;
      },
    });
  }

  start(): void {
    this.#watchAge();
    void this.#follower.run();
  }

  /** Whether what is known is what holds now. */
  isFresh(): boolean {
    return (
      this.#goodAtMs !== undefined && this.#environment.monotonicMs() - this.#goodAtMs <= this.#settings.maxStaleMs
    );
  }

  get isLoaded(): boolean {
    return this.#goodAtMs !== undefined;
  }

  /** When the first full batch is there. */
  loaded(): Promise<void> {
    return this.#loaded.promise;
  }

  /** The same, or so many milliseconds later. */
  loadedWithin(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#environment.setTimer(ms, resolve);
      void this.#loaded.promise.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** What the token stands on that has ended. */
  kindFor(claims: AccessTokenClaims): RevocationKind | undefined {
    return this.#revoked.kindFor(claims);
  }

  state(): FeedState {
    const goodAtMs = this.#goodAtMs;
    return {
      kind: goodAtMs === undefined ? 'loading' : this.isFresh() ? 'fresh' : 'stale',
      way: this.#follower.way,
      feed: this.#position?.feed,
      seq: this.#position?.seq,
      ageSeconds: goodAtMs === undefined ? undefined : (this.#environment.monotonicMs() - goodAtMs) / 1000,
      entries: this.#revoked.counts(),
      refusedBatches: Object.fromEntries(this.#refused),
      trouble: this.#trouble,
      ...this.#counts,
    };
  }

  close(): void {
    this.#follower.close();
    this.#cancelStale();
  }

  async #take(jws: string): Promise<string | undefined> {
    const progress = { position: this.#position, newestIat: this.#newestIat };
    const result = await verifyBatch(jws, this.#source, progress, this.#environment.now());
    const refusal = result.ok ? this.#tooMany(result.batch.entries.length) : result.why;
    if (!result.ok || refusal !== undefined) return this.#refuse(refusal ?? 'malformed');
    const { batch } = result;
    this.#revoked.take(batch);
    this.#position = { feed: batch.feed, seq: batch.seq };
    this.#newestIat = Math.max(this.#newestIat, batch.iat);
    this.#counts.batches += 1;
    this.#counts.unknownEntries += batch.unknown;
    this.#isGood();
    return undefined;
  }

  #refuse(why: BatchRefusal): string {
    this.#refused.set(why, (this.#refused.get(why) ?? 0) + 1);
    this.#position = undefined;
    return `a batch was refused: ${why}`;
  }

  #tooMany(more: number): BatchRefusal | undefined {
    return this.#revoked.size + more > maxEntries ? 'too_many' : undefined;
  }

  #isGood(): void {
    const nowMs = this.#environment.monotonicMs();
    this.#goodAtMs = nowMs;
    this.#trouble = undefined;
    this.#loaded.resolve();
    this.#watchAge();
    if (nowMs - this.#forgotAtMs < forgetEveryMs) return;
    this.#forgotAtMs = nowMs;
    this.#revoked.forgetOver(this.#environment.now() / 1000 - this.#settings.toleranceSeconds);
  }

  #watchAge(): void {
    const { maxStaleMs, onStale } = this.#settings;
    this.#cancelStale();
    this.#cancelStale = this.#environment.setTimer(maxStaleMs + 1, () => onStale?.(this.state()));
  }
}
