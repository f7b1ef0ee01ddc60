import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { NodeState, Rate } from '../cluster.ts';
import type { Store } from '../store.ts';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import { bornMs, dayMs, digest, hourMs } from './rows.ts';

const rate: Rate = { capacity: 5, perMinute: 5 };
/** Time in which one is refilled. */
const stepMs = 12_000;
const key = digest('an account');
const limit = 100;

/** What nodes share besides the rows of the engine. */
export function clusterContract(newPlace: NewPlace): void {
  describe('rates', () => rates(newPlace));
  describe('nodes', () => nodes(newPlace));
  describe('health', () => health(newPlace));
  describe('restore epoch', () => restoreEpoch(newPlace));
}

function rates(newPlace: NewPlace): void {
  it(
    'give a burst, then one by one, and tell how long to wait',
    withStore(newPlace, async (store) => {
      assert.deepEqual(await takeTimes(store, 5, bornMs), [0, 0, 0, 0, 0]);
      assert.equal(await store.rates.take(key, rate, bornMs), stepMs);
      assert.equal(await store.rates.take(key, rate, bornMs + 2_000), stepMs - 2_000);
      assert.equal(await store.rates.take(key, rate, bornMs + stepMs), 0);
      assert.equal(await store.rates.take(key, rate, bornMs + stepMs), stepMs);
    }),
  );

  it(
    'fill up to the burst and no further',
    withStore(newPlace, async (store) => {
      await takeTimes(store, 5, bornMs);
      const waits = await takeTimes(store, 6, bornMs + hourMs);
      assert.deepEqual(waits, [0, 0, 0, 0, 0, stepMs]);
    }),
  );

  it(
    'are apart by key',
    withStore(newPlace, async (store) => {
      await takeTimes(store, 5, bornMs);
      assert.equal(await store.rates.take(digest('another account'), rate, bornMs), 0);
    }),
  );

  it(
    'of callers at once, on several nodes, only as many take as there were',
    withStores(newPlace, 2, async (stores) => {
      const waits = await Promise.all(
        Array.from({ length: 20 }, (_, number) => stores[number % 2]!.rates.take(key, rate, bornMs)),
      );
      assert.equal(waits.filter((wait) => wait === 0).length, 5);
      assert.ok(waits.every((wait) => wait === 0 || wait === stepMs));
    }),
  );

  it(
    'are full again after a reset, on every node',
    withStores(newPlace, 2, async ([here, there]) => {
      await takeTimes(here!, 6, bornMs);
      await here!.rates.reset(key);
      assert.deepEqual(await takeTimes(there!, 6, bornMs), [0, 0, 0, 0, 0, stepMs]);
    }),
  );

  it(
    'keep their level when a clock was set back, and fill from then on',
    withStore(newPlace, async (store) => {
      await takeTimes(store, 3, bornMs + dayMs);
      assert.deepEqual(await takeTimes(store, 3, bornMs), [0, 0, stepMs]);
      assert.equal(await store.rates.take(key, rate, bornMs - hourMs), stepMs);
      assert.equal(await store.rates.take(key, rate, bornMs - hourMs + stepMs), 0);
    }),
  );

  it(
    'go when they are full again, and not before',
    withStore(newPlace, async (store) => {
      await takeTimes(store, 2, bornMs);
      assert.equal(await store.upkeep.removeExpired(bornMs + 2 * stepMs - 1, limit), 0);
      assert.equal(await store.upkeep.removeExpired(bornMs + 2 * stepMs, limit), 1);
      assert.equal(await store.upkeep.removeExpired(bornMs + 2 * stepMs, limit), 0);
    }),
  );
}

function nodes(newPlace: NewPlace): void {
  it(
    'see each other, oldest start first',
    withStores(newPlace, 2, async ([here, there]) => {
      const first = node('first', { startedAtMs: bornMs });
      const second = node('second', { startedAtMs: bornMs + 1, configuration: 'another' });
      assert.deepEqual(await there!.nodes.announce(second, bornMs), [second]);
      assert.deepEqual(await here!.nodes.announce(first, bornMs), [first, second]);
      assert.deepEqual(await there!.nodes.announce(second, bornMs), [first, second]);
    }),
  );

  it(
    'are known by what they said last',
    withStore(newPlace, async (store) => {
      await store.nodes.announce(node('a'), bornMs);
      const later = node('a', { seenAtMs: bornMs + 5_000, configuration: 'another' });
      assert.deepEqual(await store.nodes.announce(later, bornMs), [later]);
    }),
  );

  it(
    'not seen since the time asked for are left out',
    withStore(newPlace, async (store) => {
      await store.nodes.announce(node('gone'), bornMs);
      const here = node('here', { seenAtMs: bornMs + 1 });
      assert.deepEqual(await store.nodes.announce(here, bornMs + 1), [here]);
      assert.equal((await store.nodes.announce(here, bornMs)).length, 2);
    }),
  );

  it(
    'that leave are not seen any more; leaving twice does no harm',
    withStore(newPlace, async (store) => {
      await store.nodes.announce(node('a'), bornMs);
      const b = node('b');
      await store.nodes.announce(b, bornMs);
      await store.nodes.leave('a');
      await store.nodes.leave('a');
      assert.deepEqual(await store.nodes.announce(b, bornMs), [b]);
    }),
  );

  it(
    'not seen for a day go',
    withStore(newPlace, async (store) => {
      await store.nodes.announce(node('a'), bornMs);
      assert.equal(await store.upkeep.removeExpired(bornMs + dayMs - 1, limit), 0);
      assert.equal(await store.upkeep.removeExpired(bornMs + dayMs, limit), 1);
    }),
  );
}

function health(newPlace: NewPlace): void {
  it(
    'tells the time of the database, which runs forward',
    withStore(newPlace, async (store) => {
      const firstMs = await store.health.databaseNowMs();
      const secondMs = await store.health.databaseNowMs();
      // The database may be on another machine: its clock is compared by whoever needs it, here only its unit.
      assert.ok(firstMs > Date.UTC(2020, 0) && firstMs < Date.UTC(2200, 0), `${firstMs} is no time in milliseconds`);
      assert.ok(secondMs >= firstMs);
    }),
  );
}

function restoreEpoch(newPlace: NewPlace): void {
  it(
    'rises to the seconds of the time given, and is read by every node',
    withStores(newPlace, 2, async ([here, there]) => {
      const seconds = Math.floor(bornMs / 1000);
      assert.equal(await here!.upkeep.raiseRestoreEpoch(bornMs + 999), seconds);
      assert.equal(await there!.upkeep.restoreEpoch(), seconds);
    }),
  );

  it(
    'rises with every call, whatever the clock says',
    withStores(newPlace, 2, async ([here, there]) => {
      const first = await here!.upkeep.raiseRestoreEpoch(bornMs);
      assert.equal(await there!.upkeep.raiseRestoreEpoch(bornMs - dayMs), first + 1);
      const both = await Promise.all([here!.upkeep.raiseRestoreEpoch(bornMs), there!.upkeep.raiseRestoreEpoch(bornMs)]);
      assert.deepEqual(both.toSorted(), [first + 2, first + 3]);
      assert.equal(await here!.upkeep.restoreEpoch(), first + 3);
    }),
  );
}

/** Takes one after another and tells the waits. */
async function takeTimes(store: Store, count: number, nowMs: number): Promise<number[]> {
  const waits: number[] = [];
  for (let index = 0; index < count; index++) waits.push(await store.rates.take(key, rate, nowMs));
  return waits;
}

function node(id: string, state: Partial<NodeState> = {}): NodeState {
  return { id, startedAtMs: bornMs, seenAtMs: bornMs, version: '0.1.0', configuration: 'one', ...state };
}
