import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Ending } from '@ostiary/model';
import type { NewPlace } from './place.ts';
import { withStore } from './place.ts';
import {
  ada,
  bornMs,
  clientId,
  consentRow,
  deviceId,
  deviceRow,
  digest,
  laptop,
  otherClientId,
  sessionId,
  sessionRow,
  signIn,
  userId,
  userRow,
} from './rows.ts';
import { end, furnish, mustCommit } from './world.ts';

export function peopleContract(newPlace: NewPlace): void {
  describe('users', () => users(newPlace));
  describe('sessions', () => sessions(newPlace));
  describe('devices', () => devices(newPlace));
  describe('consents', () => consents(newPlace));
}

function users(newPlace: NewPlace): void {
  it(
    'are found by id and by username, with and without a password',
    withStore(newPlace, async (store) => {
      const rows = [userRow('ada', { passwordHash: '$argon2id$v=19$...' }), userRow('bob', { isDisabled: true })];
      await mustCommit(store, { inserts: rows.map((row) => ({ kind: 'user', row })) });
      for (const row of rows) {
        assert.deepEqual(await store.users.find(row.id), row);
        assert.deepEqual(await store.users.findByUsername(row.username), row);
      }
      assert.equal(await store.users.find(userId('nobody')), undefined);
    }),
  );

  it(
    'usernames are compared as they are, without folding',
    withStore(newPlace, async (store) => {
      await mustCommit(store, { inserts: [{ kind: 'user', row: userRow('ada', { username: 'Ada É' }) }] });
      for (const other of ['ada É', 'Ada E\u0301', 'Ada É ', '']) {
        assert.equal(await store.users.findByUsername(other), undefined, JSON.stringify(other));
      }
    }),
  );

  it(
    'ending a user raises the epoch each time; only `disable` bars, and it stays',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const states: [number, boolean][] = [];
      for (const disable of [false, true, false]) {
        await end(store, { kind: 'user', id: ada, disable, atMs: bornMs });
        const user = await store.users.find(ada);
        states.push([user!.epoch, user!.isDisabled]);
      }
      assert.deepEqual(states, [
        [1, false],
        [2, true],
        [3, true],
      ]);
    }),
  );

  it(
    'enabling a user keeps the epoch, so that what ended stays ended',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'user', id: ada, disable: true, atMs: bornMs });
      await mustCommit(store, { touches: [{ kind: 'enable', userId: ada }] });
      assert.deepEqual(await store.users.find(ada), userRow('ada', { epoch: 1, epochRaisedAtMs: bornMs }));
    }),
  );

  it(
    'a new password hash replaces the old one',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, { touches: [{ kind: 'password', userId: ada, passwordHash: '$argon2id$new' }] });
      assert.deepEqual(await store.users.find(ada), userRow('ada', { passwordHash: '$argon2id$new' }));
    }),
  );
}

function sessions(newPlace: NewPlace): void {
  it(
    'are found by id and by cookie, ended ones too, with their cause',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const { cookieHash } = sessionRow('laptop');
      assert.deepEqual(await store.sessions.find(signIn), sessionRow('laptop'));
      assert.deepEqual(await store.sessions.findByCookie(cookieHash), sessionRow('laptop'));
      await end(store, { kind: 'session', id: signIn, cause: 'signed_out', atMs: bornMs + 1 });
      const ended = sessionRow('laptop', { endedAtMs: bornMs + 1, endCause: 'signed_out' });
      assert.deepEqual(await store.sessions.findByCookie(cookieHash), ended);
      assert.equal(await store.sessions.find(sessionId('none')), undefined);
      assert.equal(await store.sessions.findByCookie(digest('none')), undefined);
    }),
  );

  it(
    'ending is monotonic: the first cause and time stay',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'session', id: signIn, cause: 'signed_out', atMs: bornMs + 1 });
      await end(
        store,
        { kind: 'session', id: signIn, cause: 'session_replaced', atMs: bornMs + 2 },
        { kind: 'sessions', userId: ada, cause: 'device_removed', atMs: bornMs + 3 },
      );
      const ended = sessionRow('laptop', { endedAtMs: bornMs + 1, endCause: 'signed_out' });
      assert.deepEqual(await store.sessions.find(signIn), ended);
    }),
  );

  const selections: { title: string; of: Partial<Ending & { kind: 'sessions' }>; left: string[] }[] = [
    { title: 'all of a user', of: {}, left: [] },
    { title: 'those of a device', of: { deviceId: laptop }, left: ['phone'] },
    { title: 'those of all other devices', of: { exceptDeviceId: laptop }, left: ['again', 'laptop'] },
  ];
  for (const { title, of, left } of selections) {
    it(
      `ending ${title} takes no others`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await mustCommit(store, {
          inserts: [
            { kind: 'user', row: userRow('bob') },
            { kind: 'device', row: deviceRow('phone') },
            { kind: 'session', row: sessionRow('phone', { deviceId: deviceId('phone') }) },
            { kind: 'session', row: sessionRow('again', { seenAtMs: bornMs + 1 }) },
            { kind: 'session', row: sessionRow('of bob', { userId: userId('bob') }) },
          ],
        });
        await end(store, { kind: 'sessions', userId: ada, cause: 'signed_out', atMs: bornMs, ...of });
        const living = await store.sessions.listLiving(ada);
        assert.deepEqual(
          living.map(({ id }) => id),
          left.map(sessionId),
        );
        assert.equal((await store.sessions.listLiving(userId('bob'))).length, 1);
      }),
    );
  }

  it(
    'the later time of use wins',
    withStore(newPlace, async (store) => {
      await furnish(store);
      for (const seenAtMs of [bornMs + 5, bornMs + 2]) {
        await mustCommit(store, { touches: [{ kind: 'session', id: signIn, seenAtMs }] });
      }
      assert.deepEqual(await store.sessions.find(signIn), sessionRow('laptop', { seenAtMs: bornMs + 5 }));
    }),
  );

  it(
    'a renewed authentication moves the session to its cookie; an earlier one does not move it back',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const renewal = (label: string, authTimeMs: number) => ({
        cookieHash: digest(label),
        authTimeMs,
        acr: '2',
        amr: ['pwd', 'otp'],
      });
      const touch = { kind: 'session', id: signIn, seenAtMs: bornMs + 9 } as const;
      await mustCommit(store, { touches: [{ ...touch, renewed: renewal('later', bornMs + 9) }] });
      await mustCommit(store, { touches: [{ ...touch, renewed: renewal('earlier', bornMs + 8) }] });
      const renewed = sessionRow('laptop', { seenAtMs: bornMs + 9, ...renewal('later', bornMs + 9) });
      assert.deepEqual(await store.sessions.findByCookie(digest('later')), renewed);
      assert.equal(await store.sessions.findByCookie(sessionRow('laptop').cookieHash), undefined);
      assert.equal(await store.sessions.findByCookie(digest('earlier')), undefined);
    }),
  );
}

function devices(newPlace: NewPlace): void {
  const { cookieHash } = deviceRow('laptop');

  it(
    'are found by id, and by user and cookie together',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, {
        inserts: [
          { kind: 'user', row: userRow('bob') },
          { kind: 'device', row: deviceRow('of bob', { userId: userId('bob'), cookieHash }) },
        ],
      });
      assert.deepEqual(await store.devices.find(laptop), deviceRow('laptop'));
      assert.deepEqual(await store.devices.findByCookie(ada, cookieHash), deviceRow('laptop'));
      assert.equal((await store.devices.findByCookie(userId('bob'), cookieHash))?.id, deviceId('of bob'));
      assert.equal(await store.devices.findByCookie(ada, digest('none')), undefined);
      assert.equal(await store.devices.find(deviceId('none')), undefined);
    }),
  );

  it(
    'a removed device is found by id alone, and keeps the time of its first removal',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'device', id: laptop, atMs: bornMs + 1 });
      await end(store, { kind: 'device', id: laptop, atMs: bornMs + 2 });
      assert.deepEqual(await store.devices.find(laptop), deviceRow('laptop', { removedAtMs: bornMs + 1 }));
      assert.equal(await store.devices.findByCookie(ada, cookieHash), undefined);
      assert.deepEqual(await store.devices.list(ada), []);
    }),
  );

  it(
    'are listed last seen first',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, {
        inserts: [
          { kind: 'device', row: deviceRow('phone', { seenAtMs: bornMs + 2 }) },
          { kind: 'device', row: deviceRow('tablet', { seenAtMs: bornMs + 1 }) },
        ],
      });
      const list = await store.devices.list(ada);
      assert.deepEqual(
        list.map(({ id }) => id),
        ['phone', 'tablet', 'laptop'].map(deviceId),
      );
    }),
  );

  it(
    'the later sighting wins, name and user agent with it',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const touch = (seenAtMs: number, name: string) =>
        ({ kind: 'device', id: laptop, seenAtMs, userAgent: `${name}/1`, name }) as const;
      await mustCommit(store, { touches: [touch(bornMs + 5, 'later')] });
      await mustCommit(store, { touches: [touch(bornMs + 4, 'earlier')] });
      const seen = { seenAtMs: bornMs + 5, name: 'later', userAgent: 'later/1' };
      assert.deepEqual(await store.devices.find(laptop), deviceRow('laptop', seen));
    }),
  );
}

function consents(newPlace: NewPlace): void {
  it(
    'are found by user and client, and replaced as a whole',
    withStore(newPlace, async (store) => {
      await furnish(store);
      assert.deepEqual(await store.consents.find(ada, clientId), consentRow());
      assert.equal(await store.consents.find(ada, otherClientId), undefined);
      assert.equal(await store.consents.find(userId('nobody'), clientId), undefined);
      const wider = consentRow({ version: 1, scopes: ['openid', 'profile'], apis: {}, redirectHosts: ['a', 'b'] });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: wider }] });
      assert.deepEqual(await store.consents.find(ada, clientId), wider);
    }),
  );

  it(
    'withdrawing raises the version once, and the row can still be found',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'consent', userId: ada, clientId, atMs: bornMs + 1 });
      await end(store, { kind: 'consent', userId: ada, clientId, atMs: bornMs + 2 });
      const withdrawn = consentRow({ version: 2, withdrawnAtMs: bornMs + 1 });
      assert.deepEqual(await store.consents.find(ada, clientId), withdrawn);
    }),
  );

  it(
    'a new consent after a withdrawal stands again',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'consent', userId: ada, clientId, atMs: bornMs + 1 });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: consentRow({ version: 2 }) }] });
      assert.deepEqual(await store.consents.find(ada, clientId), consentRow({ version: 2 }));
    }),
  );

  it(
    'only standing ones are listed',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const other = consentRow({ clientId: otherClientId, givenAtMs: bornMs + 1 });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: other }] });
      assert.deepEqual(await store.consents.list(ada), [consentRow(), other]);
      await end(store, { kind: 'consent', userId: ada, clientId, atMs: bornMs });
      assert.deepEqual(await store.consents.list(ada), [other]);
    }),
  );
}
