import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Ending, LogoutNotice, Plan } from '@ostiary/model';
import type { Store } from '../store.ts';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import { ada, bornMs, clientId, dayMs, hourMs, laptop, otherClientId, plan, sessionId, sessionRow } from './rows.ts';
import { commitAtOnce, end, furnish, mustCommit } from './world.ts';

const session = sessionId('laptop');
const endedMs = bornMs + hourMs;
const leaseMs = 30_000;
const ending: Ending & { kind: 'session' } = { kind: 'session', id: session, cause: 'signed_out', atMs: endedMs };

function join(client = clientId, to = session): Plan {
  const row = { sessionId: to, clientId: client, joinedAtMs: bornMs };
  return plan({ expects: [{ kind: 'session', id: to }], inserts: [{ kind: 'participant', row }] });
}

/** What is due at `nowMs`, claimed. */
function claim(store: Store, nowMs = endedMs, limit = 10): Promise<LogoutNotice[]> {
  return store.participants.claim(nowMs, nowMs + leaseMs, limit);
}

export function participantsContract(newPlace: NewPlace): void {
  describe('participants of a session', () => joining(newPlace));
  describe('participants whose session ended', () => telling(newPlace));
}

function joining(newPlace: NewPlace): void {
  it(
    'join once, and are not due while the session lives',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, join());
      await mustCommit(store, { ...join(), touches: [{ kind: 'session', id: session, seenAtMs: endedMs }] });
      const expected = { sessionId: session, clientId, joinedAtMs: bornMs, attempts: 0 };
      assert.deepEqual(await store.participants.find(session, clientId), expected);
      assert.equal(await store.participants.find(session, otherClientId), undefined);
      assert.deepEqual(await claim(store, bornMs + 1000 * dayMs), []);
    }),
  );

  it(
    'do not join one that ended',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, ending);
      assert.deepEqual(await store.commit(join()), { kind: 'lost', conflict: 'session' });
      assert.equal(await store.participants.find(session, clientId), undefined);
    }),
  );

  for (const [title, ends] of Object.entries({
    'by its id': ending,
    'with all of the user': { kind: 'sessions', userId: ada, cause: 'user_disabled', atMs: endedMs },
    'with those of the device': {
      kind: 'sessions',
      userId: ada,
      deviceId: laptop,
      cause: 'device_removed',
      atMs: endedMs,
    },
  } satisfies Record<string, Ending>)) {
    it(
      `are due when the session ends ${title}, and only those`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        const other = sessionRow('other', { deviceId: laptop, userId: ada });
        await mustCommit(store, { inserts: [{ kind: 'session', row: other }] });
        for (const each of [join(), join(otherClientId), join(clientId, other.id)]) await mustCommit(store, each);
        if (ends.kind === 'sessions') await end(store, { ...ending, id: other.id, atMs: endedMs + hourMs });
        await end(store, ends);
        const due = await claim(store);
        assert.deepEqual(due.map((each) => each.clientId).toSorted(), [clientId, otherClientId].toSorted());
        for (const { sessionId: of, endedAtMs } of due) assert.deepEqual([of, endedAtMs], [session, endedMs]);
      }),
    );
  }

  it(
    'that join while the session is ended are due, or did not join',
    withStores(newPlace, 2, async (stores) => {
      await furnish(stores[0]!);
      const plans = [join(), plan({ ends: [ending] }), join(otherClientId)];
      const results = await commitAtOnce(stores, plans);
      const joined = [results[0], results[2]].filter((result) => result?.kind === 'committed').length;
      assert.equal((await claim(stores[0]!)).length, joined);
    }),
  );

  it(
    'end once: a second end of the session makes nobody due again',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, join());
      await end(store, ending);
      for (const notice of await claim(store)) await store.participants.settle(notice);
      await end(store, { ...ending, atMs: endedMs + 1 });
      assert.deepEqual(await claim(store, endedMs + dayMs), []);
    }),
  );

  it(
    'go with the row of their session',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await mustCommit(store, join());
      const limits = { idleSeconds: 60, absoluteSeconds: 60 };
      await store.upkeep.removeExpired(bornMs + 31 * dayMs, 100, limits);
      assert.equal(await store.sessions.find(session), undefined);
      assert.equal(await store.participants.find(session, clientId), undefined);
    }),
  );
}

function telling(newPlace: NewPlace): void {
  async function ended(store: Store): Promise<void> {
    await furnish(store);
    for (const each of [join(), join(otherClientId)]) await mustCommit(store, each);
    await end(store, ending);
  }

  it(
    'are claimed by one of several nodes, each once',
    withStores(newPlace, 2, async (stores) => {
      await ended(stores[0]!);
      const claims = await Promise.all(Array.from({ length: 8 }, (_, number) => claim(stores[number % 2]!)));
      const clients = claims.flat().map((notice) => notice.clientId);
      assert.deepEqual(clients.toSorted(), [clientId, otherClientId].toSorted());
    }),
  );

  it(
    'are due again when a claim runs out, and the attempts are counted',
    withStore(newPlace, async (store) => {
      await ended(store);
      await claim(store);
      assert.deepEqual(await claim(store, endedMs + leaseMs - 1), []);
      const again = await claim(store, endedMs + leaseMs, 1);
      assert.deepEqual([again.length, again[0]?.attempts, again[0]?.dueAtMs], [1, 2, endedMs + 2 * leaseMs]);
    }),
  );

  it(
    'are due when they were put off to, and no longer when they are settled',
    withStore(newPlace, async (store) => {
      await ended(store);
      const [first, second] = await claim(store);
      assert.ok(first && second);
      await store.participants.postpone(first, endedMs + hourMs);
      await store.participants.settle(second);
      await store.participants.settle(second);
      assert.deepEqual(await claim(store, endedMs + hourMs - 1), []);
      const later = await claim(store, endedMs + hourMs);
      assert.deepEqual(
        later.map((notice) => notice.clientId),
        [first.clientId],
      );
      assert.deepEqual(await claim(store, endedMs + dayMs), [
        { ...later[0], attempts: 3, dueAtMs: endedMs + dayMs + leaseMs },
      ]);
    }),
  );

  it(
    'stay with who has them: an older claim puts nothing off',
    withStore(newPlace, async (store) => {
      await ended(store);
      const [old] = await claim(store, endedMs, 1);
      assert.ok(old);
      await claim(store, endedMs + leaseMs);
      await store.participants.postpone(old, endedMs);
      assert.deepEqual(await claim(store, endedMs + leaseMs), []);
    }),
  );
}
