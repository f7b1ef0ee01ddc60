import { transferKey, transferKinds } from '@ostiary/storage';
import type { TransferBatch, TransferCounts, TransferKind, TransferRows, TransferTarget } from '@ostiary/storage';

/** A target in memory, which notes what is done to it. */
export class MemoryTarget implements TransferTarget {
  readonly rows = new Map<string, unknown>();
  readonly notes: string[] = [];
  restoreEpoch = 0;
  /** Spoils what is written. */
  spoil: (batch: TransferBatch) => TransferBatch = (batch) => batch;

  readonly mark = {
    begin: async ({ source, attempt }: { source: string; attempt: number }) => {
      this.notes.push(`begin ${source} ${attempt}`);
      this.rows.clear();
    },
    finish: async (source: string) => {
      this.notes.push(`finish ${source}`);
    },
  };

  async write(batch: TransferBatch): Promise<void> {
    const { kind, rows, removed } = this.spoil(batch);
    for (const row of rows) this.rows.set(`${kind} ${transferKey(kind, row as never)}`, row);
    for (const key of removed) this.rows.delete(`${kind} ${key}`);
  }

  async find<Kind extends TransferKind>(kind: Kind, keys: readonly string[]): Promise<TransferRows[Kind][]> {
    const found = keys.map((key) => this.rows.get(`${kind} ${key}`) as TransferRows[Kind] | undefined);
    return found.filter((row) => row !== undefined);
  }

  async count(): Promise<TransferCounts> {
    const kinds = Map.groupBy(this.rows.keys(), (key) => key.slice(0, key.indexOf(' ')));
    return Object.fromEntries(transferKinds.map((kind) => [kind, kinds.get(kind)?.length ?? 0])) as TransferCounts;
  }

  async setRestoreEpoch(epoch: number): Promise<void> {
    this.restoreEpoch = epoch;
  }

  async close(): Promise<void> {
    this.notes.push('close');
  }
}
