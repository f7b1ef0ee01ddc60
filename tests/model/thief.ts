import { meanExchangeMs, type Habits, type HonestDevice } from './device.ts';
import type { Random } from './random.ts';
import { otherClient, type HeldToken, type ModelServer, type Presenting, type Reply } from './server.ts';
import type { Timeline } from './timeline.ts';

/** What a thief does with a copy of a stored token. */
export type Strategy =
  /** Uses it once, at once, and goes away. */
  | 'once'
  /** The same, and comes back a day later. */
  | 'twice'
  /** Uses it whenever the victim is expected to: both hold the same token for as long as nobody notices. */
  | 'shadow'
  /** Renews every minute, so as to be ahead of the victim. */
  | 'ahead'
  /** Keeps the copy and presents it weeks later. */
  | 'weeks_later'
  /** Presents it as another client. */
  | 'other_client'
  /** Sends a salvo at the very moment of the victim's next renewal, and goes on an hour later. */
  | 'race';

export interface Scene {
  server: ModelServer;
  timeline: Timeline;
  random: Random;
  victim: HonestDevice;
  habits: Habits;
  /** How long before or after the victim the thief may come and be answered alike, in ms: the retry windows. */
  windows: { beforeMs: number; afterMs: number };
}

/** Holds a stolen copy. It knows the habits of the victim, and when the stolen token was issued. */
export class Thief {
  token: HeldToken;
  /** When the server first answered it with a token. */
  firstUseMs: number | undefined;
  readonly replies: Reply[] = [];
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
    this.token = scene.victim.token;
  }

  act(strategy: Strategy): void {
    const { timeline, random, habits, victim } = this.#scene;
    switch (strategy) {
      case 'once':
        this.#present();
        return;
      case 'twice':
        this.#present();
        timeline.after(86_400_000, () => this.#present());
        return;
      case 'ahead':
        this.#keepRenewing(60_000);
        return;
      case 'weeks_later':
        timeline.after(random.between(14, 28) * 86_400_000, () => this.#present());
        return;
      case 'other_client':
        this.#present({ clientId: otherClient });
        return;
      case 'race':
        this.#raceAt(victim.arrivedAtMs ?? timeline.nowMs);
        return;
      case 'shadow': {
        const issuedMs = victim.arrivedAtMs ?? timeline.nowMs;
        this.#shadow(nextRenewal({ fromMs: issuedMs, toMs: issuedMs }, habits));
        return;
      }
    }
  }

  #present(how: Presenting = {}): boolean {
    const { server, timeline } = this.#scene;
    const reply = server.present(this.token, how, timeline.nowMs);
    this.replies.push(reply);
    if (reply.kind !== 'token') return false;
    this.token = reply.token;
    this.firstUseMs ??= timeline.nowMs;
    return true;
  }

  #keepRenewing(everyMs: number): void {
    if (this.#present()) this.#scene.timeline.after(everyMs, () => this.#keepRenewing(everyMs));
  }

  /** Waits until the victim renews, and is there in the same instant with many copies. */
  #raceAt(lastSeenMs: number): void {
    const { timeline, victim } = this.#scene;
    if (victim.arrivedAtMs === undefined || victim.arrivedAtMs === lastSeenMs) {
      timeline.after(50, () => this.#raceAt(lastSeenMs));
      return;
    }
    const copy = this.token;
    for (let count = 0; count < 8; count += 1) {
      this.token = copy;
      if (!this.#present()) return;
    }
    timeline.after(3_600_000, () => this.#keepRenewing(3_600_000));
  }

  /** Comes where the victim is most likely within the windows, and reckons anew from what it learnt. */
  #shadow(expected: Span): void {
    const { timeline, windows, habits } = this.#scene;
    const middleMs = (expected.fromMs + expected.toMs) / 2;
    const aimMs = Math.max(timeline.nowMs, middleMs - (windows.afterMs - windows.beforeMs) / 2);
    timeline.after(aimMs - timeline.nowMs, () => {
      if (!this.#present()) return;
      const seen = {
        fromMs: Math.max(expected.fromMs, aimMs - windows.beforeMs),
        toMs: Math.min(expected.toMs, aimMs + windows.afterMs),
      };
      this.#shadow(nextRenewal(seen, habits));
    });
  }
}

interface Span {
  fromMs: number;
  toMs: number;
}

/** When the victim renews next, if it last did within `last`. */
function nextRenewal(last: Span, { accessSeconds, renewsAt }: Habits): Span {
  const [earliestMs, latestMs] = renewsAt.map((part) => part * accessSeconds * 1000 + meanExchangeMs);
  return { fromMs: last.fromMs + (earliestMs ?? 0), toMs: last.toMs + (latestMs ?? 0) };
}
