import { latenessSeconds } from '@ostiary/protocol';
import { StorageUnavailable } from '@ostiary/storage';
import type { RevocationBatch, RevocationEntry } from '@ostiary/wire';
import type { Clock, Log, Meter, Timer } from '../ports.ts';
import { LiveEntries } from './live-entries.ts';
import { RecentBatches, type SentBatch } from './recent-batches.ts';

/** What the feed needs of its house. */
export interface FeedSource {
  issuer: string;
  /** Random, for this run of this node. */
  id: string;
  clock: Clock;
  timer: Timer;
  log: Log;
  meter: Meter;
  /** Entries of what was noted as ended at that time or later, at most so many. */
  read(sinceMs: number, limit: number): Promise<RevocationEntry[]>;
  /** How long ago something may have ended that still matters, in milliseconds. */
  horizonMs(): number;
  sign(payload: RevocationBatch): Promise<string>;
}

/** Whoever follows the feed. Calls must not throw. */
export interface Follower {
  /** Whose stream it is: they may have a number of them. */
  name: string;
  send(batch: SentBatch): void;
  /** Nothing more comes. */
  end(): void;
}

/** How to leave, or why there is no room: too many followers of that name, or too many at all. */
export type Following = { ok: true; leave(): void } | { ok: false; reason: 'name_full' | 'full' | 'closed' };

export interface FeedRoom {
  followers: number;
  followersOfName: number;
  entries: number;
}

const readEveryMs = 250;
const nudgedWithinMs = 100;
const heartbeatEveryMs = 4_000;
/** Each reading begins so much before the last one: what was noted then may have been committed since. */
const overlapMs = 2 * latenessSeconds * 1000;
/** What was committed later still is found by reading everything again. */
const readAllEveryMs = 30_000;
/** So long a batch may be sent again, and everything as one batch may be given to others: what is old is refused by readers. */
const rememberedSeconds = 30;
const sharedSeconds = 2;
const defaultRoom: FeedRoom = { followers: 1024, followersOfName: 256, entries: 200_000 };

/**
 * What ended, told to whoever follows. The store is read only while somebody does, four times a second, and soon after a commit
 * of this node. A batch is signed once, whoever gets it. When the store cannot be read, nothing is sent: a follower notices the
 * silence.
 */
export class RevocationFeed {
  readonly #source: FeedSource;
  readonly #room: FeedRoom;
  readonly #entries = new LiveEntries();
  readonly #recent: RecentBatches;
  readonly #followers = new Set<Follower>();
  #seq = 0;
  #snapshot: SentBatch | undefined;
  /** By the clock that endings are noted by. */
  #lastReadMs: number | undefined;
  /** By the timer: when everything was read last, when anything was, when a batch was made. */
  #readAllAtMs = -Infinity;
  #readAtMs = -Infinity;
  #sentAtMs = -Infinity;
  #working: Promise<unknown> = Promise.resolve();
  #isWaiting = false;
  #isNudged = false;
  /** Something was committed here since the last reading began. */
  #isBehind = false;
  #isUnreadable = false;
  #isClosed = false;

  constructor(source: FeedSource, room: FeedRoom = defaultRoom) {
    this.#source = source;
    this.#room = room;
    this.#recent = new RecentBatches(source.id);
  }

  get followers(): number {
    return this.#followers.size;
  }

  /**
   * Sends `follower` everything, or what came after `lastId` where that is remembered, and then what comes. Rejects with
   * `StorageUnavailable` when what ended cannot be read now.
   */
  follow(follower: Follower, lastId: string | undefined): Promise<Following> {
    return this.#next(async () => {
      if (!this.#isFresh()) await this.#read();
      const first = this.#missedSince(lastId) ?? [await this.#everything()];
      const lack = this.#lackFor(follower);
      if (lack !== undefined) return { ok: false, reason: lack };
      for (const batch of first) follower.send(batch);
      this.#followers.add(follower);
      this.#schedule();
      return { ok: true, leave: () => void this.#followers.delete(follower) };
    });
  }

  /**
   * The batch after the one with this id, made now if there is none; everything when there are several or that one is not known.
   * Rejects with `StorageUnavailable`.
   */
  poll(lastId: string | undefined): Promise<SentBatch> {
    return this.#next(async () => {
      if (!this.#isFresh()) await this.#read();
      if (this.#missedSince(lastId)?.length === 0) await this.#publish([]);
      const [batch, ...more] = this.#missedSince(lastId) ?? [];
      return batch === undefined || more.length > 0 ? this.#everything() : batch;
    });
  }

  /** Something was committed here that may have ended something. */
  nudge(): void {
    this.#isBehind = true;
    if (this.#isNudged || this.#followers.size === 0) return;
    this.#isNudged = true;
    this.#source.timer.after(nudgedWithinMs, () => {
      this.#isNudged = false;
      void this.#next(() => this.#readAndTell());
    });
  }

  /** Sends away all of those names. */
  endThose(isToGo: (name: string) => boolean): void {
    for (const follower of [...this.#followers].filter(({ name }) => isToGo(name))) {
      this.#followers.delete(follower);
      follower.end();
    }
  }

  /** From now on nobody is told anything. */
  close(): void {
    this.#isClosed = true;
    this.endThose(() => true);
  }

  #lackFor({ name }: Follower): 'name_full' | 'full' | 'closed' | undefined {
    if (this.#isClosed) return 'closed';
    if (this.#followers.size >= this.#room.followers) return 'full';
    const ofName = [...this.#followers].filter((each) => each.name === name).length;
    return ofName >= this.#room.followersOfName ? 'name_full' : undefined;
  }

  #schedule(): void {
    if (this.#isWaiting || this.#followers.size === 0) return;
    this.#isWaiting = true;
    this.#source.timer.after(readEveryMs, () => {
      void this.#next(() => this.#readAndTell()).then(() => {
        this.#isWaiting = false;
        this.#schedule();
      });
    });
  }

  /** One thing after another, so that batches keep their order. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#working.then(work);
    this.#working = done.catch(() => undefined);
    return done;
  }

  async #readAndTell(): Promise<void> {
    if (this.#followers.size === 0) return;
    try {
      await this.#read();
      if (this.#source.timer.nowMs() - this.#sentAtMs >= heartbeatEveryMs) await this.#publish([]);
    } catch (fault) {
      const error = fault instanceof Error ? fault.name : typeof fault;
      if (!this.#isUnreadable) this.#source.log.error('revocations_unreadable', { error });
      this.#isUnreadable = true;
    }
  }

  #missedSince(lastId: string | undefined): SentBatch[] | undefined {
    const since = this.#source.clock.now() / 1000 - rememberedSeconds;
    return lastId === undefined ? undefined : this.#recent.after(lastId, this.#seq, since);
  }

  /** What was read a moment ago is good enough for whoever comes now. */
  #isFresh(): boolean {
    return !this.#isBehind && this.#source.timer.nowMs() - this.#readAtMs < readEveryMs;
  }

  async #read(): Promise<void> {
    const { clock, timer, horizonMs, read } = this.#source;
    const [nowMs, atMs] = [clock.now(), timer.nowMs()];
    const isWhole = this.#lastReadMs === undefined || atMs - this.#readAllAtMs >= readAllEveryMs;
    const sinceMs = isWhole ? nowMs - horizonMs() : Math.min(nowMs, this.#lastReadMs ?? nowMs) - overlapMs;
    this.#isBehind = false;
    const entries = await read(sinceMs, this.#room.entries + 1);
    if (isWhole) this.#entries.forgetOver(nowMs / 1000);
    const news = this.#taken(entries, nowMs / 1000);
    this.#lastReadMs = nowMs;
    this.#readAtMs = atMs;
    if (isWhole) this.#readAllAtMs = atMs;
    if (this.#isUnreadable) this.#source.log.info('revocations_readable');
    this.#isUnreadable = false;
    if (news.length > 0 || this.#seq === 0) await this.#publish(news);
  }

  /** More than this node may hold is as good as nothing: nobody may believe that they know it all. */
  #taken(entries: RevocationEntry[], nowSeconds: number): RevocationEntry[] {
    const isTooMuch = entries.length > this.#room.entries;
    const news = isTooMuch ? [] : this.#entries.take(entries, nowSeconds);
    if (!isTooMuch && this.#entries.size <= this.#room.entries) return news;
    throw new StorageUnavailable('more ended than the feed of revocations may hold');
  }

  async #publish(news: RevocationEntry[]): Promise<void> {
    const seq = this.#seq + 1;
    const batch = await this.#signed(seq, news, { full: seq === 1 });
    this.#seq = seq;
    this.#sentAtMs = this.#source.timer.nowMs();
    if (seq === 1) this.#snapshot = batch;
    this.#recent.add(batch);
    this.#source.meter.published(news.length);
    for (const follower of this.#followers) follower.send(batch);
  }

  /** All that counts, as one batch in place of all before it. */
  async #everything(): Promise<SentBatch> {
    const ageSeconds = this.#source.clock.now() / 1000 - (this.#snapshot?.iat ?? 0);
    if (this.#snapshot?.seq === this.#seq && ageSeconds >= 0 && ageSeconds < sharedSeconds) return this.#snapshot;
    this.#snapshot = await this.#signed(this.#seq, this.#entries.all(), { full: true });
    return this.#snapshot;
  }

  async #signed(seq: number, entries: RevocationEntry[], { full }: { full: boolean }): Promise<SentBatch> {
    const { issuer, id: feed, clock, sign } = this.#source;
    const iat = Math.floor(clock.now() / 1000);
    const batch = await sign({ iss: issuer, iat, feed, seq, full, entries });
    return { id: `${feed}:${seq}`, seq, iat, batch };
  }
}
