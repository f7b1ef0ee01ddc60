import { isDeepStrictEqual } from 'node:util';
import { transferKey, transferKinds } from '@ostiary/storage';
import type { TransferKind, TransferTarget } from '@ostiary/storage';
import { openPostgresTransfer } from '@ostiary/storage-postgres';
import { openSqlitePromotion } from '@ostiary/storage-sqlite';
import type { SqlitePromotion } from '@ostiary/storage-sqlite';

/**
 * Compares every row of a promoted file with the database that took its place, kind by kind.
 * @returns one line for each kind that differs, with how many rows it was of
 */
export async function differences(path: string, url: string): Promise<string[]> {
  const file = openSqlitePromotion(path);
  const target = await openPostgresTransfer({ url });
  try {
    const [found, expected] = [await target.count(), file.source.expectedCounts()];
    const lines: string[] = [];
    for (const kind of transferKinds) {
      if (found[kind] !== expected[kind]) lines.push(`${kind}: ${found[kind]} rows in place of ${expected[kind]}`);
      const differing = await differingRows(kind, file, target);
      if (differing > 0) lines.push(`${kind}: ${differing} of ${expected[kind]} rows differ`);
    }
    return lines;
  } finally {
    await target.close();
    file.close();
  }
}

async function differingRows(kind: TransferKind, { source }: SqlitePromotion, target: TransferTarget): Promise<number> {
  let differing = 0;
  for (
    let page = await source.page(kind, 500);
    page.next !== undefined;
    page = await source.page(kind, 500, page.next)
  ) {
    const rows = page.batch.rows as never[];
    const found = await target.find(
      kind,
      rows.map((row) => transferKey(kind, row)),
    );
    const byKey = new Map(found.map((row) => [transferKey(kind, row as never), row]));
    differing += rows.filter((row) => !isDeepStrictEqual(byKey.get(transferKey(kind, row)), row)).length;
  }
  return differing;
}
