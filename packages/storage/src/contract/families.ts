import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Family, FamilySelection } from '@ostiary/model';
import type { FamilyId } from '@ostiary/wire';
import type { NewPlace } from './place.ts';
import { withStore } from './place.ts';
import {
  ada,
  advance,
  bornMs,
  clientId,
  consentRow,
  deviceId,
  deviceRow,
  digest,
  familyId,
  familyRow,
  grant,
  laptop,
  otherClientId,
  plan,
  sessionId,
  sessionRow,
  signIn,
  terms,
  userId,
  userRow,
} from './rows.ts';
import { bear, end, facts, family, furnish, living, mustCommit } from './world.ts';

export function familiesContract(newPlace: NewPlace): void {
  describe('families: find', () => finding(newPlace));
  describe('families: lists', () => lists(newPlace));
  describe('families: advancing and touching', () => moving(newPlace));
  describe('families: ending', () => endings(newPlace));
}

function finding(newPlace: NewPlace): void {
  it(
    'gives the family and all it stands on',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'plain');
      assert.deepEqual(await store.families.find(familyId('plain')), {
        family: familyRow('plain'),
        user: { id: ada, epoch: 0, isDisabled: false, claims: userRow('ada').claims },
        client: { id: clientId, epoch: 0, isDisabled: false },
        consent: { version: 1, isWithdrawn: false },
        device: { id: laptop, isRemoved: false },
        session: { id: signIn },
      });
    }),
  );

  it(
    'tells the state of now, not that of the birth',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'plain');
      await end(
        store,
        { kind: 'user', id: ada, disable: true, atMs: bornMs },
        { kind: 'consent', userId: ada, clientId, atMs: bornMs },
        { kind: 'session', id: signIn, cause: 'signed_out', atMs: bornMs },
        { kind: 'device', id: laptop, atMs: bornMs },
      );
      await store.clients.sync([otherClientId], bornMs);
      assert.deepEqual(await facts(store, 'plain'), {
        family: familyRow('plain'),
        user: { id: ada, epoch: 1, isDisabled: true, claims: userRow('ada').claims },
        client: { id: clientId, epoch: 1, isDisabled: true },
        consent: { version: 2, isWithdrawn: true },
        device: { id: laptop, isRemoved: true },
        session: { id: signIn, endCause: 'signed_out' },
      });
    }),
  );

  it(
    'leaves out consent and session where there are none',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'bare', { clientId: otherClientId, sessionId: sessionId('gone') });
      const found = await facts(store, 'bare');
      assert.equal(found.family.sessionId, sessionId('gone'));
      assert.equal('consent' in found, false);
      assert.equal('session' in found, false);
    }),
  );

  const kinds: Record<string, Partial<Family>> = {
    'bound to a DPoP key': { jkt: digest('key') },
    'with what a direct sign-in grants': {
      terms: { ...terms, grant: { ...grant, claims: { role: 'editor', desks: [1, 2] }, needsDevice: true } },
    },
    'without limits': { terms: { grant, boundTo: 'offline' } },
    'with an empty grant': { terms: { grant: { scopes: [], apis: {}, acr: '0', amr: [] }, boundTo: 'session' } },
    'of the last generation': { generation: 2 ** 31 - 1, keyId: 255, retries: 2 ** 31 },
    ended: { endedAtMs: bornMs + 1, endCause: 'reuse_detected' },
    'made by an attempt': { attempted: true, userEpoch: 4, clientEpoch: 5, consentVersion: 6 },
  };
  for (const [kind, row] of Object.entries(kinds)) {
    it(
      `gives back a family ${kind} as it was inserted`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, kind, row);
        assert.deepEqual(await family(store, kind), familyRow(kind, row));
      }),
    );
  }

  it(
    'keeps the terms of families apart',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const rows = [0, 1, 2, 3].map((number) =>
        familyRow(`f${number}`, { terms: { ...terms, idleSeconds: 60 + (number >> 1) } }),
      );
      await mustCommit(store, { inserts: rows.map((row) => ({ kind: 'family', row })) });
      for (const row of rows) assert.deepEqual((await store.families.find(row.id))?.family.terms, row.terms);
    }),
  );

  for (const id of [
    'fam_',
    'fam_AAAAAAAAAAAAAAAAAAAAAA',
    'fam_AAAAAAAAAAAAAAAAAAAAAB',
    'nonsense',
    '',
    'fam_%\u0000',
  ]) {
    it(
      `finds nothing under ${JSON.stringify(id)}`,
      withStore(newPlace, async (store) => {
        assert.equal(await store.families.find(id as FamilyId), undefined);
      }),
    );
  }
}

function lists(newPlace: NewPlace): void {
  it(
    'living families come newest sign-in first; ended ones and those of others are left out',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, {
        inserts: [
          { kind: 'user', row: userRow('bob') },
          { kind: 'family', row: familyRow('middle', { authTimeMs: bornMs + 2 }) },
          { kind: 'family', row: familyRow('newest', { authTimeMs: bornMs + 3 }) },
          { kind: 'family', row: familyRow('oldest', { authTimeMs: bornMs + 1 }) },
          { kind: 'family', row: familyRow('ended', { endedAtMs: bornMs, endCause: 'signed_out' }) },
          { kind: 'family', row: familyRow('of bob', { userId: userId('bob') }) },
        ],
      });
      const list = await store.families.listLiving(ada);
      assert.deepEqual(
        list.map((found) => found.family.id),
        ['newest', 'middle', 'oldest'].map(familyId),
      );
      assert.deepEqual(list[0], await facts(store, 'newest'));
    }),
  );

  const caps = { perDevice: 2, perUser: 4 };
  const place = { userId: ada, clientId, deviceId: laptop };
  const phone = { deviceId: deviceId('phone') };
  const web = { clientId: otherClientId };
  const crowds: { title: string; families: Partial<Family>[]; surplus: number[] }[] = [
    { title: 'nobody gives way while one more fits', families: [{}], surplus: [] },
    { title: 'the oldest sign-in of this user, client and device gives way', families: [{}, {}], surplus: [0] },
    { title: 'as many give way as are too many', families: [{}, {}, {}], surplus: [0, 1] },
    { title: 'other devices and clients have places of their own', families: [{}, phone, web], surplus: [] },
    { title: 'the oldest of the user gives way', families: [phone, phone, web, web], surplus: [0] },
    { title: 'whoever gives way here counts for the user too', families: [phone, {}, {}, web], surplus: [1] },
    { title: 'both caps at once', families: [phone, {}, {}, web, web], surplus: [1, 0] },
    {
      title: 'ended families take no place',
      families: [{ endedAtMs: bornMs, endCause: 'signed_out' }, {}],
      surplus: [],
    },
  ];
  for (const { title, families, surplus } of crowds) {
    it(
      `surplus: ${title}`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        const inserts = families.map((row, index) => {
          const authTimeMs = bornMs + index;
          return { kind: 'family', row: familyRow(`f${index}`, { authTimeMs, ...row }) } as const;
        });
        await mustCommit(store, { inserts: [{ kind: 'device', row: deviceRow('phone') }, ...inserts.toReversed()] });
        const found = await store.families.findSurplus(place, caps);
        assert.deepEqual(found.toSorted(), surplus.map((index) => familyId(`f${index}`)).toSorted());
      }),
    );
  }
}

function moving(newPlace: NewPlace): void {
  it(
    'an advance raises the generation and writes key, time, operation and whether it was an attempt',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'moved', { retries: 3, jkt: digest('key') });
      const atMs = bornMs + 9_000;
      const operation = digest('attempt');
      await mustCommit(store, { advances: [advance('moved', 0, { keyId: 2, atMs, operation, attempted: true })] });
      const moved = { generation: 1, keyId: 2, rotatedAtMs: atMs, usedAtMs: atMs, operation, attempted: true };
      assert.deepEqual(await family(store, 'moved'), familyRow('moved', { retries: 3, jkt: digest('key'), ...moved }));
    }),
  );

  it(
    'an advance by a node whose clock is behind does not take back the time of use',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'moved', { usedAtMs: bornMs + 5_000 });
      await mustCommit(store, { advances: [advance('moved', 0, { atMs: bornMs + 1 })] });
      const { usedAtMs, rotatedAtMs } = await family(store, 'moved');
      assert.deepEqual({ usedAtMs, rotatedAtMs }, { usedAtMs: bornMs + 5_000, rotatedAtMs: bornMs + 1 });
    }),
  );

  it(
    'of touches the later time wins and retries add up',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'used');
      const id = familyId('used');
      await mustCommit(store, { touches: [{ kind: 'family', id, usedAtMs: bornMs + 9 }] });
      await mustCommit(store, { touches: [{ kind: 'family', id, usedAtMs: bornMs + 4, retries: 2 }] });
      await mustCommit(store, { touches: [{ kind: 'family', id, retries: 3 }] });
      assert.deepEqual(await family(store, 'used'), familyRow('used', { usedAtMs: bornMs + 9, retries: 5 }));
    }),
  );
}

function endings(newPlace: NewPlace): void {
  it(
    'ending is monotonic: the first cause and time stay',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'ended');
      await end(store, { kind: 'family', id: familyId('ended'), cause: 'reuse_detected', atMs: bornMs + 1 });
      await end(
        store,
        { kind: 'family', id: familyId('ended'), cause: 'superseded', atMs: bornMs + 2 },
        { kind: 'families', of: { userId: ada }, cause: 'signed_out', atMs: bornMs + 3 },
      );
      const first = { endedAtMs: bornMs + 1, endCause: 'reuse_detected' } as const;
      assert.deepEqual(await family(store, 'ended'), familyRow('ended', first));
    }),
  );

  it(
    'ending does not depend on the generation: beside 32 advances it holds, and nothing advances after it',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'racing');
      const advances = Array.from({ length: 32 }, (_, from) => plan({ advances: [advance('racing', from)] }));
      const ending = plan({
        ends: [{ kind: 'family', id: familyId('racing'), cause: 'reuse_detected', atMs: bornMs }],
      });
      const plans = [...advances.slice(0, 16), ending, ...advances.slice(16)];
      await Promise.all(plans.map((each) => store.commit(each)));
      const { generation, endCause } = await family(store, 'racing');
      assert.deepEqual({ generation, endCause }, { generation: 16, endCause: 'reuse_detected' });
    }),
  );

  it(
    'ending what is not there changes nothing and is committed',
    withStore(newPlace, async (store) => {
      await end(
        store,
        { kind: 'family', id: familyId('nobody'), cause: 'signed_out', atMs: bornMs },
        { kind: 'families', of: { userId: userId('nobody') }, cause: 'signed_out', atMs: bornMs },
        { kind: 'session', id: sessionId('none'), cause: 'signed_out', atMs: bornMs },
        { kind: 'device', id: deviceId('none'), atMs: bornMs },
        { kind: 'consent', userId: userId('nobody'), clientId, atMs: bornMs },
        { kind: 'user', id: userId('nobody'), disable: true, atMs: bornMs },
      );
    }),
  );

  const all = ['here', 'offline', 'on phone', 'of web', 'other session'];
  const selections: { title: string; of: Partial<FamilySelection>; taken: string[] }[] = [
    { title: 'of the user', of: {}, taken: all },
    { title: 'of a client', of: { clientId: otherClientId }, taken: ['of web'] },
    { title: 'of a device', of: { deviceId: deviceId('phone') }, taken: ['on phone'] },
    { title: 'of all devices but one', of: { exceptDeviceId: laptop }, taken: ['on phone'] },
    { title: 'of a session', of: { sessionId: sessionId('second') }, taken: ['other session'] },
    { title: 'bound to their session', of: { boundTo: 'session' }, taken: all.filter((label) => label !== 'offline') },
    {
      title: 'that match several fields',
      of: { sessionId: signIn, deviceId: laptop, clientId, boundTo: 'session' },
      taken: ['here'],
    },
    { title: 'of an unknown client', of: { clientId: 'nobody' as typeof clientId }, taken: [] },
    { title: 'of all devices but an unknown one', of: { exceptDeviceId: deviceId('none') }, taken: all },
  ];
  for (const { title, of, taken } of selections) {
    it(
      `takes the living families ${title}, and no others`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await mustCommit(store, {
          inserts: [
            { kind: 'user', row: userRow('bob') },
            { kind: 'device', row: deviceRow('phone') },
            { kind: 'session', row: sessionRow('second') },
            { kind: 'consent', row: consentRow({ clientId: otherClientId }) },
            { kind: 'family', row: familyRow('here') },
            { kind: 'family', row: familyRow('offline', { terms: { ...terms, boundTo: 'offline' } }) },
            { kind: 'family', row: familyRow('on phone', { deviceId: deviceId('phone') }) },
            { kind: 'family', row: familyRow('of web', { clientId: otherClientId }) },
            { kind: 'family', row: familyRow('other session', { sessionId: sessionId('second') }) },
            { kind: 'family', row: familyRow('of bob', { userId: userId('bob') }) },
          ],
        });
        await end(store, { kind: 'families', of: { userId: ada, ...of }, cause: 'signed_out', atMs: bornMs });
        const spared = [...all, 'of bob'].filter((label) => !taken.includes(label));
        assert.deepEqual(await living(store, ...all, 'of bob'), spared);
      }),
    );
  }
}
