import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type { Insertion } from '@ostiary/model';
import type { Store } from '@ostiary/storage';
import { advance, digest, familyRow, furnish, mustCommit, plan, userId, userRow } from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import pg from 'pg';
import { ownPostgresServer } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';

const families = 10_000;
const rotations = 3 * families;
const atOnce = 250;
/** On disk with its indexes, each bound to a key, and each another user's: the largest they get. */
const mostBytes = 400;

describe('families on the disk', () => {
  // A server of its own: where somebody's transaction stays open, even in another database, dead rows cannot go from their pages.
  let server: PostgresServer;
  let url: string;
  let store: Store;

  before(async () => {
    server = await ownPostgresServer();
    ({ url } = await server.newDatabase());
    await migratePostgres({ url });
    store = await openPostgresStore({ url, operationTimeoutMs: 10_000 });
    await furnish(store);
  });
  after(async () => {
    await store.close();
    await server.close();
  });

  it(`take at most ${mostBytes} bytes each with their indexes, and no more after ${rotations} rotations`, async () => {
    for (let from = 0; from < families; from += atOnce) {
      const labels = Array.from({ length: atOnce }, (_, number) => `f${from + number}`);
      await mustCommit(store, { inserts: labels.map((label): Insertion => ({ kind: 'user', row: userRow(label) })) });
      await mustCommit(store, {
        inserts: labels.map((label): Insertion => ({
          kind: 'family',
          row: familyRow(label, { userId: userId(label), jkt: digest('key') }),
        })),
      });
    }
    const born = await bytesEach(url);
    assert.ok(born <= mostBytes, `${born} bytes`);
    // Each family in its turn, far from its neighbours on the disk: as refreshes come.
    for (let done = 0; done < rotations; done += atOnce) {
      const plans = Array.from({ length: atOnce }, (_, number) => {
        const turn = done + number;
        return plan({ advances: [advance(`f${(turn * 7_919) % families}`, Math.floor(turn / families))] });
      });
      for (const result of await Promise.all(plans.map((each) => store.commit(each)))) {
        assert.deepEqual(result, { kind: 'committed' });
      }
    }
    const rotated = await bytesEach(url);
    assert.ok(rotated <= mostBytes, `${rotated} bytes after rotations, ${born} before`);
  });
});

async function bytesEach(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ bytes: string }>(`select pg_total_relation_size('family') as bytes`);
    return Number(rows[0]?.bytes) / families;
  } finally {
    await client.end();
  }
}
