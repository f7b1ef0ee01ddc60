import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import { bornMs } from './rows.ts';

export function keysContract(newPlace: NewPlace): void {
  describe('keys', () => {
    it(
      'are listed as they were inserted',
      withStore(newPlace, async (store) => {
        const retired = signingKey('a', { retiredAtMs: bornMs + 9 });
        await store.keys.insertSigning(retired);
        await store.keys.insertSigning(signingKey('b'));
        await store.keys.insertMac(macKey());
        assert.deepEqual(await store.keys.listSigning(), [retired, signingKey('b')]);
        assert.deepEqual(await store.keys.listMac(), [macKey()]);
      }),
    );

    it(
      'of nodes that insert one kid at once one succeeds, and all read what it wrote',
      withStores(newPlace, 2, async (stores) => {
        const inserted = await Promise.all(
          [0, 1, 2, 3].map((number) =>
            stores[number % 2]!.keys.insertSigning(signingKey('a', { sealed: `sealed ${number}` })),
          ),
        );
        assert.equal(inserted.filter(Boolean).length, 1);
        const winner = signingKey('a', { sealed: `sealed ${inserted.indexOf(true)}` });
        for (const store of stores) assert.deepEqual(await store.keys.listSigning(), [winner]);
      }),
    );

    it(
      'of nodes that make the first key of an algorithm at once one succeeds, and all read what it wrote',
      withStores(newPlace, 2, async (stores) => {
        const candidates = ['a', 'b', 'c', 'd'].map((kid) => signingKey(kid));
        const inserted = await Promise.all(
          candidates.map((key, number) => stores[number % 2]!.keys.insertFirstSigning(key)),
        );
        assert.equal(inserted.filter(Boolean).length, 1);
        const winner = candidates[inserted.indexOf(true)];
        for (const store of stores) assert.deepEqual(await store.keys.listSigning(), [winner]);
      }),
    );

    it(
      'the first key of one algorithm does not stand in the way of another; a retired one does, a removed one does not',
      withStore(newPlace, async (store) => {
        assert.equal(await store.keys.insertFirstSigning(signingKey('a')), true);
        assert.equal(await store.keys.insertFirstSigning(signingKey('b', { alg: 'RS256' })), true);
        await store.keys.retireSigning('a', bornMs + 7);
        assert.equal(await store.keys.insertFirstSigning(signingKey('c')), false);
        await store.keys.removeSigning('a');
        assert.equal(await store.keys.insertFirstSigning(signingKey('d')), true);
        const kids = (await store.keys.listSigning()).map(({ kid }) => kid);
        assert.deepEqual(kids.toSorted(), ['b', 'd']);
      }),
    );

    it(
      'a first key does not take the `kid` of another',
      withStore(newPlace, async (store) => {
        await store.keys.insertSigning(signingKey('a', { alg: 'RS256' }));
        assert.equal(await store.keys.insertFirstSigning(signingKey('a')), false);
        assert.deepEqual(await store.keys.listSigning(), [signingKey('a', { alg: 'RS256' })]);
      }),
    );

    it(
      'of nodes that insert one key id of one purpose at once one succeeds; purposes are apart',
      withStores(newPlace, 2, async (stores) => {
        const inserted = await Promise.all(
          [0, 1, 2, 3].map((number) => stores[number % 2]!.keys.insertMac(macKey({ sealed: `sealed ${number}` }))),
        );
        assert.equal(inserted.filter(Boolean).length, 1);
        assert.equal(await stores[0]!.keys.insertMac(macKey({ purpose: 'cookie' })), true);
        const refresh = (await stores[1]!.keys.listMac()).filter(({ purpose }) => purpose === 'refresh');
        assert.deepEqual(refresh, [macKey({ sealed: `sealed ${inserted.indexOf(true)}` })]);
      }),
    );

    it(
      'a signing key is retired, and removed',
      withStore(newPlace, async (store) => {
        for (const kid of ['a', 'b']) await store.keys.insertSigning(signingKey(kid));
        await store.keys.retireSigning('a', bornMs + 7);
        assert.deepEqual(await store.keys.listSigning(), [
          signingKey('a', { retiredAtMs: bornMs + 7 }),
          signingKey('b'),
        ]);
        await store.keys.removeSigning('a');
        assert.deepEqual(await store.keys.listSigning(), [signingKey('b')]);
      }),
    );
  });
}

function signingKey(kid: string, key: Partial<StoredSigningKey> = {}): StoredSigningKey {
  return {
    kid,
    alg: 'ES256',
    publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid, alg: 'ES256', use: 'sig' },
    sealed: `sealed ${kid}`,
    createdAtMs: bornMs,
    activeFromMs: bornMs + 1,
    ...key,
  };
}

function macKey(key: Partial<StoredMacKey> = {}): StoredMacKey {
  return { purpose: 'refresh', keyId: 255, sealed: 'sealed', createdAtMs: bornMs, activeFromMs: bornMs + 1, ...key };
}
