import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Conflict, Ending, Expectation } from '@ostiary/model';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import { ada, bornMs, clientId, familyRow, laptop, plan, signIn } from './rows.ts';
import { commitAtOnce, furnish, living } from './world.ts';

const births: Expectation[] = [
  { kind: 'user', id: ada, epoch: 0 },
  { kind: 'client', id: clientId, epoch: 0 },
  { kind: 'consent', userId: ada, clientId, version: 1 },
  { kind: 'session', id: signIn },
  { kind: 'device', id: laptop },
];
const atMs = bornMs;
const endings: { title: string; conflict: Conflict; ends: Ending[] }[] = [
  {
    title: 'signing a user out everywhere',
    conflict: 'user',
    ends: [
      { kind: 'user', id: ada, disable: false, atMs },
      { kind: 'families', of: { userId: ada }, cause: 'signed_out_everywhere', atMs },
    ],
  },
  {
    title: 'withdrawing a consent',
    conflict: 'consent',
    ends: [
      { kind: 'consent', userId: ada, clientId, atMs },
      { kind: 'families', of: { userId: ada, clientId }, cause: 'consent_withdrawn', atMs },
    ],
  },
  {
    title: 'removing a device',
    conflict: 'device',
    ends: [
      { kind: 'device', id: laptop, atMs },
      { kind: 'families', of: { userId: ada, deviceId: laptop }, cause: 'device_removed', atMs },
    ],
  },
  {
    title: 'ending a session',
    conflict: 'session',
    ends: [
      { kind: 'session', id: signIn, cause: 'signed_out', atMs },
      { kind: 'families', of: { userId: ada, sessionId: signIn }, cause: 'signed_out', atMs },
    ],
  },
];

/** A family born beside the ending of what it stands on must not live on. */
export function writeSkewContract(newPlace: NewPlace): void {
  for (const { title, conflict, ends } of endings) {
    describe(`write skew: ${title} beside the birth of a family`, () => {
      const birth = plan({ expects: births, inserts: [{ kind: 'family', row: familyRow('skewed') }] });
      const ending = plan({ ends });

      it(
        'the ending first: the birth is lost',
        withStore(newPlace, async (store) => {
          await furnish(store);
          const results = await commitAtOnce([store], [ending, birth]);
          assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'lost', conflict }]);
          assert.equal(await store.families.find(familyRow('skewed').id), undefined);
        }),
      );

      it(
        'the birth first: the ending takes the family',
        withStore(newPlace, async (store) => {
          await furnish(store);
          const results = await commitAtOnce([store], [birth, ending]);
          assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'committed' }]);
          assert.deepEqual(await living(store, 'skewed'), []);
        }),
      );

      for (const order of [
        [ending, birth],
        [birth, ending],
      ]) {
        it(
          `${order[0] === ending ? 'ending and birth' : 'birth and ending'} from two connections at once: no family lives`,
          withStores(newPlace, 2, async (stores) => {
            await furnish(stores[0]!);
            const [first, second] = await commitAtOnce(stores, order);
            const born = order[0] === birth ? first : second;
            const found = await stores[0]!.families.find(familyRow('skewed').id);
            assert.equal(found !== undefined, born!.kind === 'committed');
            assert.ok(found === undefined || found.family.endCause !== undefined);
          }),
        );
      }
    });
  }

  describe('write skew: disabling a client beside the birth of a family', () => {
    it(
      'the family either is not born or carries an older client epoch than the client has',
      withStores(newPlace, 2, async ([here, there]) => {
        await furnish(here!);
        const birth = plan({ expects: births, inserts: [{ kind: 'family', row: familyRow('skewed') }] });
        const [result] = await Promise.all([here!.commit(birth), there!.clients.sync([], bornMs)]);
        const found = await here!.families.find(familyRow('skewed').id);
        assert.equal(found !== undefined, result.kind === 'committed');
        assert.ok(found === undefined || found.family.clientEpoch < found.client.epoch);
        assert.deepEqual(await here!.commit(plan({ expects: births })), { kind: 'lost', conflict: 'client' });
      }),
    );
  });
}
