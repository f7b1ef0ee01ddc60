import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { ClientId } from '@ostiary/wire';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import { bornMs } from './rows.ts';

const [a, b, c] = ['a', 'b', 'https://client.example/?x=1'] as [ClientId, ClientId, ClientId];

export function clientsContract(newPlace: NewPlace): void {
  describe('clients', () => {
    it(
      'missing ones are inserted, listed ones enabled, all others disabled with their epoch raised',
      withStore(newPlace, async (store) => {
        assert.deepEqual(await store.clients.sync([a, b], bornMs), { enabled: [a, b], disabled: [] });
        assert.deepEqual(await store.clients.sync([b, c], bornMs), { enabled: [c], disabled: [a] });
        assert.deepEqual(await store.clients.sync([a, c], bornMs), { enabled: [a], disabled: [b] });
        assert.deepEqual(await store.clients.find(a), { id: a, epoch: 1, isDisabled: false, changedAtMs: bornMs });
        assert.deepEqual(await store.clients.find(b), { id: b, epoch: 1, isDisabled: true, changedAtMs: bornMs });
        assert.deepEqual(await store.clients.find(c), { id: c, epoch: 0, isDisabled: false, changedAtMs: bornMs });
        assert.equal(await store.clients.find('A' as ClientId), undefined);
      }),
    );

    it(
      'the same list again changes nothing',
      withStore(newPlace, async (store) => {
        await store.clients.sync([a, b], bornMs);
        await store.clients.sync([a], bornMs);
        assert.deepEqual(await store.clients.sync([a, a], bornMs + 1), { enabled: [], disabled: [] });
        assert.deepEqual(await store.clients.find(b), { id: b, epoch: 1, isDisabled: true, changedAtMs: bornMs });
      }),
    );

    it(
      'concurrent callers with the same list agree: each change is told to one of them',
      withStores(newPlace, 2, async ([here, there]) => {
        await here!.clients.sync([a], bornMs);
        const results = await Promise.all(
          [here!, there!, here!, there!].map((store) => store.clients.sync([b], bornMs)),
        );
        assert.deepEqual(
          results.flatMap(({ enabled }) => enabled),
          [b],
        );
        assert.deepEqual(
          results.flatMap(({ disabled }) => disabled),
          [a],
        );
        assert.deepEqual(await there!.clients.find(a), { id: a, epoch: 1, isDisabled: true, changedAtMs: bornMs });
      }),
    );
  });
}
