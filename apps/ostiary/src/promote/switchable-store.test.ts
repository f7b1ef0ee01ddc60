import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import type { Store } from '@ostiary/storage';
import { openSqliteStore } from '@ostiary/storage-sqlite';
import type { ClientId } from '@ostiary/wire';
import { switchable } from './switchable-store.ts';

const app = 'app' as ClientId;
const none = { expects: [], consumes: [], advances: [], inserts: [], ends: [], touches: [], events: [] };

describe('a store that may be switched', () => {
  it('passes calls on, through ports that were kept from before the switch as well', () =>
    withTwo(async (first, second) => {
      const { store, switchTo } = switchable(first);
      const { clients, keys } = store;
      await second.clients.sync([app], 1);
      assert.equal(await clients.find(app), undefined);
      assert.equal(switchTo(second), first);
      assert.equal((await clients.find(app))?.id, app);
      assert.deepEqual(await keys.listMac(), []);
    }));

  it('holds calls until it is told to let them go, and then sends them to the store of that time', () =>
    withTwo(async (first, second) => {
      const { store, hold, release, switchTo } = switchable(first);
      await hold(60_000);
      const held = [store.clients.sync([app], 1), store.commit(none)];
      switchTo(second);
      release();
      await Promise.all(held);
      assert.equal(await first.clients.find(app), undefined);
      assert.equal((await second.clients.find(app))?.id, app);
    }));

  it('is on hold only when what had begun is settled', () =>
    withTwo(async (first) => {
      const { store, hold, release } = switchable(first);
      const order: string[] = [];
      const committing = store.commit(none).then(() => order.push('committed'));
      const holding = hold(60_000).then(() => order.push('on hold'));
      await Promise.all([committing, holding]);
      assert.deepEqual(order, ['committed', 'on hold']);
      release();
      await store.commit(none);
    }));

  it('tells those whom it held too long that the store cannot answer, and later ones as well', () =>
    withTwo(async (first) => {
      const { store, hold, release } = switchable(first);
      await hold(1);
      await assert.rejects(store.clients.find(app), StorageUnavailable);
      await assert.rejects(store.clients.find(app), StorageUnavailable);
      release();
      assert.equal(await store.clients.find(app), undefined);
    }));
});

async function withTwo(work: (first: Store, second: Store) => Promise<void>): Promise<void> {
  const stores = [await openSqliteStore({ path: ':memory:' }), await openSqliteStore({ path: ':memory:' })] as const;
  try {
    await work(...stores);
  } finally {
    for (const store of stores) await store.close();
  }
}
