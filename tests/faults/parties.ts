import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Recorder } from './recorder.ts';
import type { Outcome } from './record.ts';

/** What a client keeps of its session, where all its tabs see it. */
export interface Store {
  family: string;
  token: string;
  /** Written before the request is sent, removed when the answer is stored. */
  attempt?: string;
  isOver: boolean;
}

export interface Habits {
  /** Sends attempts; without them a client must repeat within the retry window. */
  attempts: boolean;
  /** Tabs that present the token at the same moment, as one attempt. */
  tabs: number;
}

/** Repeats of a client without attempts, counted from the first time a token was sent; the window is 60 s. */
const plainRetryWithinMs = 55_000;
const betweenTriesMs = 20;

/** A client as the SDKs are: stores before it sends, repeats what got no answer, at the next node, and only `invalid_grant` ends it. */
export class Client {
  readonly store: Store;
  readonly habits: Habits;
  readonly #recorder: Recorder;
  readonly #random: () => number;
  #node: number;

  constructor(store: Store, habits: Habits, { recorder, random }: { recorder: Recorder; random: () => number }) {
    this.store = store;
    this.habits = habits;
    this.#recorder = recorder;
    this.#random = random;
    this.#node = Math.floor(random() * recorder.nodes);
  }

  /** One renewal. Resolves when every tab knows how it ended, or when `isStopping` says that nobody waits for it. */
  async renew(isStopping: () => boolean = () => false): Promise<void> {
    if (this.store.isOver) return;
    if (this.habits.attempts) this.store.attempt ??= randomBytes(18).toString('base64url');
    const sentMs = performance.now();
    await Promise.all(Array.from({ length: this.habits.tabs }, () => this.#tab(sentMs, isStopping)));
  }

  async #tab(sentMs: number, isStopping: () => boolean): Promise<void> {
    const { token, attempt } = this.store;
    for (let tries = 0; !isStopping(); tries += 1) {
      if (!this.habits.attempts && performance.now() - sentMs > plainRetryWithinMs) this.#excuse();
      const outcome = await this.#recorder.refresh({ ...this.#asking(), presented: token, attempt });
      if (this.#settles(token, outcome)) return;
      this.#node = (this.#node + 1) % this.#recorder.nodes;
      await pause(betweenTriesMs * (1 + this.#random() + Math.min(tries, 8)));
    }
  }

  /** Takes what the answer says into the store; whether it said anything. */
  #settles(presented: string, outcome: Outcome): boolean {
    switch (outcome.kind) {
      case 'successor':
        if (this.store.token === presented) {
          this.store.token = outcome.token;
          delete this.store.attempt;
        }
        return true;
      case 'refused':
      case 'wrong':
        // Another tab may have gone on; only what the store still holds is over.
        if (this.store.token === presented) this.store.isOver = true;
        return true;
      case 'done':
      case 'unknown':
        return false;
    }
  }

  /** Signs out of the app: takes the family back, and repeats until that is acknowledged. */
  async revoke(): Promise<void> {
    for (;;) {
      const outcome = await this.#recorder.revoke({ ...this.#asking(), presented: this.store.token });
      this.store.isOver = true;
      if (outcome.kind !== 'unknown') return;
      this.#node = (this.#node + 1) % this.#recorder.nodes;
      await pause(betweenTriesMs);
    }
  }

  #asking(): { family: string; actor: 'client'; node: number } {
    return { family: this.store.family, actor: 'client', node: this.#node };
  }

  #excuse(): void {
    this.#recorder.excused.add(this.store.family);
  }
}

/** Somebody who copied a refresh token, and presents it later, once its holder has gone on. */
export class Thief {
  readonly #recorder: Recorder;
  readonly #loot: { family: string; token: string };

  constructor(recorder: Recorder, victim: Store) {
    this.#recorder = recorder;
    this.#loot = { family: victim.family, token: victim.token };
  }

  /** Presents the copy until a node says something; follows the line as far as it is let. */
  async use(node: number, moves = 1): Promise<Outcome> {
    let presented = this.#loot.token;
    for (let tries = 0; ; tries += 1) {
      const at = (node + tries) % this.#recorder.nodes;
      const outcome = await this.#recorder.refresh({ family: this.#loot.family, actor: 'thief', node: at, presented });
      if (outcome.kind === 'unknown') {
        await pause(betweenTriesMs);
        continue;
      }
      moves -= 1;
      if (outcome.kind !== 'successor' || moves === 0) return outcome;
      presented = outcome.token;
    }
  }
}
