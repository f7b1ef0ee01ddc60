import type { Log } from '@ostiary/service';
import type { Store } from '@ostiary/storage';
import type { Promotion, PromotionState, SqlitePromotion } from '@ostiary/storage-sqlite';
import { messageOf } from '../stop.ts';
import { nextAct } from './next-act.ts';
import type { Act } from './next-act.ts';
import type { SwitchableStore } from './switchable-store.ts';

export interface StandByParts {
  /** A connection of its own to the file; closed by `stop`. */
  file: SqlitePromotion;
  switchable: SwitchableStore;
  target: TargetOpener;
  log: Log;
  /** Milliseconds that never go back. */
  monotonicMs(): number;
}

/** How the server reaches the database that takes over. */
export interface TargetOpener {
  /** Throws, with words for the operator, when no server could work on it. */
  open(sealed: string): Promise<Store>;
  /** Notes in it that it is in charge. */
  finish(sealed: string, source: string): Promise<void>;
}

/** States that may still be given up. */
export const unfinished: readonly PromotionState[] = ['requested', 'ready', 'switching', 'fenced'];

const idlePauseMs = 500;
const readyPauseMs = 25;
const holdingPauseMs = 5;
const refuseAfterMs = 2_000;

/** The server's part in a move of its file: looks at the file now and then, and does what `nextAct` says. */
export class StandBy {
  readonly #parts: StandByParts;
  #seenVersion = -1;
  #attempt: number | undefined;
  #target: Store | undefined;
  #heldSinceMs: number | undefined;
  #beat = { count: -1, atMs: 0 };
  #isDone = false;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();

  constructor(parts: StandByParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setTimeout(() => {
      this.#round = this.look()
        .catch((fault: unknown) => this.#parts.log.error('promotion_failed', { error: messageOf(fault) }))
        .finally(() => !this.#isDone && this.start());
    }, this.#pauseMs());
    this.#timer.unref();
  }

  /** Ends the part of this server: a move under way is aborted, unless the target is in charge already. */
  async stop(): Promise<void> {
    const wasDone = this.#isDone;
    this.#isDone = true;
    clearTimeout(this.#timer);
    await this.#round;
    const seen = wasDone || this.#attempt === undefined ? undefined : this.#parts.file.read();
    if (seen !== undefined && !this.#abort(seen, 'the server was told to stop')) await this.look();
    await this.#letGo();
    this.#parts.file.close();
  }

  /** One look at the file, and what follows from it. */
  async look(): Promise<void> {
    const { file } = this.#parts;
    const version = file.version();
    if (this.#attempt === undefined && version === this.#seenVersion) return;
    this.#seenVersion = version;
    const seen = file.read();
    if (seen !== undefined && seen.beat !== this.#beat.count)
      this.#beat = { count: seen.beat, atMs: this.#parts.monotonicMs() };
    const act = nextAct(
      {
        ...(this.#attempt !== undefined && { attempt: this.#attempt }),
        ...(this.#heldSinceMs !== undefined && { heldMs: this.#parts.monotonicMs() - this.#heldSinceMs }),
        silentMs: this.#parts.monotonicMs() - this.#beat.atMs,
      },
      seen,
    );
    await this.#carryOut(act, seen);
  }

  #pauseMs(): number {
    if (this.#heldSinceMs !== undefined) return holdingPauseMs;
    return this.#attempt === undefined ? idlePauseMs : readyPauseMs;
  }

  async #carryOut(act: Act, seen: Promotion | undefined): Promise<void> {
    if (act === 'let go') return this.#letGo();
    if (seen === undefined || act === 'none') return;
    switch (act) {
      case 'stand by':
        return this.#standBy(seen);
      case 'fence':
        return this.#fence(seen);
      case 'take over':
        return this.#takeOver(seen);
      case 'go back':
        return this.#goBack(seen);
      case 'give up':
        this.#abort(seen, 'the command was not heard of any more');
        return this.#letGo();
    }
  }

  async #standBy(seen: Promotion): Promise<void> {
    const { file, target, log } = this.#parts;
    try {
      this.#target = await target.open(seen.target);
    } catch (fault) {
      this.#abort(seen, `the server cannot work on that database: ${messageOf(fault)}`);
      return;
    }
    this.#attempt = seen.attempt;
    this.#beat.atMs = this.#parts.monotonicMs();
    log.info('promotion_ready', { place: seen.place });
    file.move({ attempt: seen.attempt, from: ['requested'], to: 'ready', atMs: Date.now() });
  }

  async #fence(seen: Promotion): Promise<void> {
    const { file, switchable } = this.#parts;
    this.#heldSinceMs = this.#parts.monotonicMs();
    await switchable.hold(refuseAfterMs);
    const isFenced = file.move({ attempt: seen.attempt, from: ['switching'], to: 'fenced', atMs: Date.now() });
    if (!isFenced) this.#release();
  }

  async #takeOver(seen: Promotion): Promise<void> {
    const { file, switchable, target, log } = this.#parts;
    const next = this.#target ?? (await target.open(seen.target));
    if (this.#heldSinceMs === undefined) {
      this.#heldSinceMs = this.#parts.monotonicMs();
      await switchable.hold(refuseAfterMs);
    }
    const before = switchable.switchTo(next);
    const heldMs = this.#release();
    this.#isDone = true;
    this.#attempt = undefined;
    this.#target = undefined;
    log.warn('promoted', { place: seen.place, heldMs: Math.round(heldMs) });
    file.setHeld(seen.attempt, heldMs);
    await before.close();
    await target.finish(seen.target, seen.source);
  }

  #goBack(seen: Promotion): void {
    const note = 'the hold would have lasted longer than two seconds';
    const { file, log } = this.#parts;
    const from = ['switching', 'fenced'] as const;
    const isBack = file.move({ attempt: seen.attempt, from, to: 'ready', note, atMs: Date.now() });
    if (!isBack && seen.state !== 'ready') return;
    log.warn('promotion_went_back', { heldMs: Math.round(this.#release()) });
  }

  #abort({ attempt }: Promotion, note: string): boolean {
    const { file, log } = this.#parts;
    const isAborted = file.move({ attempt, from: unfinished, to: 'aborted', note, atMs: Date.now() });
    if (isAborted) log.warn('promotion_aborted', { reason: note });
    return isAborted;
  }

  async #letGo(): Promise<void> {
    this.#release();
    this.#attempt = undefined;
    // What made it let go may be a new request: the next look reads it.
    this.#seenVersion = -1;
    const target = this.#target;
    this.#target = undefined;
    await target?.close();
  }

  /** @returns for how long calls were held */
  #release(): number {
    const heldMs = this.#heldSinceMs === undefined ? 0 : this.#parts.monotonicMs() - this.#heldSinceMs;
    this.#heldSinceMs = undefined;
    this.#parts.switchable.release();
    return heldMs;
  }
}
