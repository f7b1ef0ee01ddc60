import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Ended } from '@ostiary/model';
import type { Store } from '../store.ts';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import {
  ada,
  bornMs,
  clientId,
  consentRow,
  deviceId,
  deviceRow,
  familyId,
  laptop,
  otherClientId,
  sessionId,
  sessionRow,
  signIn,
} from './rows.ts';
import { bear, end, furnish, mustCommit } from './world.ts';

const [earlier, atMs] = [bornMs + 1_000, bornMs + 2_000];
const many = 1_000;

async function endedSince(store: Store, sinceMs: number): Promise<Ended[]> {
  const ended = await store.revocations.endedSince(sinceMs, many);
  return ended.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

export function revocationsContract(newPlace: NewPlace): void {
  describe('what ended', () => {
    it(
      'is nothing while everything lives',
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'one');
        assert.deepEqual(await endedSince(store, earlier), []);
      }),
    );

    it(
      'is told with the time that was noted, from that time on and not before',
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'one');
        const cause = 'revoked_by_client';
        await end(store, { kind: 'family', id: familyId('one'), cause, atMs });
        await end(store, { kind: 'family', id: familyId('one'), cause, atMs: atMs + 5 });
        const expected: Ended[] = [{ kind: 'family', id: familyId('one'), atMs }];
        assert.deepEqual(await endedSince(store, atMs), expected);
        assert.deepEqual(await endedSince(store, earlier), expected);
        assert.deepEqual(await endedSince(store, atMs + 1), []);
      }),
    );

    it(
      'is found by a node that asks from before, when its commit is late',
      withStores(newPlace, 2, async ([here, there]) => {
        await furnish(here!);
        await bear(here!, 'one');
        await bear(here!, 'two');
        const cause = 'signed_out';
        await end(here!, { kind: 'family', id: familyId('one'), cause, atMs });
        assert.equal((await endedSince(there!, earlier)).length, 1);
        await end(here!, { kind: 'family', id: familyId('two'), cause, atMs: earlier });
        assert.equal((await endedSince(there!, earlier)).length, 2);
      }),
    );
    kinds(newPlace);

    it(
      'is no more than was asked for',
      withStore(newPlace, async (store) => {
        await furnish(store);
        for (const label of ['one', 'two', 'three']) await bear(store, label);
        await end(store, { kind: 'families', of: { userId: ada }, cause: 'signed_out', atMs });
        await end(store, { kind: 'session', id: signIn, cause: 'signed_out', atMs });
        assert.equal((await store.revocations.endedSince(atMs, 2)).length, 2);
        assert.equal((await store.revocations.endedSince(atMs, 4)).length, 4);
      }),
    );
  });
}

function kinds(newPlace: NewPlace): void {
  it(
    'has sessions and devices',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, {
        inserts: [
          { kind: 'device', row: deviceRow('phone') },
          { kind: 'session', row: sessionRow('phone', { deviceId: deviceId('phone') }) },
        ],
      });
      await end(
        store,
        { kind: 'sessions', userId: ada, deviceId: laptop, cause: 'device_removed', atMs },
        { kind: 'device', id: deviceId('phone'), atMs },
      );
      assert.deepEqual(await endedSince(store, atMs), [
        { kind: 'device', id: deviceId('phone'), atMs },
        { kind: 'session', id: sessionId('laptop'), atMs },
      ]);
    }),
  );

  it(
    'has users with the epoch that counts now',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'user', id: ada, disable: false, atMs: earlier });
      await end(store, { kind: 'user', id: ada, disable: true, atMs });
      await mustCommit(store, { touches: [{ kind: 'enable', userId: ada }] });
      assert.deepEqual(await endedSince(store, atMs), [{ kind: 'user', id: ada, epoch: 2, atMs }]);
    }),
  );

  it(
    'has access tokens that were taken back, with the time at which they would have expired',
    withStore(newPlace, async (store) => {
      const revoked = { kind: 'revokedToken', tokenId: 'at ü', expiresAtMs: bornMs + 60_000, atMs } as const;
      await mustCommit(store, { inserts: [revoked] });
      await mustCommit(store, { inserts: [{ ...revoked, expiresAtMs: bornMs, atMs: atMs + 1 }] });
      assert.deepEqual(await endedSince(store, atMs), [
        { kind: 'token', tokenId: 'at ü', expiresAtMs: bornMs + 60_000 },
      ]);
      assert.deepEqual(await endedSince(store, atMs + 1), []);
    }),
  );

  it(
    'has consents that were withdrawn, and those given again since',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'consent', userId: ada, clientId, atMs });
      const consent = { kind: 'consent', userId: ada, clientId } as const;
      assert.deepEqual(await endedSince(store, atMs), [{ ...consent, isOver: true, atMs }]);
      const again = consentRow({ version: 2, givenAtMs: atMs + 9 });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: again }] });
      assert.deepEqual(await endedSince(store, atMs), [{ ...consent, isOver: false, atMs: atMs + 9 }]);
      const first = consentRow({ clientId: otherClientId, version: 0, givenAtMs: atMs + 9 });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: first }] });
      assert.equal((await endedSince(store, atMs)).length, 1, 'one that was never withdrawn is none');
    }),
  );

  it(
    'has clients that were disabled, and those enabled again since',
    withStore(newPlace, async (store) => {
      await store.clients.sync([clientId, otherClientId], bornMs);
      await store.clients.sync([otherClientId], atMs);
      assert.deepEqual(await endedSince(store, atMs), [{ kind: 'client', id: clientId, isOver: true, atMs }]);
      await store.clients.sync([clientId, otherClientId], atMs + 7);
      assert.deepEqual(await endedSince(store, 0), [{ kind: 'client', id: clientId, isOver: false, atMs: atMs + 7 }]);
    }),
  );
}
