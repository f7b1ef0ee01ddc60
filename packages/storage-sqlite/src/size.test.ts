import { strict as assert } from 'node:assert';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import {
  advance,
  commitAtOnce,
  committedCount,
  deviceRow,
  familyRow,
  furnish,
  mustCommit,
  plan,
} from '@ostiary/storage/contract';
import { storeOn } from './open.ts';

describe('the size of the database', () => {
  it('is at most 400 bytes per family, indexes included', async () => {
    const handle = new DatabaseSync(':memory:');
    const store = storeOn(handle);
    await furnish(store);
    const count = 5_000;
    const rows = Array.from({ length: count }, (_, number) =>
      familyRow(`f${number}`, { jkt: deviceRow('x').cookieHash }),
    );
    await mustCommit(store, { inserts: rows.map((row) => ({ kind: 'family', row })) });
    const bytes = numberFrom(
      handle,
      `
      select sum(pgsize) from dbstat where name in (select name from sqlite_schema where tbl_name = 'family')`,
    );
    assert.ok(bytes / count <= 400, `${bytes / count} bytes per family`);
    await store.close();
  });

  it('does not grow by rotations: 20,000 of 20 families leave 20 rows and as many pages as before', async () => {
    const handle = new DatabaseSync(':memory:');
    const store = storeOn(handle);
    await furnish(store);
    const labels = Array.from({ length: 20 }, (_, number) => `f${number}`);
    await mustCommit(store, { inserts: labels.map((label) => ({ kind: 'family', row: familyRow(label) })) });
    const before = numberFrom(handle, 'pragma page_count');
    for (let from = 0; from < 1_000; from++) {
      const results = await commitAtOnce(
        [store],
        labels.map((label) => plan({ advances: [advance(label, from)] })),
      );
      assert.equal(committedCount(results), labels.length);
    }
    assert.equal(numberFrom(handle, 'select count(*) from family'), 20);
    assert.equal(numberFrom(handle, 'select sum(generation) from family'), 20_000);
    assert.equal(numberFrom(handle, 'pragma page_count'), before);
    await store.close();
  });
});

function numberFrom(handle: DatabaseSync, sql: string): number {
  return Number(Object.values(handle.prepare(sql).get() ?? {})[0]);
}
