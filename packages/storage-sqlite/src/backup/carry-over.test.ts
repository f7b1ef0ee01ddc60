import { strict as assert } from 'node:assert';
import { copyFileSync, truncateSync } from 'node:fs';
import { test } from 'node:test';
import type { PartialPlan } from '@ostiary/model';
import type { Store } from '@ostiary/storage';
import {
  ada,
  bear,
  bornMs,
  clientId,
  consentRow,
  dayMs,
  deviceId,
  deviceRow,
  digest,
  event,
  family,
  familyId,
  laptop,
  mustCommit,
  sessionId,
  sessionRow,
  userId,
  userRow,
} from '@ostiary/storage/contract';
import { inFolder, makeDatabase, onStore } from './backup.fixture.ts';
import { carryOver } from './carry-over.ts';
import type { CarriedOver, LeftBehind } from './carry-over.ts';

const atMs = bornMs + dayMs;
const nothing: CarriedOver & LeftBehind = {
  usersDisabled: 0,
  usersSignedOut: 0,
  passwords: 0,
  consents: 0,
  devices: 0,
  sessions: 0,
  families: 0,
  revokedTokens: 0,
  events: 0,
  keys: 0,
  usersAdded: [],
  usersEnabled: [],
};

/** Makes a backup, lets things happen, carries over, and looks at the restored database. */
async function afterwards(
  { before = async () => undefined, since }: { before?: (store: Store) => Promise<unknown>; since: Happening },
  look: (store: Store, carried: CarriedOver & LeftBehind) => Promise<unknown>,
): Promise<void> {
  await inFolder(async (at) => {
    await makeDatabase(at('present'));
    await onStore(at('present'), async (store) => {
      await mustCommit(store, { events: [event('before')] });
      await before(store);
    });
    copyFileSync(at('present'), at('staged'));
    await onStore(at('present'), (store) => (typeof since === 'function' ? since(store) : mustCommit(store, since)));
    const carried = carryOver(at('staged'), at('present'), atMs);
    await onStore(at('staged'), (store) => look(store, carried));
  });
}

type Happening = PartialPlan | ((store: Store) => Promise<unknown>);

test('where nothing happened, nothing is carried over', () =>
  afterwards({ since: {} }, async (_store, carried) => assert.deepEqual(carried, nothing)));

test('who was disabled stays disabled, with the epoch', () =>
  afterwards({ since: { ends: [{ kind: 'user', id: ada, disable: true, atMs }] } }, async (store, carried) => {
    const user = await store.users.find(ada);
    assert.deepEqual([user?.isDisabled, user?.epoch], [true, 1]);
    assert.deepEqual(carried, { ...nothing, usersDisabled: 1, usersSignedOut: 1 });
  }));

test('who was enabled since stays disabled, and is named', () =>
  afterwards(
    {
      before: (store) => mustCommit(store, { ends: [{ kind: 'user', id: ada, disable: true, atMs }] }),
      since: { touches: [{ kind: 'enable', userId: ada }] },
    },
    async (store, carried) => {
      assert.equal((await store.users.find(ada))?.isDisabled, true);
      assert.deepEqual(carried, { ...nothing, usersEnabled: ['ada@example.com'] });
    },
  ));

test('who was added since is not there, and is named', () =>
  afterwards({ since: { inserts: [{ kind: 'user', row: userRow('eve') }] } }, async (store, carried) => {
    assert.equal(await store.users.find(userId('eve')), undefined);
    assert.deepEqual(carried, { ...nothing, usersAdded: ['eve@example.com'] });
  }));

test('a password that was changed does not come back', () =>
  afterwards(
    { since: { touches: [{ kind: 'password', userId: ada, passwordHash: 'new' }] } },
    async (store, carried) => {
      assert.equal((await store.users.find(ada))?.passwordHash, 'new');
      assert.equal(carried.passwords, 1);
    },
  ));

test('a consent that was withdrawn stays withdrawn, under the version it has now', () =>
  afterwards({ since: { ends: [{ kind: 'consent', userId: ada, clientId, atMs }] } }, async (store, carried) => {
    const consent = await store.consents.find(ada, clientId);
    assert.deepEqual([consent?.version, consent?.withdrawnAtMs], [2, atMs]);
    assert.equal(carried.consents, 1);
  }));

test('a consent that was changed is asked for again, under a version of its own', () =>
  afterwards(
    { since: { inserts: [{ kind: 'consent', row: consentRow({ version: 5, scopes: ['openid'] }) }] } },
    async (store) => {
      const consent = await store.consents.find(ada, clientId);
      assert.deepEqual([consent?.version, consent?.withdrawnAtMs], [6, atMs]);
    },
  ));

test('a device that was removed stays removed', () =>
  afterwards({ since: { ends: [{ kind: 'device', id: laptop, atMs }] } }, async (store, carried) => {
    assert.equal((await store.devices.find(laptop))?.removedAtMs, atMs);
    assert.equal(carried.devices, 1);
  }));

test('what ended keeps its cause', () =>
  afterwards(
    {
      before: async (store) => {
        await bear(store, 'g');
        const device = deviceRow('phone');
        const row = sessionRow('phone', { deviceId: deviceId('phone') });
        await mustCommit(store, {
          inserts: [
            { kind: 'device', row: device },
            { kind: 'session', row },
          ],
        });
      },
      since: {
        ends: [
          { kind: 'family', id: familyId('f'), cause: 'reuse_detected', atMs },
          { kind: 'session', id: sessionId('phone'), cause: 'signed_out', atMs },
        ],
      },
    },
    async (store, carried) => {
      assert.equal((await family(store, 'f')).endCause, 'reuse_detected');
      assert.equal((await family(store, 'g')).endCause, undefined);
      assert.equal((await store.sessions.find(sessionId('phone')))?.endCause, 'signed_out');
      assert.deepEqual([carried.families, carried.sessions], [1, 1]);
    },
  ));

test('an access token that was revoked stays revoked', () =>
  afterwards(
    { since: { inserts: [{ kind: 'revokedToken', tokenId: 'jti', expiresAtMs: atMs, atMs }] } },
    async (store, carried) => {
      assert.equal(await store.revokedTokens.has('jti'), true);
      assert.equal(carried.revokedTokens, 1);
    },
  ));

test('what may be used once was used, before the backup or after it', () => {
  const use = (label: string, operation: string): PartialPlan => ({
    consumes: [{ kind: 'once', hash: digest(label), operation: digest(operation), expiresAtMs: atMs }],
  });
  return afterwards(
    { before: (store) => mustCommit(store, use('old', 'a')), since: use('new', 'a') },
    async (store) => {
      const again = { expects: [], advances: [], inserts: [], ends: [], touches: [], events: [], consumes: [] };
      for (const label of ['old', 'new']) {
        assert.deepEqual(await store.commit({ ...again, ...use(label, 'b') }), { kind: 'lost', conflict: 'once' });
      }
    },
  );
});

test('the audit log goes on where it was', () =>
  afterwards({ since: { events: [event('since')] } }, async (store, carried) => {
    assert.deepEqual(
      (await store.audit.listRecent(9)).map(({ id }) => id),
      [event('since').id, event('before').id],
    );
    assert.equal(carried.events, 1);
  }));

test('keys: one taken out of use does not sign again, one made since is known', () => {
  const key = (kid: string, createdAtMs: number) => ({
    kid,
    alg: 'ES256' as const,
    publicJwk: { kty: 'EC' } as never,
    sealed: `sealed ${kid}`,
    createdAtMs,
    activeFromMs: createdAtMs,
  });
  const mac = (keyId: number) => ({
    purpose: 'refresh' as const,
    keyId,
    sealed: `sealed ${keyId}`,
    createdAtMs: 1,
    activeFromMs: 1,
  });
  return afterwards(
    {
      before: async (store) => {
        await store.keys.insertSigning(key('leaked', 1));
        await store.keys.insertSigning(key('old', 2));
        await store.keys.insertMac(mac(0));
      },
      since: async (store) => {
        await store.keys.removeSigning('leaked');
        await store.keys.retireSigning('old', atMs);
        await store.keys.insertSigning(key('new', 3));
        await store.keys.insertMac(mac(1));
      },
    },
    async (store, carried) => {
      const signing = await store.keys.listSigning();
      assert.deepEqual(
        signing.map(({ kid, retiredAtMs }) => [kid, retiredAtMs]),
        [
          ['old', atMs],
          ['new', undefined],
        ],
      );
      assert.deepEqual(
        (await store.keys.listMac()).map(({ keyId }) => keyId),
        [0, 1],
      );
      assert.equal(carried.keys, 4);
    },
  );
});

test('a client that was taken out of service since stays under its new epoch', () =>
  afterwards({ since: (store) => store.clients.sync([], atMs) }, async (store) => {
    assert.deepEqual(await store.clients.find(clientId), {
      id: clientId,
      epoch: 1,
      isDisabled: true,
      changedAtMs: atMs,
    });
  }));

test('the restore epoch is at least that of the present database', () =>
  afterwards({ since: (store) => store.upkeep.raiseRestoreEpoch(7_000) }, async (store) => {
    assert.equal(await store.upkeep.restoreEpoch(), 7);
  }));

test('a database of another line gives neither keys nor audit events', () =>
  inFolder(async (at) => {
    for (const name of ['present', 'staged']) {
      await makeDatabase(at(name));
      await onStore(at(name), (store) => mustCommit(store, { events: [event(name), event(`${name} 2`)] }));
    }
    assert.deepEqual(carryOver(at('staged'), at('present'), atMs), nothing);
  }));

test('a present database that breaks while it is read leaves the staged one as it was', () =>
  inFolder(async (at) => {
    await makeDatabase(at('present'));
    copyFileSync(at('present'), at('staged'));
    await onStore(at('present'), (store) =>
      mustCommit(store, { ends: [{ kind: 'user', id: ada, disable: true, atMs }] }),
    );
    truncateSync(at('present'), 60_000);
    assert.throws(() => carryOver(at('staged'), at('present'), atMs));
    await onStore(at('staged'), async (store) => assert.equal((await store.users.find(ada))?.isDisabled, false));
  }));
