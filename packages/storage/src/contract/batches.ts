import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { PartialPlan, Plan } from '@ostiary/model';
import { StorageUnavailable } from '../committer.ts';
import type { Store } from '../store.ts';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import {
  advance,
  codeRow,
  digest,
  event,
  eventId,
  familyId,
  familyRow,
  plan,
  redemption,
  terms,
  userId,
} from './rows.ts';
import { bear, commitAtOnce, committedCount, family, furnish, mustCommit } from './world.ts';

const committed = { kind: 'committed' };

export function batchesContract(newPlace: NewPlace): void {
  describe('batches: the outcome is as if the plans had run one by one in order of arrival', () => {
    it(
      'duplicates in one batch: one of each is committed',
      withStore(newPlace, async (store) => {
        await furnish(store);
        for (const label of ['a', 'b']) await bear(store, label);
        const labels = ['a', 'a', 'b', 'a', 'b'];
        const results = await commitAtOnce(
          [store],
          labels.map((label) => plan({ advances: [advance(label, 0)] })),
        );
        const lost = { kind: 'lost', conflict: 'family' };
        assert.deepEqual(results, [committed, lost, committed, lost, lost]);
        assert.equal((await family(store, 'a')).generation, 1);
      }),
    );

    it(
      'a plan with two conditions that loses one leaves the other free for the next',
      withStore(newPlace, async (store) => {
        await furnish(store);
        for (const label of ['a', 'b']) await bear(store, label);
        await mustCommit(store, { inserts: ['c', 'd'].map((label) => ({ kind: 'code', row: codeRow(label) })) });
        const consume = (label: string) =>
          ({ kind: 'code', hash: codeRow(label).hash, redemption: redemption(label) }) as const;
        const results = await commitAtOnce(
          [store],
          [
            plan({ consumes: [consume('c')], advances: [advance('a', 0)] }),
            plan({ consumes: [consume('c')], advances: [advance('b', 0)] }),
            plan({ consumes: [consume('d')], advances: [advance('a', 0)] }),
            plan({ consumes: [consume('d')], advances: [advance('b', 0)] }),
          ],
        );
        const lost = (conflict: string) => ({ kind: 'lost', conflict });
        assert.deepEqual(results, [committed, lost('code'), lost('family'), committed]);
      }),
    );

    it(
      'reversed batches from two connections: one winner for each family, and nobody waits for ever',
      withStores(newPlace, 2, async ([here, there]) => {
        await furnish(here!);
        const labels = Array.from({ length: 32 }, (_, number) => `f${number}`);
        await mustCommit(here!, { inserts: labels.map((label) => ({ kind: 'family', row: familyRow(label) })) });
        for (let from = 0; from < 8; from++) {
          const plans = labels.map((label) => plan({ advances: [advance(label, from)] }));
          const [forward, backward] = await Promise.all([
            commitAtOnce([here!], plans),
            commitAtOnce([there!], plans.toReversed()),
          ]);
          const pairs = forward.map((result, index) => [result, backward.at(-1 - index)!]);
          assert.ok(pairs.every((pair) => committedCount(pair) === 1));
        }
        const families = await Promise.all(labels.map((label) => family(there!, label)));
        assert.ok(families.every(({ generation }) => generation === 8));
      }),
    );

    it(
      'more plans at once than any batch holds are all answered, in order',
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'chain');
        const steps = Array.from({ length: 1_000 }, (_, from) => plan({ advances: [advance('chain', from)] }));
        assert.equal(committedCount(await commitAtOnce([store], steps)), 1_000);
        assert.equal((await family(store, 'chain')).generation, 1_000);
      }),
    );
  });

  describe('batches: a plan that cannot be stored fails alone with its own error', () => {
    for (const [size, places] of [
      [1, [0]],
      [7, [3]],
      [8, [0, 7]],
      [64, [5, 6, 40]],
    ] as const) {
      it(
        `${places.length} of ${size}`,
        withStore(newPlace, async (store) => poisonFailsAlone(store, size, places)),
      );
    }

    it(
      'terms that it was the first to bring can be brought by the next plan',
      withStore(newPlace, async (store) => {
        await furnish(store);
        const row = familyRow('next', { terms: { ...terms, idleSeconds: 77 } });
        const [poisoned, next] = await Promise.allSettled([
          store.commit(
            plan({ inserts: [{ kind: 'family', row: { ...row, id: familyId('x') } }, ...poison('x').inserts] }),
          ),
          store.commit(plan({ inserts: [{ kind: 'family', row }] })),
        ]);
        assert.deepEqual([poisoned.status, next.status], ['rejected', 'fulfilled']);
        assert.deepEqual(await family(store, 'next'), row);
        assert.equal(await store.families.find(familyId('x')), undefined);
      }),
    );

    const twice: Record<string, PartialPlan> = {
      'advances one family twice': { advances: [advance('f0', 0), advance('f0', 0)] },
      'consumes one code twice': {
        consumes: ['x', 'y'].map((label) => ({ kind: 'code', hash: codeRow('c').hash, redemption: redemption(label) })),
      },
    };
    for (const [title, parts] of Object.entries(twice)) {
      it(
        `a plan that ${title}`,
        withStore(newPlace, async (store) => {
          await furnish(store);
          await bear(store, 'f0');
          await mustCommit(store, { inserts: [{ kind: 'code', row: codeRow('c') }] });
          const [failed, next] = await Promise.allSettled([store.commit(plan(parts)), store.commit(plan({}))]);
          assert.ok(failed.status === 'rejected' && !(failed.reason instanceof StorageUnavailable));
          assert.equal(next.status, 'fulfilled');
          assert.deepEqual(await family(store, 'f0'), familyRow('f0'));
          assert.deepEqual(await store.codes.find(codeRow('c').hash), codeRow('c'));
        }),
      );
    }

    it(
      'nothing of it remains, so that the next plan wins what it wanted',
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'wanted');
        const want = plan({ advances: [advance('wanted', 0)], events: [event('wanted')] });
        const [poisoned, next] = await Promise.allSettled([
          store.commit({ ...want, ...poison('x') }),
          store.commit(want),
        ]);
        assert.equal(poisoned.status, 'rejected');
        assert.deepEqual(next, { status: 'fulfilled', value: committed });
        assert.deepEqual(
          (await store.audit.listRecent(10)).map(({ id }) => id),
          [eventId('wanted')],
        );
      }),
    );
  });

  it('a closed store answers what it took before and rejects what comes later as unavailable', async () => {
    const place = await newPlace();
    const store = await place.open();
    const taken = store.commit(plan({ events: [event('taken')] }));
    await store.close();
    await assert.rejects(store.commit(plan({})), StorageUnavailable);
    assert.deepEqual(await taken, committed);
    const again = await place.open();
    assert.equal((await again.audit.listRecent(1)).length, 1);
    await again.close();
    await place.remove();
  });
}

async function poisonFailsAlone(store: Store, size: number, poisoned: readonly number[]): Promise<void> {
  await furnish(store);
  const labels = Array.from({ length: size }, (_, number) => `f${number}`);
  await mustCommit(store, { inserts: labels.map((label) => ({ kind: 'family', row: familyRow(label) })) });
  const plans = labels.map((label, index) => ({
    ...plan({ advances: [advance(label, 0)] }),
    ...(poisoned.includes(index) ? poison(label) : {}),
  }));
  const outcomes = await Promise.allSettled(plans.map((each) => store.commit(each)));
  for (const [index, outcome] of outcomes.entries()) {
    const isPoisoned = poisoned.includes(index);
    assert.equal(outcome.status, isPoisoned ? 'rejected' : 'fulfilled', `plan ${index}`);
    if (outcome.status === 'rejected') assert.ok(!(outcome.reason instanceof StorageUnavailable), 'its own error');
    assert.equal((await family(store, labels[index]!)).generation, isPoisoned ? 0 : 1);
  }
}

/** No store can hold a family of a user that is not there. */
function poison(label: string): Pick<Plan, 'inserts'> {
  const row = familyRow(`poison ${label}`, { userId: userId('nobody'), operation: digest('poison') });
  return { inserts: [{ kind: 'family', row }] };
}
