import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Family } from '@ostiary/model';
import type { Store } from '../store.ts';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import {
  ada,
  bornMs,
  clientId,
  codeRow,
  dayMs,
  deviceRow,
  digest,
  event,
  familyId,
  familyRow,
  grant,
  hourMs,
  interactionRow,
  laptop,
  plan,
  redemption,
  sessionId,
  sessionRow,
  signIn,
  userRow,
} from './rows.ts';
import { bear, furnish, mustCommit } from './world.ts';

const monthMs = 30 * dayMs;
const limit = 100;

export function upkeepContract(newPlace: NewPlace): void {
  describe('upkeep: short-lived rows go when their time is over, and not before', () => shortLived(newPlace));
  describe('upkeep: families and sessions', () => longLived(newPlace));
  describe('upkeep: small steps', () => steps(newPlace));
  describe('upkeep: a loss of history', () => lostHistory(newPlace));

  it(
    'the restore epoch begins at 0',
    withStore(newPlace, async (store) => assert.equal(await store.upkeep.restoreEpoch(), 0)),
  );
}

function shortLived(newPlace: NewPlace): void {
  it(
    'an interaction at its expiry',
    withStore(newPlace, async (store) => {
      const row = interactionRow('i');
      await mustCommit(store, { inserts: [{ kind: 'interaction', row }] });
      const isThere = async () => (await store.interactions.find(row.hash)) !== undefined;
      await goesAt(store, row.expiresAtMs, isThere);
    }),
  );

  it(
    'a revoked access token at its expiry',
    withStore(newPlace, async (store) => {
      const expiresAtMs = bornMs + hourMs;
      await mustCommit(store, { inserts: [{ kind: 'revokedToken', tokenId: 'at', expiresAtMs, atMs: bornMs }] });
      await goesAt(store, expiresAtMs, () => store.revokedTokens.has('at'));
    }),
  );

  it(
    'a one-time value at its expiry',
    withStore(newPlace, async (store) => {
      const expiresAtMs = bornMs + hourMs;
      const consume = (label: string) =>
        plan({ consumes: [{ kind: 'once', hash: digest('jti'), expiresAtMs, operation: digest(label) }] });
      await store.commit(consume('first'));
      await goesAt(store, expiresAtMs, async () => (await store.commit(consume('again'))).kind === 'lost');
    }),
  );

  it(
    'a code a day after its expiry, consumed or not',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const row = codeRow('c');
      await mustCommit(store, { inserts: [{ kind: 'code', row }] });
      await mustCommit(store, { consumes: [{ kind: 'code', hash: row.hash, redemption: redemption('r') }] });
      const isThere = async () => (await store.codes.find(row.hash)) !== undefined;
      await goesAt(store, row.expiresAtMs + dayMs, isThere);
    }),
  );
}

function longLived(newPlace: NewPlace): void {
  const endedAtMs = bornMs + hourMs;
  const lives: { title: string; row: Partial<Family>; overAtMs: number | undefined }[] = [
    { title: 'that ended', row: { endedAtMs, endCause: 'signed_out' }, overAtMs: endedAtMs },
    { title: 'whose idle time ran out', row: terms({ idleSeconds: 60 }), overAtMs: bornMs + 60_000 },
    {
      title: 'that was used since',
      row: { ...terms({ idleSeconds: 60 }), usedAtMs: bornMs + hourMs },
      overAtMs: bornMs + hourMs + 60_000,
    },
    {
      title: 'whose absolute time ran out although it is used',
      row: { ...terms({ idleSeconds: 1e7, absoluteSeconds: 120 }), usedAtMs: bornMs + 100_000 },
      overAtMs: bornMs + 120_000,
    },
    { title: 'without limits', row: terms({}), overAtMs: undefined },
  ];
  for (const { title, row, overAtMs } of lives) {
    it(
      `a family ${title} ${overAtMs === undefined ? 'stays' : 'goes 30 days after'}`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'f', row);
        const isThere = async () => (await store.families.find(familyId('f'))) !== undefined;
        if (overAtMs === undefined) {
          assert.equal(await store.upkeep.removeExpired(bornMs + 10_000 * dayMs, limit), 0);
          assert.ok(await isThere());
        } else {
          await goesAt(store, overAtMs + monthMs, isThere);
        }
      }),
    );
  }

  const limits = { idleSeconds: 3 * 86_400, absoluteSeconds: 9 * 86_400 };
  const signIns = {
    'that ended': { row: { endedAtMs, endCause: 'signed_out' as const }, overAtMs: endedAtMs },
    'that nobody used': { row: {}, overAtMs: bornMs + 3 * dayMs },
    'that was used to its last day': { row: { seenAtMs: bornMs + 8 * dayMs }, overAtMs: bornMs + 9 * dayMs },
  };
  for (const [title, { row, overAtMs }] of Object.entries(signIns)) {
    it(
      `a session ${title} goes 30 days after`,
      withStore(newPlace, async (store) => {
        await mustCommit(store, {
          inserts: [
            { kind: 'user', row: userRow('ada') },
            { kind: 'device', row: deviceRow('laptop') },
            { kind: 'session', row: sessionRow('s', row) },
          ],
        });
        const isThere = async () => (await store.sessions.find(sessionId('s'))) !== undefined;
        await goesAt(store, overAtMs + monthMs, isThere, limits);
      }),
    );
  }

  it(
    'a session stays when no limits are given',
    withStore(newPlace, async (store) => {
      await furnish(store);
      assert.equal(await store.upkeep.removeExpired(bornMs + 10_000 * dayMs, limit), 0);
    }),
  );

  it(
    'a family outlives its session',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'f', terms({}));
      await mustCommit(store, {
        ends: [{ kind: 'session', id: sessionId('laptop'), cause: 'signed_out', atMs: bornMs }],
      });
      assert.equal(await store.upkeep.removeExpired(bornMs + monthMs + dayMs, limit), 1);
      const found = await store.families.find(familyId('f'));
      assert.deepEqual(found?.family, familyRow('f', terms({})));
      assert.equal(found && 'session' in found, false);
    }),
  );
}

function steps(newPlace: NewPlace): void {
  it(
    'at most `limit` rows go at once, and the number that went is told',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const ended = { endedAtMs: bornMs, endCause: 'signed_out' } as const;
      await mustCommit(store, {
        inserts: [
          ...['a', 'b', 'c'].map((label) => ({ kind: 'interaction', row: interactionRow(label) }) as const),
          ...['a', 'b', 'c', 'd'].map((label) => ({ kind: 'family', row: familyRow(label, ended) }) as const),
          { kind: 'family', row: familyRow('living', terms({})) },
        ],
      });
      const nowMs = bornMs + 2 * monthMs;
      const removed: number[] = [];
      for (let run = 0; run < 5; run++) removed.push(await store.upkeep.removeExpired(nowMs + run, 2));
      assert.deepEqual(removed, [2, 2, 2, 1, 0]);
      assert.ok(await store.families.find(familyId('living')));
    }),
  );

  for (const [title, leapMs] of [
    ['forward', hourMs + 1],
    ['back', -hourMs - 1],
  ] as const) {
    it(
      `nothing goes when the clock leapt more than an hour ${title} since the last run, whoever ran it`,
      withStores(newPlace, 2, async ([here, there]) => {
        await mustCommit(here!, { inserts: [{ kind: 'interaction', row: interactionRow('i') }] });
        const firstMs = bornMs;
        await here!.upkeep.removeExpired(firstMs, limit);
        await mustCommit(here!, {
          inserts: [{ kind: 'interaction', row: interactionRow('j', { expiresAtMs: bornMs - dayMs }) }],
        });
        assert.equal(await there!.upkeep.removeExpired(firstMs + leapMs, limit), 0);
        assert.notEqual(await here!.upkeep.removeExpired(firstMs + leapMs + 1, limit), 0);
      }),
    );
  }

  it(
    'audit events are kept',
    withStore(newPlace, async (store) => {
      await mustCommit(store, { events: [event('old')] });
      await store.upkeep.removeExpired(bornMs + 10_000 * dayMs, limit);
      assert.equal((await store.audit.listRecent(10)).length, 1);
    }),
  );
}

function lostHistory(newPlace: NewPlace): void {
  it(
    'what lives of all users is listed, at most `limit` of each kind, and nothing that ended or was born later',
    withStore(newPlace, async (store) => {
      await furnish(store);
      for (const label of ['a', 'b', 'c']) await bear(store, label);
      await bear(store, 'ended', { endedAtMs: bornMs, endCause: 'signed_out' });
      await bear(store, 'later', { createdAtMs: bornMs + 1 });
      const { families, sessions } = await store.upkeep.listLiving(bornMs, limit);
      assert.deepEqual(sessions, [{ id: signIn, userId: ada, deviceId: laptop }]);
      assert.deepEqual(
        families.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        ['a', 'b', 'c']
          .map((label) => ({ id: familyId(label), userId: ada, clientId, deviceId: laptop }))
          .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      );
      assert.equal((await store.upkeep.listLiving(bornMs, 2)).families.length, 2);
      await mustCommit(store, {
        ends: [...families.map(({ id }) => ending('family', id)), ...sessions.map(({ id }) => ending('session', id))],
      });
      assert.deepEqual(await store.upkeep.listLiving(bornMs, limit), { sessions: [], families: [] });
    }),
  );

  it(
    'codes and pages in progress go, at most `limit` at once',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const code = codeRow('c');
      await mustCommit(store, {
        inserts: [
          { kind: 'code', row: code },
          ...['a', 'b'].map((label) => ({ kind: 'interaction', row: interactionRow(label) }) as const),
        ],
      });
      const removed: number[] = [];
      for (let run = 0; run < 3; run++) removed.push(await store.upkeep.removePending(2));
      assert.deepEqual(removed, [2, 1, 0]);
      assert.equal(await store.codes.find(code.hash), undefined);
      assert.equal(await store.interactions.find(interactionRow('a').hash), undefined);
    }),
  );
}

function ending<Kind extends 'family' | 'session', Id>(kind: Kind, id: Id) {
  return { kind, id, cause: 'history_lost' as const, atMs: bornMs };
}

/** Two runs, a moment before and at `atMs`: only the second removes it. */
async function goesAt(
  store: Store,
  atMs: number,
  isThere: () => Promise<boolean>,
  sessionLimits?: Parameters<Store['upkeep']['removeExpired']>[2],
): Promise<void> {
  assert.equal(await store.upkeep.removeExpired(atMs - 1, limit, sessionLimits), 0, 'not yet');
  assert.equal(await isThere(), true, 'not yet');
  assert.equal(await store.upkeep.removeExpired(atMs, limit, sessionLimits), 1, 'now');
  assert.equal(await isThere(), false, 'now');
}

function terms(limits: { idleSeconds?: number; absoluteSeconds?: number }): Pick<Family, 'terms'> {
  return { terms: { grant, boundTo: 'offline', ...limits } };
}
