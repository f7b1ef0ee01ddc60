import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KeptGrant } from '../grant.ts';
import type { GrantStore } from './grant-store.ts';

/** An empty store, and as many connections to it as a test wants. */
export interface StoreUnderTest {
  /** Another process's view of the same store. */
  open(): Promise<GrantStore>;
  close(): Promise<void>;
}

const nowMs = 1_800_000_000_000;
let count = 0;

function grant(changes: Partial<KeptGrant> = {}): KeptGrant {
  count += 1;
  return {
    id: `grt_${String(count).padStart(4, '0')}`,
    clientId: `client-${count}`,
    subject: 'usr_ada',
    scope: 'read:feed',
    state: { kind: 'active' },
    obtainedAtMs: nowMs,
    expiresAtMs: nowMs + 3_600_000,
    dueAtMs: nowMs + 3_000_000,
    failures: 0,
    sealed: '1.k.iv.tokens',
    fence: 0,
    ...changes,
  };
}

const lease = (owner: string, atMs = nowMs) => ({ owner, nowMs: atMs, untilMs: atMs + 60_000 });

/** What every store of grants must do. */
export function describeGrantStore(name: string, openStore: () => Promise<StoreUnderTest>): void {
  describe(`grants in ${name}`, () => {
    let under: StoreUnderTest;
    let store: GrantStore;
    let other: GrantStore;
    before(async () => {
      under = await openStore();
      [store, other] = [await under.open(), await under.open()];
    });
    after(() => under.close());

    it('are read as they were put, by everybody', async () => {
      const put = grant({
        attempt: 'a',
        problem: { kind: 'offline' },
        state: { kind: 'needs_reconnect', cause: 'x', atMs: 1 },
      });
      assert.equal(await store.put(put), true);
      assert.deepEqual(await other.read(put.id), { ...put, fence: 1 });
      assert.equal(await store.read('grt_none'), undefined);
    });

    it('are listed without tokens, by client and in order', async () => {
      const one = grant();
      const two = grant({ clientId: one.clientId });
      for (const each of [two, one, grant()]) await store.put(each);
      const { sealed: _, fence: __, ...seen } = one;
      assert.deepEqual(
        (await store.list(one.clientId)).map(({ id }) => id),
        [one.id, two.id],
      );
      assert.deepEqual((await store.list(one.clientId))[0], seen);
    });

    it('are leased to one of many callers', async () => {
      const put = grant();
      await store.put(put);
      const claims = Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? store : other).claim({ id: put.id }, lease(`w${index}`)),
      );
      const claimed = (await Promise.all(claims)).flat();
      assert.deepEqual(claimed, [{ ...put, fence: 2 }]);
    });

    it('are leased again when the lease is over, under a new number', async () => {
      const put = grant();
      await store.put(put);
      await store.claim({ id: put.id }, lease('one'));
      assert.deepEqual(await other.claim({ id: put.id }, lease('two', nowMs + 59_999)), []);
      const [again] = await other.claim({ id: put.id }, lease('two', nowMs + 60_000));
      assert.equal(again?.fence, 3);
    });

    it('are not written by who holds an older number', async () => {
      const put = grant();
      await store.put(put);
      const [first] = await store.claim({ id: put.id }, lease('one'));
      const [second] = await other.claim({ id: put.id }, lease('two', nowMs + 60_000));
      assert.ok(first && second);
      assert.equal(await store.save({ ...first, sealed: 'late' }, 'release'), false);
      assert.equal(await store.remove(first), false);
      assert.equal(await other.save({ ...second, sealed: 'newer' }, 'hold'), true);
      assert.equal((await store.read(put.id))?.sealed, 'newer');
    });

    it('stay leased when they are saved so, and are free when they are released', async () => {
      const put = grant();
      await store.put(put);
      const [held] = await store.claim({ id: put.id }, lease('one'));
      assert.ok(held);
      assert.equal(await store.save({ ...held, attempt: 'a' }, 'hold'), true);
      assert.deepEqual(await other.claim({ id: put.id }, lease('two')), []);
      assert.equal(await store.save(held, 'release'), true);
      assert.deepEqual(await other.claim({ id: put.id }, lease('two')), [{ ...put, fence: 3 }]);
    });

    it('are shared out when due, the earliest first, and none twice', async () => {
      const { clientId } = grant();
      const due = [5, 1, 3, 2, 4].map((minutes) => grant({ clientId, dueAtMs: nowMs - minutes * 60_000 }));
      const never = grant({ clientId, dueAtMs: undefined });
      for (const each of [...due, never, grant({ clientId, dueAtMs: nowMs + 1 }), grant()]) await store.put(each);
      const first = await store.claim({ dueOf: clientId, limit: 2 }, lease('one'));
      assert.deepEqual(
        first.map(({ dueAtMs = 0 }) => (nowMs - dueAtMs) / 60_000).toSorted((a, b) => a - b),
        [4, 5],
      );
      const rest = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? store : other).claim({ dueOf: clientId, limit: 1 }, lease(`w${index}`)),
        ),
      );
      const taken = rest.flat().map(({ id }) => id);
      assert.equal(new Set(taken).size, taken.length);
      const last = await store.claim({ dueOf: clientId, limit: 9 }, lease('one'));
      assert.equal(taken.length + last.length, 3);
    });

    it('tell when the next is due: not before its lease is over', async () => {
      const { clientId } = grant();
      assert.equal(await store.nextDueMs(clientId), undefined);
      const soon = grant({ clientId, dueAtMs: nowMs });
      for (const each of [soon, grant({ clientId, dueAtMs: nowMs + 90_000 })]) await store.put(each);
      assert.equal(await store.nextDueMs(clientId), nowMs);
      await store.claim({ id: soon.id }, lease('one'));
      assert.equal(await store.nextDueMs(clientId), nowMs + 60_000);
    });

    it('are replaced by a hand-over, whoever leases them', async () => {
      const put = grant();
      await store.put(put);
      const [leased] = await store.claim({ id: put.id }, lease('one'));
      assert.ok(leased);
      assert.equal(await other.put({ ...put, sealed: 'new', obtainedAtMs: nowMs + 1 }), true);
      assert.equal(await store.save(leased, 'release'), false);
      const [again] = await store.claim({ id: put.id }, lease('two'));
      assert.equal(again?.sealed, 'new');
    });

    it('are not replaced by an older hand-over while they are active', async () => {
      const put = grant();
      await store.put(put);
      assert.equal(await store.put({ ...put, sealed: 'old', obtainedAtMs: nowMs - 1 }), false);
      const over = { ...put, state: { kind: 'needs_reconnect', cause: 'x', atMs: nowMs }, fence: 1 } as const;
      assert.equal(await store.save(over, 'release'), true);
      assert.equal(await store.put({ ...put, sealed: 'old', obtainedAtMs: nowMs - 1 }), true);
    });

    it('are gone when they are removed', async () => {
      const put = grant();
      await store.put(put);
      assert.equal(await store.remove({ id: put.id, fence: 1 }), true);
      assert.equal(await other.read(put.id), undefined);
      assert.equal(await store.remove({ id: put.id, fence: 1 }), false);
    });
  });
}
