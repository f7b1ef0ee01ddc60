import type { Database, Statement } from '../database.ts';
import { dropNoting, dropTriggers, installTriggers } from './triggers.ts';

/**
 * `requested`: the command asks the server to stand by. `ready`: the server has the target open. `switching`: the command asks
 * for the fence. `fenced`: the server holds its requests, and the file takes no change. `promoted`: the target is in charge,
 * for ever. `aborted`: as if nothing had been.
 */
export type PromotionState = 'requested' | 'ready' | 'switching' | 'fenced' | 'promoted' | 'aborted';

/** How far a move came. */
export interface Promotion {
  /** Names this file, from its first attempt on. */
  source: string;
  attempt: number;
  state: PromotionState;
  /** The target for people: host and name, no credentials. */
  place: string;
  /** The target for the server, sealed. */
  target: string;
  /** Goes up as long as the command lives. */
  beat: number;
  /** How long the server held its requests; there once it works on the target. */
  heldMs?: number;
  /** Why it was aborted, or went back to `ready`. */
  note?: string;
  changedAtMs: number;
}

export interface PromotionRequest {
  /** Names the file, unless an earlier attempt did. */
  source: string;
  place: string;
  target: string;
  atMs: number;
}

export interface PromotionMove {
  attempt: number;
  from: readonly PromotionState[];
  to: PromotionState;
  note?: string;
  atMs: number;
}

type PromotionRow = Omit<Promotion, 'heldMs' | 'note'> & { heldMs: number | null; note: string | null };

const columns = `source, attempt, state, place, target, beat, held_ms as heldMs, note, changed_at as changedAtMs`;

/** The state of a move, kept in the file that is moved: every change of it is a compare-and-set under the write lock. */
export class PromotionTable {
  readonly #db: Database;
  readonly #find: Statement<PromotionRow>;
  readonly #put: Statement<never>;
  readonly #move: Statement<never>;
  readonly #beat: Statement<never>;
  readonly #held: Statement<never>;

  constructor(db: Database) {
    this.#db = db;
    this.#find = db.prepare(`select ${columns} from promotion`);
    this.#put = db.prepare(`
      insert into promotion (id, source, attempt, state, place, target, beat, changed_at) values (1, ?, ?, 'requested', ?, ?, 0, ?)
      on conflict (id) do update set attempt = excluded.attempt, state = excluded.state, place = excluded.place,
        target = excluded.target, beat = 0, held_ms = null, note = null, changed_at = excluded.changed_at`);
    this.#move = db.prepare(`
      update promotion set state = $to, note = $note, changed_at = $at
      where attempt = $attempt and state in (select value from json_each($from))`);
    this.#beat = db.prepare('update promotion set beat = beat + 1 where attempt = ?');
    this.#held = db.prepare(`update promotion set held_ms = ? where attempt = ? and state = 'promoted'`);
  }

  read(): Promotion | undefined {
    const row = this.#find.get();
    if (!row) return undefined;
    const { heldMs, note, ...rest } = row;
    return { ...rest, ...(heldMs !== null && { heldMs }), ...(note !== null && { note }) };
  }

  /** Begins an attempt and watches every row from now on. Undefined when the file was promoted. */
  begin({ source, place, target, atMs }: PromotionRequest): Promotion | undefined {
    return this.#db.transaction(() => {
      const earlier = this.read();
      if (earlier?.state === 'promoted') return undefined;
      installTriggers(this.#db);
      this.#put.run(earlier?.source ?? source, (earlier?.attempt ?? 0) + 1, place, target, atMs);
      return this.read();
    });
  }

  /** Whether it stood where the caller thought. Aborting takes the triggers away; promoting leaves those that refuse. */
  move({ attempt, from, to, note, atMs }: PromotionMove): boolean {
    return this.#db.transaction(() => {
      const values = { to, note: note ?? null, at: atMs, attempt, from: JSON.stringify(from) };
      if (this.#move.runNamed(values) !== 1) return false;
      if (to === 'aborted') dropTriggers(this.#db);
      if (to === 'promoted') dropNoting(this.#db);
      return true;
    });
  }

  beat(attempt: number): void {
    this.#beat.run(attempt);
  }

  setHeld(attempt: number, heldMs: number): void {
    this.#held.run(Math.round(heldMs), attempt);
  }
}

/** Throws when the rows moved to another database: what the file holds is history. */
export function assertNotPromoted(db: Database): void {
  const promotion = db.prepare<{ place: string; at: number }>(promotedSql).get();
  if (promotion === undefined) return;
  throw new Error(
    `it was promoted to PostgreSQL (${promotion.place}) on ${new Date(promotion.at).toISOString()}, and nothing is written to ` +
      `it any more; write storage: { postgres: { url: ... } } with that database into the configuration`,
  );
}

const promotedSql = `select place, changed_at as at from promotion where state = 'promoted'`;
