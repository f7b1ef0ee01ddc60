import { transferKinds } from '@ostiary/storage';
import type { TransferBatch, TransferCounts, TransferKind, TransferRows } from '@ostiary/storage';
import type { Database, Statement, Value } from '../database.ts';
import { kindOf, kindTables } from './kinds.ts';
import type { RowReader } from './rows.ts';

type PageRow = { key: Value; c0: Value; c1: Value };
type ChangeRow = { kind: number; key: Value };
type CountRow = { kind: number; rows: number };

/** Where a page begins. */
export type Place = Value[];

/** Reads the file while others write to it: pages of each kind, then what changed since, until nothing did. */
export class TransferSource {
  readonly #rows: RowReader;
  readonly #pages: Record<TransferKind, Statement<PageRow>>;
  readonly #take: Statement<ChangeRow>;
  readonly #count: Statement<CountRow>;

  constructor(db: Database, rows: RowReader) {
    this.#rows = rows;
    this.#pages = Object.fromEntries(
      transferKinds.map((kind) => [kind, db.prepare<PageRow>(kindTables[kind].pages)]),
    ) as Record<TransferKind, Statement<PageRow>>;
    this.#take = db.prepare(`
      delete from promotion_change
      where (kind, key) in (select kind, key from promotion_change order by kind, key limit ?)
      returning kind, key`);
    this.#count = db.prepare(countsSql());
  }

  /** The rows behind `after`, and the place of the next page unless this one is empty. Begins without a place. */
  async page(kind: TransferKind, limit: number, after?: Place): Promise<{ batch: TransferBatch; next?: Place }> {
    const { first, keyOf } = kindTables[kind];
    const found = this.#pages[kind].all(...(after ?? first), limit);
    const batch = await this.#read(
      kind,
      found.map(({ key }) => keyOf(key)),
    );
    const last = found.at(-1);
    if (last === undefined) return { batch };
    return { batch, next: first.length === 1 ? [last.c0] : [last.c0, last.c1] };
  }

  /**
   * What changed since it was last asked, at most `limit` rows, in the order of writing. The notes are struck out before the
   * rows are read: a change between the two is noted again.
   */
  async takeChanges(limit: number): Promise<TransferBatch[]> {
    const byKind = Map.groupBy(this.#take.all(limit), ({ kind }) => kind);
    const ranks = [...byKind.keys()].toSorted((a, b) => a - b);
    const batches: TransferBatch[] = [];
    for (const rank of ranks) {
      const kind = kindOf(rank);
      const stored = byKind.get(rank) ?? [];
      batches.push(
        await this.#read(
          kind,
          stored.map(({ key }) => kindTables[kind].keyOf(key)),
        ),
      );
    }
    return batches;
  }

  /** How many rows a target has that took every change told so far. Of one moment. */
  expectedCounts(): TransferCounts {
    const rows = new Map(this.#count.all().map((row) => [kindOf(row.kind), row.rows]));
    return Object.fromEntries(transferKinds.map((kind) => [kind, rows.get(kind) ?? 0])) as TransferCounts;
  }

  restoreEpoch(): Promise<number> {
    return this.#rows.restoreEpoch();
  }

  async #read<Kind extends TransferKind>(kind: Kind, keys: string[]): Promise<TransferBatch> {
    const rows: TransferRows[Kind][] = [];
    const removed: string[] = [];
    for (const key of keys) {
      const row = await this.#rows.find(kind, key);
      if (row === undefined) removed.push(key);
      else rows.push(row);
    }
    return { kind, rows, removed } as TransferBatch;
  }
}

function countsSql(): string {
  return transferKinds
    .map(
      (kind, rank) => `
        select ${rank} as kind, (select count(*) from ${kindTables[kind].table})
          - (select coalesce(sum(net), 0) from promotion_change where kind = ${rank}) as rows`,
    )
    .join(' union all ');
}
