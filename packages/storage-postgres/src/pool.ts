import { StorageUnavailable } from '@ostiary/storage';
import type { Connect, Connection } from './connection.ts';
import { ConnectionLost } from './failure.ts';

export interface PoolState {
  open: number;
  idle: number;
  waiting: number;
}

interface Waiter {
  resolve(connection: Connection): void;
  reject(error: unknown): void;
}

export interface PoolSettings {
  size: number;
  /** What of its time a caller must have left when it gets a connection: work that begins can end. */
  reserveMs: number;
  changed: () => void;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/**
 * A bounded number of connections. While the server cannot be reached callers are turned away at once, and one attempt at
 * a time, with pauses of at most a second, looks whether it is back.
 */
export class Pool {
  readonly #connect: Connect;
  readonly #size: number;
  readonly #reserveMs: number;
  readonly #changed: () => void;
  readonly #waiters = new Set<Waiter>();
  #idle: Connection[] = [];
  #open = 0;
  #isDown = false;
  #whyDown: unknown;
  #isClosed = false;
  #pauseMs = firstPauseMs;
  #retry: NodeJS.Timeout | undefined;
  #emptied: (() => void) | undefined;

  constructor(connect: Connect, { size, reserveMs, changed }: PoolSettings) {
    this.#connect = connect;
    this.#size = size;
    this.#reserveMs = reserveMs;
    this.#changed = changed;
  }

  get state(): PoolState {
    return { open: this.#open, idle: this.#idle.length, waiting: this.#waiters.size };
  }

  /** Runs `work` on a connection of its own. Rejects as unavailable when none comes free before `deadlineMs` (performance.now). */
  async use<Result>(deadlineMs: number, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const connection = await this.#acquire(deadlineMs);
    try {
      return await work(connection);
    } catch (error) {
      if (error instanceof ConnectionLost) this.#dropIdle();
      throw error;
    } finally {
      this.#release(connection);
    }
  }

  /** Turns callers away from now on, and returns when the last connection is closed. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#turnAway(new StorageUnavailable('the store is closed'));
    const emptied = new Promise<void>((resolve) => (this.#emptied = resolve));
    for (const connection of this.#idle.splice(0)) this.#retire(connection);
    if (this.#open > 0) await emptied;
  }

  #acquire(deadlineMs: number): Promise<Connection> {
    if (this.#isClosed) throw new StorageUnavailable('the store is closed');
    const idle = this.#takeIdle();
    if (idle) return Promise.resolve(idle);
    if (this.#isDown) throw unreachable(this.#whyDown);
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const late = () => this.#giveUp(waiter);
    const timer = setTimeout(late, Math.max(0, deadlineMs - this.#reserveMs - performance.now()));
    const waiter: Waiter = {
      resolve: (connection) => (clearTimeout(timer), resolve(connection)),
      reject: (error) => (clearTimeout(timer), reject(error)),
    };
    this.#waiters.add(waiter);
    if (this.#open < this.#size) void this.#grow();
    this.#changed();
    return promise;
  }

  #takeIdle(): Connection | undefined {
    for (let idle = this.#idle.pop(); idle; idle = this.#idle.pop()) {
      if (idle.isUsable()) return idle;
      this.#retire(idle);
    }
    return undefined;
  }

  #giveUp(waiter: Waiter): void {
    this.#waiters.delete(waiter);
    waiter.reject(new StorageUnavailable('no connection to PostgreSQL came free in time'));
  }

  #release(connection: Connection): void {
    if (this.#isClosed || !connection.isUsable()) {
      this.#retire(connection);
      if (this.#waiters.size > 0 && !this.#isDown && !this.#isClosed) void this.#grow();
      return;
    }
    this.#hand(connection);
  }

  #hand(connection: Connection): void {
    const [next] = this.#waiters;
    if (next) {
      this.#waiters.delete(next);
      next.resolve(connection);
    } else {
      this.#idle.push(connection);
    }
    this.#changed();
  }

  async #grow(): Promise<void> {
    this.#open += 1;
    try {
      this.#up(await this.#connect());
    } catch (error) {
      this.#open -= 1;
      this.#down(error);
    }
  }

  #up(connection: Connection): void {
    this.#isDown = false;
    this.#pauseMs = firstPauseMs;
    this.#release(connection);
    while (this.#open < this.#size && this.#waiters.size > this.#open) void this.#grow();
  }

  #down(cause: unknown): void {
    this.#whyDown = cause;
    this.#isDown = true;
    this.#turnAway(unreachable(cause));
    this.#changed();
    if (this.#isClosed) {
      if (this.#open === 0) this.#emptied?.();
      return;
    }
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#probe(), this.#pauseMs * (0.5 + Math.random() / 2));
    this.#retry.unref();
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  async #probe(): Promise<void> {
    if (this.#isDown && this.#open < this.#size) await this.#grow();
  }

  #turnAway(error: StorageUnavailable): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }

  /** Connections that stood beside a lost one are most likely lost as well, and each would cost a time-out to find out. */
  #dropIdle(): void {
    for (const connection of this.#idle.splice(0)) this.#retire(connection);
  }

  #retire(connection: Connection): void {
    void this.#farewell(connection);
    this.#open -= 1;
    this.#changed();
    if (this.#isClosed && this.#open === 0) this.#emptied?.();
  }

  async #farewell(connection: Connection): Promise<void> {
    if (this.#isClosed && connection.isUsable()) await connection.end();
    connection.destroy();
  }
}

function unreachable(cause: unknown): StorageUnavailable {
  return new StorageUnavailable('PostgreSQL cannot be reached', { cause });
}
