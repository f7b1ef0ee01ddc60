import pg from 'pg';
import type { ClientConfig, QueryResult } from 'pg';
import { ConnectionLost, StatementFailed } from './failure.ts';
import type { Call } from './statement.ts';

/** One connection. It runs one `run` at a time. */
export interface Connection {
  /**
   * Sends all calls in one round trip. They run in order; inside a transaction none takes effect after one that failed.
   * Rejects with the first failure: `StatementFailed`, or `ConnectionLost` when there was no answer within the time.
   * @returns the rows of each call
   */
  run(calls: Call[], withinMs: number): Promise<object[][]>;
  /** Whether another `run` makes sense. */
  isUsable(): boolean;
  /** Gives the connection up at once. */
  destroy(): void;
  /** Says goodbye. */
  end(): Promise<void>;
}

export type Connect = () => Promise<Connection>;

const { Client, DatabaseError } = pg;
const farewellWithinMs = 500;

/** Opens connections for `config`; session settings that an engine refuses are left as they are. */
export function connector(config: ClientConfig, settings: readonly string[], withinMs: number): Connect {
  return async () => {
    const connection = new PgConnection({ ...config, connectionTimeoutMillis: withinMs });
    await connection.open(settings, withinMs);
    return connection;
  };
}

class PgConnection implements Connection {
  readonly #client: pg.Client;
  #isUsable = true;
  #wasWarned = false;

  constructor(config: ClientConfig) {
    this.#client = new Client({ ...config, pipeline: true, keepAlive: true });
    this.#client.on('error', () => this.destroy());
    this.#client.on('end', () => (this.#isUsable = false));
    this.#client.on('notice', ({ code }) => (this.#wasWarned ||= code?.startsWith('01') ?? false));
  }

  async open(settings: readonly string[], withinMs: number): Promise<void> {
    try {
      await this.#client.connect();
    } catch (error) {
      this.destroy();
      throw failed('connect', error);
    }
    const outcomes = await this.#settled(
      settings.map((text) => this.#client.query(text)),
      withinMs,
    );
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected' && !(outcome.reason instanceof DatabaseError)) {
        this.destroy();
        throw failed('set', outcome.reason);
      }
    }
  }

  async run(calls: Call[], withinMs: number): Promise<object[][]> {
    if (!this.#isUsable) throw new ConnectionLost('the connection is closed');
    this.#wasWarned = false;
    const outcomes = await this.#settled(this.#send(calls), withinMs);
    const rows = outcomes.map((outcome, index) => {
      if (outcome.status === 'rejected') throw this.#failed(calls[index]?.statement.name ?? '', outcome.reason);
      return outcome.value.rows;
    });
    if (this.#wasWarned) this.#refuse();
    return rows;
  }

  isUsable(): boolean {
    return this.#isUsable;
  }

  destroy(): void {
    this.#isUsable = false;
    this.#client.connection.stream.destroy();
  }

  async end(): Promise<void> {
    this.#isUsable = false;
    const timer = setTimeout(() => this.destroy(), farewellWithinMs);
    await this.#client.end().catch(() => undefined);
    clearTimeout(timer);
  }

  #send(calls: Call[]): Promise<QueryResult<object>>[] {
    const { stream } = this.#client.connection;
    stream.cork();
    try {
      return calls.map(({ statement: { name, text }, values }) =>
        values.length === 0 && isBare(name)
          ? this.#client.query(text)
          : this.#client.query({ name, text, values, types: { getTypeParser } }),
      );
    } finally {
      stream.uncork();
    }
  }

  async #settled(running: Promise<QueryResult<object>>[], withinMs: number) {
    const timer = setTimeout(() => this.destroy(), Math.max(0, withinMs));
    try {
      return await Promise.allSettled(running);
    } finally {
      clearTimeout(timer);
    }
  }

  #failed(statement: string, error: unknown): Error {
    if (!(error instanceof DatabaseError) || !isForgotten(error)) return failed(statement, error);
    this.destroy();
    return new ConnectionLost(`${statement}: what was prepared does not hold any more`, { cause: named(error) });
  }

  /**
   * A warning with a commit says that the wait for the synchronous standby was cut short: committed here, perhaps nowhere
   * else. That must not be acknowledged, and asking again would find it here.
   */
  #refuse(): never {
    this.destroy();
    throw new StatementFailed('commit', '58000', new Error('committed, but perhaps not on the synchronous standby'));
  }
}

/** The two sides differ about what is prepared, or a migration changed what a prepared statement returns. */
function isForgotten({ code, routine }: pg.DatabaseError): boolean {
  return code === '26000' || code === '42P05' || (code === '0A000' && routine === 'RevalidateCachedQuery');
}

/** Transaction control is not worth preparing. */
function isBare(name: string): boolean {
  return name === 'begin' || name === 'commit' || name === 'rollback';
}

function failed(statement: string, error: unknown): Error {
  if (error instanceof DatabaseError) return new StatementFailed(statement, error.code ?? 'XX000', named(error));
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
  return new ConnectionLost(`${statement}: ${reason}`, { cause: error });
}

/** What the server says, without values: details quote them. */
function named({ message, constraint }: pg.DatabaseError): Error {
  return new Error(constraint === undefined ? message : `${message} [${constraint}]`);
}

const parsers: Record<number, (text: string) => unknown> = {
  16: (text) => text === 't',
  20: Number,
  21: Number,
  23: Number,
  701: Number,
};

/** By type: bool, int8, int2, int4, float8; all else stays text. */
function getTypeParser(oid: number): (text: string) => unknown {
  return parsers[oid] ?? String;
}
