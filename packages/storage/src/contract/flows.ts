import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { NewPlace } from './place.ts';
import { withStore } from './place.ts';
import { bornMs, codeRow, digest, interactionRow, plan, redemption, signIn } from './rows.ts';
import { furnish, mustCommit } from './world.ts';

export function flowsContract(newPlace: NewPlace): void {
  describe('codes', () => {
    const hash = codeRow('c').hash;
    const { codeChallenge: _, nonce: __, jkt: ___, ...plainCode } = codeRow('c');
    for (const row of [codeRow('c'), plainCode]) {
      it(
        `a code ${'nonce' in row ? 'with' : 'without'} challenge, key and nonce is found as it was inserted`,
        withStore(newPlace, async (store) => {
          await furnish(store);
          await mustCommit(store, { inserts: [{ kind: 'code', row }] });
          assert.deepEqual(await store.codes.find(hash), row);
          assert.equal(await store.codes.find(digest('none')), undefined);
        }),
      );
    }

    it(
      'a consumed code is kept with the redemption that consumed it',
      withStore(newPlace, async (store) => {
        await furnish(store);
        await mustCommit(store, { inserts: [{ kind: 'code', row: codeRow('c') }] });
        const first = redemption('first', { attempt: digest('attempt'), jkt: digest('key') });
        const second = redemption('second');
        await mustCommit(store, { consumes: [{ kind: 'code', hash, redemption: first }] });
        const lost = await store.commit(plan({ consumes: [{ kind: 'code', hash, redemption: second }] }));
        assert.deepEqual(lost, { kind: 'lost', conflict: 'code' });
        assert.deepEqual(await store.codes.find(hash), codeRow('c', { redemption: first }));
      }),
    );
  });

  describe('interactions', () => {
    const hash = interactionRow('i').hash;

    it(
      'are found as they were inserted; once consumed, they say so',
      withStore(newPlace, async (store) => {
        await mustCommit(store, { inserts: [{ kind: 'interaction', row: interactionRow('i') }] });
        assert.deepEqual(await store.interactions.find(hash), interactionRow('i'));
        await mustCommit(store, { consumes: [{ kind: 'interaction', hash }] });
        assert.deepEqual(await store.interactions.find(hash), interactionRow('i', { isConsumed: true }));
        const again = await store.commit(plan({ consumes: [{ kind: 'interaction', hash }] }));
        assert.deepEqual(again, { kind: 'lost', conflict: 'interaction' });
      }),
    );

    it(
      'the session that was chosen is noted',
      withStore(newPlace, async (store) => {
        await mustCommit(store, { inserts: [{ kind: 'interaction', row: interactionRow('i') }] });
        await mustCommit(store, { touches: [{ kind: 'interaction', hash, chosenSessionId: signIn }] });
        assert.deepEqual(await store.interactions.find(hash), interactionRow('i', { chosenSessionId: signIn }));
      }),
    );

    it(
      'a touch does not bring one into being',
      withStore(newPlace, async (store) => {
        await mustCommit(store, { touches: [{ kind: 'interaction', hash, chosenSessionId: signIn }] });
        assert.equal(await store.interactions.find(hash), undefined);
      }),
    );
  });

  describe('revoked access tokens', () => {
    it(
      'are known by their id; taking one back twice is taking it back once',
      withStore(newPlace, async (store) => {
        const revoke = { kind: 'revokedToken', tokenId: 'at-1', expiresAtMs: bornMs, atMs: bornMs } as const;
        await mustCommit(store, { inserts: [revoke, revoke] });
        await mustCommit(store, { inserts: [revoke] });
        assert.equal(await store.revokedTokens.has('at-1'), true);
        assert.equal(await store.revokedTokens.has('at-2'), false);
      }),
    );
  });
}
