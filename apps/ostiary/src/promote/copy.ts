import { isDeepStrictEqual } from 'node:util';
import { transferKey, transferKinds } from '@ostiary/storage';
import type { TransferBatch, TransferKind, TransferRows, TransferTarget } from '@ostiary/storage';
import type { TransferSource } from '@ostiary/storage-sqlite';
import { Stop } from '../stop.ts';

export interface CopyParts {
  source: TransferSource;
  target: TransferTarget;
  /** Called after every batch; throws when the move was aborted. */
  afterBatch(copied: number): void;
}

type Place = NonNullable<Awaited<ReturnType<TransferSource['page']>>['next']>;

const pageRows = 1_000;

/** Brings the rows of a file into a target while others change them: first all, then what changed, as often as it is asked. */
export class Copy {
  readonly #parts: CopyParts;
  #eventPlace: Place | undefined;
  copied = 0;

  constructor(parts: CopyParts) {
    this.#parts = parts;
  }

  async takeAll(): Promise<void> {
    for (const kind of transferKinds) await this.#takeKind(kind);
  }

  /**
   * Takes what changed since it was last called.
   * @param isEachChecked every row is read again in the target, not only one of each batch
   * @returns how many rows that were
   */
  async takeChanges(isEachChecked: boolean): Promise<number> {
    const before = this.copied;
    const { source, target } = this.#parts;
    for (let told = pageRows; told === pageRows;) {
      const batches = await source.takeChanges(pageRows);
      for (const batch of batches) await this.#write(batch, isEachChecked);
      told = batches.reduce((sum, { rows, removed }) => sum + rows.length + removed.length, 0);
    }
    await this.#takeKind('event');
    await target.setRestoreEpoch(await source.restoreEpoch());
    return this.copied - before;
  }

  /** Throws unless the target has as many rows of each kind as the file had when its last changes were told. */
  async checkCounts(): Promise<void> {
    const { source, target } = this.#parts;
    for (let look = 1; ; look += 1) {
      await this.takeChanges(false);
      const [found, expected] = [await target.count(), source.expectedCounts()];
      // New events are not noted as changes: those that came meanwhile are taken next time.
      const wrong = transferKinds.filter((kind) =>
        kind === 'event' ? found[kind] > expected[kind] : found[kind] !== expected[kind],
      );
      if (wrong.length === 0) return;
      // A row that went between the note and the reading counts once too often, until its removal is taken.
      if (look === countLooks) throw new Stop(`the copy is not complete: ${wrong.map(differing).join(', ')}`);
      function differing(kind: TransferKind): string {
        return `${found[kind]} of ${expected[kind]} rows of kind ${kind}`;
      }
    }
  }

  /** Reads the next page while the one before is written. A page that is not full is the last one for now. */
  async #takeKind(kind: TransferKind): Promise<void> {
    const { source } = this.#parts;
    let page = await source.page(kind, pageRows, kind === 'event' ? this.#eventPlace : undefined);
    while (page.next !== undefined) {
      if (kind === 'event') this.#eventPlace = page.next;
      const writing = this.#write(page.batch, false);
      if (page.batch.rows.length + page.batch.removed.length < pageRows) return writing;
      [page] = await Promise.all([source.page(kind, pageRows, page.next), writing]);
    }
  }

  async #write(batch: TransferBatch, isEachChecked: boolean): Promise<void> {
    await this.#parts.target.write(batch);
    await this.#check(batch.kind, isEachChecked ? batch.rows : batch.rows.slice(0, 1));
    this.copied += batch.rows.length + batch.removed.length;
    this.#parts.afterBatch(this.copied);
  }

  async #check<Kind extends TransferKind>(kind: Kind, rows: TransferRows[Kind][]): Promise<void> {
    if (rows.length === 0) return;
    const keys = rows.map((row) => transferKey(kind, row));
    const found = await this.#parts.target.find(kind, keys);
    const byKey = new Map(found.map((row) => [transferKey(kind, row), row]));
    for (const row of rows) {
      if (!isDeepStrictEqual(byKey.get(transferKey(kind, row)), row))
        throw new Stop(`a row of kind ${kind} reads differently in the new database than in the file`);
    }
  }
}

const countLooks = 10;
