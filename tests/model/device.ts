import type { Random } from './random.ts';
import type { HeldToken, ModelServer, Reply } from './server.ts';
import type { Timeline } from './timeline.ts';

/** How an honest client renews, and what befalls it. */
export interface Habits {
  accessSeconds: number;
  /** When it renews, in parts of the access token's lifetime: drawn evenly between the two. Equal = predictable. */
  renewsAt: readonly [number, number];
  /** Stores an `attempt` before it sends, and keeps it until the answer is stored. */
  sendsAttempts: boolean;
  /** Part of all exchanges in which something is lost: the request or the answer, equally often. */
  lossRate: number;
  /** Part of the losses that hang until the time-out instead of failing at once. */
  hangShare: number;
  /** Part of the hanging requests that arrive after all, some time before the time-out. */
  lateShare: number;
  /** Part of the renewals in the middle of which the device falls asleep: the answer is lost, the client comes back later. */
  sleepRate: number;
  /** Part of the renewals that a second tab begins as well. */
  raceRate: number;
}

const timeoutMs = 30_000;
/** One way of an undisturbed exchange. */
const latencyMs = { least: 10, most: 200 };
/** From one arrival at the server to the next, besides the time that the client waits. */
export const meanExchangeMs = latencyMs.least + latencyMs.most;
const longestSleepMs = 5 * 86_400_000;

export const calm = { lossRate: 0, hangShare: 0, lateShare: 0, sleepRate: 0, raceRate: 0 };

interface World {
  server: ModelServer;
  timeline: Timeline;
  random: Random;
}

/** What reaches whom of one exchange. */
interface Fate {
  /** When the request arrives at the server; undefined = never. */
  arrivesMs?: number;
  /** Whether the answer reaches the client; else the client learns of a failure at `failsMs`. */
  isAnswered: boolean;
  failsMs: number;
}

type Disturbance = 'none' | 'loss' | 'sleep' | 'race';

/** An honest client on one device: one stored token, shared by its tabs. */
export class HonestDevice {
  /** The newest token it stored, as a thief would find it. */
  token: HeldToken;
  /** When a token of this device last arrived at the server. */
  arrivedAtMs: number | undefined;
  readonly #world: World;
  readonly #habits: Habits;
  readonly #onSignedOut: (reply: Reply) => void;
  #attempt: string | undefined;
  #attempts = 0;
  #isOver = false;

  constructor(world: World, habits: Habits, name: string, onSignedOut: (reply: Reply) => void) {
    this.#world = world;
    this.#habits = habits;
    this.#onSignedOut = onSignedOut;
    this.token = world.server.birth(name, world.timeline.nowMs);
  }

  /** Renews for ever, one planned act after the other. */
  start(): void {
    this.#planRenewal(() => this.#renew(this.#disturbance(this.#disturbedRate())));
  }

  /** The same without playing the undisturbed renewals one by one: they all do the same. */
  startSkippingQuietOnes(): void {
    const { server, timeline, random } = this.#world;
    const rate = this.#disturbedRate();
    const count = random.quietCount(rate);
    const meanMs = (1000 * this.#habits.accessSeconds * (this.#habits.renewsAt[0] + this.#habits.renewsAt[1])) / 2;
    timeline.after(count * meanMs, () => {
      if (this.#isOver) return;
      this.token = server.renewQuietly(this.token, count, this.#habits.sendsAttempts, timeline.nowMs);
      this.#planRenewal(
        () => this.#renew(this.#disturbance(1)),
        () => this.startSkippingQuietOnes(),
      );
    });
  }

  #next: () => void = () => this.start();

  #planRenewal(renew: () => void, next: () => void = () => this.start()): void {
    const { timeline, random } = this.#world;
    const [earliest, latest] = this.#habits.renewsAt;
    this.#next = next;
    timeline.after(this.#habits.accessSeconds * 1000 * random.between(earliest, latest), renew);
  }

  #disturbedRate(): number {
    const { lossRate, sleepRate, raceRate } = this.#habits;
    return lossRate + sleepRate + raceRate;
  }

  /** Whether something befalls a renewal, with this probability, and what. */
  #disturbance(probability: number): Disturbance {
    const { random } = this.#world;
    if (!random.chance(probability)) return 'none';
    const { lossRate, sleepRate } = this.#habits;
    const drawn = random.between(0, this.#disturbedRate());
    return drawn < lossRate ? 'loss' : drawn < lossRate + sleepRate ? 'sleep' : 'race';
  }

  #renew(disturbance: Disturbance): void {
    if (this.#isOver) return;
    const { timeline, random } = this.#world;
    if (disturbance === 'race') timeline.after(random.between(0, 3000), () => this.#send('second tab'));
    this.#send('first tab', disturbance);
  }

  /** The stored token is read in the moment in which it is sent. */
  #send(tab: 'first tab' | 'second tab', disturbance?: Disturbance): void {
    if (this.#isOver) return;
    const { server, timeline } = this.#world;
    const sent = this.token;
    const attempt = this.#habits.sendsAttempts ? (this.#attempt ??= this.#newAttempt()) : undefined;
    const fate = this.#fate(disturbance);
    let reply: Reply | undefined;
    if (fate.arrivesMs !== undefined) {
      timeline.after(fate.arrivesMs, () => {
        this.arrivedAtMs = timeline.nowMs;
        reply = server.present(sent, { attempt }, timeline.nowMs);
      });
    }
    timeline.after(fate.failsMs, () => {
      if (this.#isOver) return;
      if (fate.isAnswered && reply !== undefined) this.#receive(tab, sent, reply);
      else this.#tryAgain(tab, sent);
    });
  }

  #newAttempt(): string {
    this.#attempts += 1;
    return `attempt ${this.#attempts} of ${this.token.familyId}`;
  }

  /** What befalls one exchange: as was drawn for the renewal, or, for a repeat, drawn now. */
  #fate(disturbance: Disturbance | undefined): Fate {
    const { random } = this.#world;
    const { lossRate, hangShare, lateShare } = this.#habits;
    const arrivesMs = random.between(latencyMs.least, latencyMs.most);
    if (disturbance === 'sleep')
      return { arrivesMs, isAnswered: false, failsMs: random.between(timeoutMs, longestSleepMs) };
    const isLost = disturbance === 'loss' || (disturbance === undefined && random.chance(lossRate));
    if (!isLost)
      return { arrivesMs, isAnswered: true, failsMs: arrivesMs + random.between(latencyMs.least, latencyMs.most) };
    const isHanging = random.chance(hangShare);
    const failsMs = isHanging ? timeoutMs : random.between(200, 2000);
    if (random.chance(0.5)) return { arrivesMs, isAnswered: false, failsMs };
    const isLate = isHanging && random.chance(lateShare);
    return { ...(isLate && { arrivesMs: random.between(arrivesMs, timeoutMs) }), isAnswered: false, failsMs };
  }

  #receive(tab: 'first tab' | 'second tab', sent: HeldToken, reply: Reply): void {
    // A late answer must not overwrite what a faster tab has stored since.
    const isStale = this.#habits.sendsAttempts && this.token !== sent;
    if (reply.kind === 'token') {
      if (!isStale) {
        this.token = reply.token;
        this.#attempt = undefined;
      }
      if (tab === 'first tab') this.#next();
    } else if (reply.kind === 'try_later' || isStale) this.#tryAgain(tab, sent);
    else {
      this.#isOver = true;
      this.#onSignedOut(reply);
    }
  }

  #tryAgain(tab: 'first tab' | 'second tab', sent: HeldToken): void {
    const { timeline, random } = this.#world;
    timeline.after(random.between(500, 2000), () => {
      if (this.token === sent) this.#send(tab);
      else if (tab === 'first tab') this.#next();
    });
  }
}
