import { setTimeout as pause } from 'node:timers/promises';
import type { TransferTarget } from '@ostiary/storage';
import type { Promotion, PromotionState, SqlitePromotion } from '@ostiary/storage-sqlite';
import { Stop } from '../stop.ts';
import { Copy } from './copy.ts';
import { unfinished } from './stand-by.ts';

/** What has just been reached. From `promoted` on there is no way back. */
export type Step = 'requested' | 'ready' | 'copied' | 'switching' | 'fenced' | 'complete' | 'promoted' | 'finished';

export interface MoveParts {
  file: SqlitePromotion;
  target: TransferTarget;
  /** Names the file, unless an earlier attempt did. */
  source: string;
  /** The target for people. */
  place: string;
  /** The target for the server, sealed. */
  sealed: string;
  /** The next step waits for it. */
  reached(step: Step): void | Promise<void>;
  /** Called now and then while rows are copied. */
  copied(rows: number): void;
  /** Why the move is to be given up; absent while it is not. */
  whyStop(): string | undefined;
}

export interface Moved {
  rows: number;
  /** For how long the server held its requests; absent when no server took part. */
  heldMs?: number;
}

const serverAnswersWithinMs = 15_000;
const serverConfirmsWithinMs = 10_000;
const beatEveryMs = 1_000;
const lookEveryMs = 5;
const switchAttempts = 3;
const rounds = 20;
/** What is left for the time of the hold. */
const fewRows = 500;

/** The command's part in a move of a file. Throws `Stop` when it did not come about; then the file is as it was. */
export async function move(parts: MoveParts): Promise<Moved> {
  const course = new Course(parts);
  try {
    return await course.run();
  } catch (fault) {
    course.abort(fault instanceof Error ? fault.message : String(fault));
    throw fault;
  }
}

class Course {
  readonly #parts: MoveParts;
  readonly #copy: Copy;
  readonly #isAlone: boolean;
  #attempt = 0;
  #beatAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: MoveParts) {
    this.#parts = parts;
    this.#isAlone = parts.file.takeAlone();
    this.#copy = new Copy({
      source: parts.file.source,
      target: parts.target,
      afterBatch: (copied) => {
        this.#beat();
        parts.copied(copied);
      },
    });
  }

  async run(): Promise<Moved> {
    await this.#request();
    await this.#copy.takeAll();
    await this.#copy.checkCounts();
    await this.#parts.reached('copied');
    for (let attempt = 1; !(await this.#switch()); attempt += 1) {
      if (attempt === switchAttempts)
        throw new Stop(`the last changes could not be copied within the hold, ${switchAttempts} times over`);
    }
    await this.#parts.reached('promoted');
    return this.#finish();
  }

  /** Whether it was in time. After `promoted` it changes nothing. */
  abort(note: string): void {
    const { file } = this.#parts;
    file.move({ attempt: this.#attempt, from: unfinished, to: 'aborted', note, atMs: Date.now() });
  }

  async #request(): Promise<void> {
    const { file, target, place, sealed, reached } = this.#parts;
    const earlier = file.read();
    const source = earlier?.source ?? this.#parts.source;
    this.#attempt = (earlier?.attempt ?? 0) + 1;
    await target.mark.begin({ source, attempt: this.#attempt });
    const promotion = file.begin({ source, place, target: sealed, atMs: Date.now() });
    if (promotion?.attempt !== this.#attempt) throw new Stop('another promotion of the same file has begun');
    await reached('requested');
    if (this.#isAlone) return;
    await this.#until('ready', 'requested');
    await reached('ready');
  }

  /** Whether the target took over. False when the server went back to work on the file. */
  async #switch(): Promise<boolean> {
    const { reached, file } = this.#parts;
    for (let round = 0; round < rounds && (await this.#copy.takeChanges(false)) > fewRows;) round += 1;
    if (!(await this.#fence())) return false;
    await reached('fenced');
    await this.#copy.takeChanges(true);
    await reached('complete');
    return file.move({ attempt: this.#attempt, from: ['fenced'], to: 'promoted', atMs: Date.now() });
  }

  async #fence(): Promise<boolean> {
    const { reached } = this.#parts;
    this.#mine();
    if (this.#isAlone) return this.#advance('requested', 'fenced');
    if (!this.#advance('ready', 'switching')) return false;
    await reached('switching');
    return this.#until('fenced', 'switching');
  }

  async #finish(): Promise<Moved> {
    const { file, target, reached } = this.#parts;
    const rows = this.#copy.copied;
    await target.mark.finish(file.read()?.source ?? '');
    await reached('finished');
    for (const endMs = performance.now() + serverConfirmsWithinMs; !this.#isAlone && performance.now() < endMs;) {
      const heldMs = file.read()?.heldMs;
      if (heldMs !== undefined) return { rows, heldMs };
      await pause(lookEveryMs);
    }
    return { rows };
  }

  #advance(from: PromotionState, to: PromotionState): boolean {
    return this.#parts.file.move({ attempt: this.#attempt, from: [from], to, atMs: Date.now() });
  }

  /** Whether it came from one state to the next. False when the server went elsewhere; throws when nobody answers. */
  async #until(state: PromotionState, from: PromotionState): Promise<boolean> {
    for (const endMs = performance.now() + serverAnswersWithinMs; performance.now() < endMs; await pause(lookEveryMs)) {
      const seen = this.#mine();
      if (seen.state !== from) return seen.state === state;
      if (this.#beat() && this.#parts.file.takeAlone()) throw new Stop('the server ended; nobody has the file open');
    }
    throw new Stop(from === 'requested' ? noAnswer : 'the server that stood by does not answer any more');
  }

  /** Says once a second that the command lives, and looks whether it should. @returns whether it was time */
  #beat(): boolean {
    if (performance.now() - this.#beatAtMs < beatEveryMs) return false;
    this.#beatAtMs = performance.now();
    const why = this.#parts.whyStop();
    if (why !== undefined) throw new Stop(why);
    this.#mine();
    this.#parts.file.beat(this.#attempt);
    return true;
  }

  #mine(): Promotion {
    const seen = this.#parts.file.read();
    if (seen?.attempt !== this.#attempt) throw new Stop('another promotion of the same file has begun');
    if (seen.state === 'aborted') throw new Stop(seen.note ?? 'the server aborted the promotion');
    return seen;
  }
}

const noAnswer =
  'another program has the file open, and none of them stands by for a promotion: a server of this version answers within ' +
  'a second. Stop whatever else has the file open, or promote it with no server running.';
