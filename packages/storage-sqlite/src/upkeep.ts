import type { Living, SessionLimits, Upkeep } from '@ostiary/storage';
import type { Database, NamedValues, Statement } from './database.ts';
import { LivingRows } from './living.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Rows of a large table that one run looks at: without an index on expiry, a run must stay short whatever the size. */
const windowRows = 5_000;

const deletedByExpiry = ['interaction', 'once_value', 'revoked_token'] as const;
const familyIsOver = `
  select t.id from page t join terms on terms.id = t.terms
  where t.ended_at <= $before or t.used_at + terms.idle_seconds * 1000 <= $before
    or t.created_at + terms.absolute_seconds * 1000 <= $before`;
const sessionIsOver = `
  select t.id from page t
  where t.ended_at <= $before or t.seen_at + $idleMs <= $before or t.auth_time + $absoluteMs <= $before`;

/** Housekeeping. Audit rows are kept. */
export class UpkeepSteps implements Upkeep {
  readonly #db: Database;
  readonly #getMeta: Statement<{ value: number }>;
  readonly #setMeta: Statement<never>;
  readonly #byExpiry: Statement<never>[];
  readonly #codes: Statement<never>;
  readonly #rates: Statement<never>;
  readonly #nodes: Statement<never>;
  readonly #families: Sweep;
  readonly #sessions: Sweep;
  readonly #living: LivingRows;

  constructor(db: Database) {
    this.#db = db;
    this.#getMeta = db.prepare('select value from meta where name = ?');
    this.#setMeta = db.prepare('insert or replace into meta (name, value) values (?, ?)');
    this.#byExpiry = deletedByExpiry.map((table) => prepareExpiry(db, table));
    this.#codes = prepareExpiry(db, 'code');
    this.#rates = db.prepare('delete from rate where key in (select key from rate where full_at <= ? limit ?)');
    this.#nodes = db.prepare('delete from node where id in (select id from node where seen_at <= ? limit ?)');
    this.#families = prepareSweep(db, 'family', familyIsOver);
    this.#sessions = prepareSweep(db, 'session', sessionIsOver);
    this.#living = new LivingRows(db);
  }

  async removeExpired(nowMs: number, limit: number, sessionLimits: SessionLimits = {}): Promise<number> {
    return this.#db.transaction(() => {
      const lastRunMs = this.#getMeta.get('upkeep_ran_at')?.value ?? nowMs;
      this.#setMeta.run('upkeep_ran_at', nowMs);
      if (Math.abs(nowMs - lastRunMs) > hourMs) return 0;
      return this.#remove(nowMs, limit, sessionLimits);
    });
  }

  async restoreEpoch(): Promise<number> {
    return this.#getMeta.get('restore_epoch')?.value ?? 0;
  }

  async raiseRestoreEpoch(nowMs: number): Promise<number> {
    return this.#db.transaction(() => {
      const raised = Math.max((this.#getMeta.get('restore_epoch')?.value ?? 0) + 1, Math.floor(nowMs / 1000));
      this.#setMeta.run('restore_epoch', raised);
      return raised;
    });
  }

  async listLiving(bornUntilMs: number, limit: number): Promise<Living> {
    return this.#living.list(bornUntilMs, limit);
  }

  async removePending(limit: number): Promise<number> {
    return this.#db.transaction(() => this.#living.removePending(limit));
  }

  #remove(nowMs: number, limit: number, { idleSeconds, absoluteSeconds }: SessionLimits): number {
    const before = nowMs - 30 * dayMs;
    let removed = 0;
    for (const statement of this.#byExpiry) removed += statement.run(nowMs, limit - removed);
    removed += this.#rates.run(nowMs, limit - removed);
    removed += this.#nodes.run(nowMs - dayMs, limit - removed);
    removed += this.#codes.run(nowMs - dayMs, limit - removed);
    removed += this.#sweep(this.#families, limit - removed, { before });
    removed += this.#sweep(this.#sessions, limit - removed, {
      before,
      idleMs: idleSeconds === undefined ? null : idleSeconds * 1000,
      absoluteMs: absoluteSeconds === undefined ? null : absoluteSeconds * 1000,
    });
    return removed;
  }

  /** Looks at the next rows after those of the last run, and from the beginning again after the last row. */
  #sweep({ cursor, pageEnd, remove }: Sweep, limit: number, values: NamedValues): number {
    const after = this.#getMeta.get(cursor)?.value ?? 0;
    const end = pageEnd.get(after, windowRows) ?? { last: null, rows: 0 };
    const removed = remove.runNamed({ ...values, after, last: end.last ?? after, limit });
    const isPageDone = removed < limit;
    if (isPageDone) this.#setMeta.run(cursor, end.rows < windowRows ? 0 : (end.last ?? 0));
    return removed;
  }
}

interface Sweep {
  /** Name in `meta` of the last row looked at. */
  cursor: string;
  pageEnd: Statement<{ last: number | null; rows: number }>;
  remove: Statement<never>;
}

function prepareExpiry(db: Database, table: (typeof deletedByExpiry)[number] | 'code'): Statement<never> {
  const key = table === 'revoked_token' ? 'token_id' : 'hash';
  return db.prepare(`
    delete from ${table} where ${key} in (select ${key} from ${table} where expires_at <= ? order by expires_at limit ?)`);
}

function prepareSweep(db: Database, table: 'family' | 'session', isOver: string): Sweep {
  return {
    cursor: `upkeep_${table}_cursor`,
    pageEnd: db.prepare(
      `select max(id) as last, count(*) as rows from (select id from ${table} where id > ? order by id limit ?)`,
    ),
    remove: db.prepare(`
      with page as (select * from ${table} where id > $after and id <= $last)
      delete from ${table} where id in (${isOver} limit $limit)`),
  };
}
