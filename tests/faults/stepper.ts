import type pg from 'pg';
import type { Fate, Turn } from '../support/postgres-proxy.ts';

/** What became of one schedule. */
export interface Schedule {
  /** Which session went on at each step. */
  steps: number[];
  /** At each step: how many could have, and which of these it was. */
  choices: { options: number; taken: number }[];
}

interface Session {
  /** Turns that wait to be let go, in order. */
  held: { turn: Turn; release(): void }[];
  /** Turns that were let go and are not answered. */
  sent: Set<Turn>;
  isDone: boolean;
}

/**
 * What decides nothing: to begin is to do nothing yet, and settings, keys and interned texts are read once and kept.
 */
const isBeside = /^\s*(begin|set |select (kid|purpose|value from meta|key::text))/i;
const pass: Fate = { do: 'pass' };
const lookAgainMs = 1;

/**
 * Lets the sessions' turns to the database go one at a time, in an order that is decided from outside. A session that waits
 * for a lock of another one is passed over until it has it.
 */
export class Stepper {
  readonly #sessions: Session[];
  readonly #locks: pg.Client;
  #isOpen = true;
  /** The statements of the schedule under way, with their session. */
  readonly log: string[] = [];

  constructor(sessions: number, locks: pg.Client) {
    this.#sessions = Array.from({ length: sessions }, () => ({ held: [], sent: new Set(), isDone: true }));
    this.#locks = locks;
  }

  /** The fate of a session's turns, for its proxy. */
  fate(session: number): (turn: Turn) => Fate | Promise<Fate> {
    const own = this.#sessions[session]!;
    return (turn) => {
      if (this.#isOpen || isBeside.test(turn.sql)) return pass;
      return new Promise((resolve) => own.held.push({ turn, release: () => resolve(pass) }));
    };
  }

  /** To be told of a session's answers, by its proxy. */
  answered(session: number): (turn: Turn) => void {
    const own = this.#sessions[session]!;
    return (turn) => void own.sent.delete(turn);
  }

  /** Runs one operation per session; `prefix` says which of the possible sessions goes on, step by step, then the first. */
  async run(operations: readonly (() => Promise<unknown>)[], prefix: readonly number[]): Promise<Schedule> {
    this.#isOpen = false;
    this.log.length = 0;
    const schedule: Schedule = { steps: [], choices: [] };
    const running = operations.map(async (operation, index) => {
      const own = this.#sessions[index]!;
      Object.assign(own, { sent: new Set(), isDone: false });
      await operation().finally(() => Object.assign(own, { isDone: true }));
    });
    const outcome = Promise.all(running);
    outcome.catch(() => undefined);
    while (!this.#sessions.every(({ isDone }) => isDone)) {
      await this.#stillness();
      const ready = this.#sessions.flatMap(({ held, sent }, index) =>
        held.length > 0 && sent.size === 0 ? [index] : [],
      );
      if (ready.length === 0) continue;
      const taken = Math.min(prefix[schedule.steps.length] ?? 0, ready.length - 1);
      const session = ready[taken]!;
      schedule.steps.push(session);
      schedule.choices.push({ options: ready.length, taken });
      this.#letGo(session);
    }
    this.#isOpen = true;
    await outcome;
    return schedule;
  }

  #letGo(index: number): void {
    const session = this.#sessions[index]!;
    const { turn, release } = session.held.shift()!;
    this.log.push(`${index}: ${turn.sql.replaceAll(/\s+/g, ' ').slice(0, 60)}`);
    session.sent.add(turn);
    release();
  }

  /** Resolves when every session is done, is held, or waits for a lock. */
  async #stillness(): Promise<void> {
    for (let looks = 0; ; looks += 1) {
      if (this.#sessions.every(({ isDone, held, sent }) => isDone || (held.length > 0 && sent.size === 0))) return;
      const isThinking = this.#sessions.some(
        ({ isDone, held, sent }) => !isDone && held.length === 0 && sent.size === 0,
      );
      if (!isThinking && looks > fewLooks && (await this.#waiting()) === this.#sent()) return;
      await new Promise((resolve) => (looks > fewLooks ? setTimeout(resolve, lookAgainMs) : setImmediate(resolve)));
    }
  }

  #sent(): number {
    return this.#sessions.reduce((sum, { sent }) => sum + sent.size, 0);
  }

  /** Sessions of this database that wait for a lock. */
  async #waiting(): Promise<number> {
    const { rows } = await this.#locks.query<{ waiting: number }>(
      `select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]?.waiting ?? 0;
  }
}

const fewLooks = 30;

/** The prefix of the next schedule, depth first; nothing when all were seen. */
export function nextPrefix({ choices }: Schedule): number[] | undefined {
  for (let at = choices.length - 1; at >= 0; at -= 1) {
    const { options, taken } = choices[at]!;
    if (taken + 1 < options) return [...choices.slice(0, at).map((choice) => choice.taken), taken + 1];
  }
  return undefined;
}
