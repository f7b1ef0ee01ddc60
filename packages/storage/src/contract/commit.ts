import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import type { Conflict, Expectation, Plan } from '@ostiary/model';
import type { NewPlace } from './place.ts';
import { withStore, withStores } from './place.ts';
import {
  ada,
  advance,
  bornMs,
  clientId,
  codeRow,
  consentRow,
  deviceId,
  deviceRow,
  digest,
  event,
  familyId,
  familyRow,
  interactionRow,
  laptop,
  plan,
  redemption,
  sessionId,
  sessionRow,
  signIn,
  userId,
  userRow,
} from './rows.ts';
import { bear, commitAtOnce, committedCount, conflicts, end, family, furnish, living, mustCommit } from './world.ts';

const callers = 64;

export function commitContract(newPlace: NewPlace): void {
  describe('commit: one winner', () => oneWinner(newPlace));
  describe('commit: a plan is applied whole or not at all', () => wholeOrNot(newPlace));
  describe('commit: expectations', () => expectations(newPlace));
  describe('commit: conditions that cannot hold', () => impossibleConditions(newPlace));
}

function oneWinner(newPlace: NewPlace): void {
  const races: { title: string; conflict: Conflict; racer: (number: number) => Plan }[] = [
    {
      title: 'advances of one family from one generation',
      conflict: 'family',
      racer: (number) => plan({ advances: [advance('raced', 0, { operation: digest(`racer ${number}`) })] }),
    },
    {
      title: 'endings of one family that expect it to live',
      conflict: 'family',
      racer: () =>
        plan({
          expects: [{ kind: 'family', id: familyId('raced') }],
          ends: [{ kind: 'family', id: familyId('raced'), cause: 'reuse_detected', atMs: bornMs }],
        }),
    },
    {
      title: 'consumptions of one code',
      conflict: 'code',
      racer: (number) =>
        plan({ consumes: [{ kind: 'code', hash: codeRow('raced').hash, redemption: redemption(`${number}`) }] }),
    },
    {
      title: 'consumptions of one interaction',
      conflict: 'interaction',
      racer: () => plan({ consumes: [{ kind: 'interaction', hash: interactionRow('raced').hash }] }),
    },
    {
      title: 'consumptions of one one-time value',
      conflict: 'once',
      racer: (number) =>
        plan({
          consumes: [
            { kind: 'once', hash: digest('jti'), expiresAtMs: bornMs + 1, operation: digest(`racer ${number}`) },
          ],
        }),
    },
    {
      title: 'insertions of one username',
      conflict: 'username',
      racer: (number) =>
        plan({ inserts: [{ kind: 'user', row: userRow(`racer ${number}`, { username: 'eve@example.com' }) }] }),
    },
  ];
  for (const { title, conflict, racer } of races) {
    for (const connections of [1, 2]) {
      it(
        `of ${callers} ${title} over ${connections} connection(s) exactly one is committed, the others lose`,
        withStores(newPlace, connections, async (stores) => {
          await furnish(stores[0]!);
          await mustCommit(stores[0]!, {
            inserts: [
              { kind: 'family', row: familyRow('raced') },
              { kind: 'code', row: codeRow('raced') },
              { kind: 'interaction', row: interactionRow('raced') },
            ],
          });
          const racers = Array.from({ length: callers }, (_, number) => racer(number));
          const results = await commitAtOnce(stores, racers);
          assert.equal(committedCount(results), 1);
          assert.deepEqual(
            conflicts(results),
            Array.from({ length: callers - 1 }, () => conflict),
          );
        }),
      );
    }
  }

  it(
    'the first to arrive is the one that wins',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'raced');
      const operations = [1, 2, 3].map((number) => digest(`arrival ${number}`));
      await commitAtOnce(
        [store],
        operations.map((operation) => plan({ advances: [advance('raced', 0, { operation })] })),
      );
      assert.equal((await family(store, 'raced')).operation, operations[0]);
    }),
  );

  it(
    'a repeated advance chain is won step by step',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'chain');
      const steps = [0, 1, 2, 3].map((from) => plan({ advances: [advance('chain', from)] }));
      assert.equal(committedCount(await commitAtOnce([store], steps)), 4);
      assert.equal((await family(store, 'chain')).generation, 4);
    }),
  );

  it(
    'a one-time value consumed by the same operation is recognised as its own work',
    withStore(newPlace, async (store) => {
      const attempt = plan({
        consumes: [{ kind: 'once', hash: digest('jti'), expiresAtMs: bornMs, operation: digest('operation') }],
      });
      assert.deepEqual(await store.commit(attempt), { kind: 'committed' });
      assert.deepEqual(await store.commit(attempt), { kind: 'committed' });
    }),
  );
}

function wholeOrNot(newPlace: NewPlace): void {
  it(
    'a plan with nothing in it is committed',
    withStore(newPlace, async (store) => mustCommit(store, {})),
  );

  it(
    'a lost plan leaves nothing behind',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'kept');
      await mustCommit(store, {
        inserts: [
          { kind: 'code', row: codeRow('kept') },
          { kind: 'interaction', row: interactionRow('kept') },
        ],
      });
      const lost = await store.commit(
        plan({
          consumes: [
            { kind: 'code', hash: codeRow('kept').hash, redemption: redemption('x') },
            { kind: 'interaction', hash: interactionRow('kept').hash },
          ],
          advances: [advance('kept', 0), advance('nobody', 0)],
          inserts: [
            { kind: 'family', row: familyRow('never') },
            { kind: 'revokedToken', tokenId: 'never', expiresAtMs: bornMs, atMs: bornMs },
          ],
          ends: [{ kind: 'user', id: ada, disable: true, atMs: bornMs }],
          touches: [{ kind: 'family', id: familyId('kept'), usedAtMs: bornMs + 5, retries: 5 }],
          events: [event('never')],
        }),
      );
      assert.deepEqual(lost, { kind: 'lost', conflict: 'family' });
      assert.deepEqual(await family(store, 'kept'), familyRow('kept'));
      assert.deepEqual(await store.codes.find(codeRow('kept').hash), codeRow('kept'));
      assert.ok(await store.interactions.find(interactionRow('kept').hash));
      assert.equal(await store.families.find(familyId('never')), undefined);
      assert.equal(await store.revokedTokens.has('never'), false);
      assert.deepEqual(await store.users.find(ada), userRow('ada'));
      assert.deepEqual(await store.audit.listRecent(10), []);
    }),
  );

  it(
    'the conflict told is the first of expectations, consumptions, advances, insertions',
    withStore(newPlace, async (store) => {
      await furnish(store);
      const parts = {
        expects: [{ kind: 'user', id: ada, epoch: 7 }] as Expectation[],
        consumes: [{ kind: 'interaction' as const, hash: digest('nothing') }],
        advances: [advance('nobody', 0)],
        inserts: [{ kind: 'user' as const, row: userRow('ada') }],
      };
      const told = await commitAtOnce(
        [store],
        [
          plan(parts),
          plan({ ...parts, expects: [] }),
          plan({ ...parts, expects: [], consumes: [] }),
          plan({ ...parts, expects: [], consumes: [], advances: [] }),
        ],
      );
      assert.deepEqual(conflicts(told), ['user', 'interaction', 'family', 'username']);
    }),
  );

  it(
    'the order in which a plan lists its insertions does not matter',
    withStore(newPlace, async (store) => {
      await store.clients.sync([clientId], bornMs);
      await mustCommit(store, {
        inserts: [
          { kind: 'family', row: familyRow('first') },
          { kind: 'consent', row: consentRow() },
          { kind: 'session', row: sessionRow('laptop') },
          { kind: 'device', row: deviceRow('laptop') },
          { kind: 'user', row: userRow('ada') },
        ],
      });
      assert.deepEqual(await family(store, 'first'), familyRow('first'));
    }),
  );

  it(
    'an ending of a set spares what its own plan inserts',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await bear(store, 'old');
      await mustCommit(store, {
        ends: [{ kind: 'families', of: { userId: ada }, cause: 'session_replaced', atMs: bornMs }],
        inserts: [{ kind: 'family', row: familyRow('new') }],
      });
      assert.deepEqual(await living(store, 'old', 'new'), ['new']);
    }),
  );

  it(
    'what one connection has committed another one reads',
    withStores(newPlace, 2, async ([here, there]) => {
      await furnish(here!);
      await bear(here!, 'shared');
      for (let from = 0; from < 20; from++) {
        const [writer, reader] = from % 2 === 0 ? [here!, there!] : [there!, here!];
        await mustCommit(writer, { advances: [advance('shared', from)] });
        assert.equal((await family(reader, 'shared')).generation, from + 1);
      }
    }),
  );
}

function expectations(newPlace: NewPlace): void {
  const standing: { title: string; expects: Expectation }[] = [
    { title: 'a user of this epoch', expects: { kind: 'user', id: ada, epoch: 0 } },
    { title: 'a client of this epoch', expects: { kind: 'client', id: clientId, epoch: 0 } },
    { title: 'a consent of this version', expects: { kind: 'consent', userId: ada, clientId, version: 1 } },
    { title: 'a session that lives', expects: { kind: 'session', id: signIn } },
    { title: 'a device that was not removed', expects: { kind: 'device', id: laptop } },
    { title: 'a family that lives', expects: { kind: 'family', id: familyId('expected') } },
  ];
  for (const { title, expects } of standing) {
    it(
      `${title} stands until it is ended, and an ending committed earlier is always seen`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'expected');
        await mustCommit(store, { expects: [expects] });
        await endEverything(store);
        assert.deepEqual(await store.commit(plan({ expects: [expects] })), { kind: 'lost', conflict: expects.kind });
      }),
    );
  }

  const absent: Expectation[] = [
    { kind: 'user', id: userId('nobody'), epoch: 0 },
    { kind: 'client', id: 'nobody' as typeof clientId, epoch: 0 },
    { kind: 'consent', userId: userId('nobody'), clientId, version: 1 },
    { kind: 'session', id: sessionId('none') },
    { kind: 'device', id: deviceId('none') },
    { kind: 'family', id: familyId('nobody') },
  ];
  for (const expects of absent) {
    it(
      `an expected ${expects.kind} that is not there is lost`,
      withStore(newPlace, async (store) => {
        assert.deepEqual(await store.commit(plan({ expects: [expects] })), { kind: 'lost', conflict: expects.kind });
      }),
    );
  }

  it(
    'a consent of version undefined means that there is none yet: of two first consents one is lost',
    withStore(newPlace, async (store) => {
      await store.clients.sync([clientId], bornMs);
      await mustCommit(store, { inserts: [{ kind: 'user', row: userRow('ada') }] });
      const first = plan({
        expects: [{ kind: 'consent', userId: ada, clientId, version: undefined }],
        inserts: [{ kind: 'consent', row: consentRow() }],
      });
      const results = await commitAtOnce([store], [first, first]);
      assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'lost', conflict: 'consent' }]);
    }),
  );

  it(
    'a withdrawn consent can be expected by the version that withdrawing gave it',
    withStore(newPlace, async (store) => {
      await furnish(store);
      await end(store, { kind: 'consent', userId: ada, clientId, atMs: bornMs });
      await mustCommit(store, { expects: [{ kind: 'consent', userId: ada, clientId, version: 2 }] });
    }),
  );

  async function endEverything(store: Parameters<typeof end>[0]): Promise<void> {
    await store.clients.sync([], bornMs);
    await end(
      store,
      { kind: 'user', id: ada, disable: false, atMs: bornMs },
      { kind: 'consent', userId: ada, clientId, atMs: bornMs },
      { kind: 'session', id: signIn, cause: 'signed_out', atMs: bornMs },
      { kind: 'device', id: laptop, atMs: bornMs },
      { kind: 'family', id: familyId('expected'), cause: 'reuse_detected', atMs: bornMs },
    );
  }
}

function impossibleConditions(newPlace: NewPlace): void {
  const impossible: { title: string; conflict: Conflict; parts: Parameters<typeof plan>[0] }[] = [
    { title: 'an advance of an unknown family', conflict: 'family', parts: { advances: [advance('nobody', 0)] } },
    { title: 'an advance from an older generation', conflict: 'family', parts: { advances: [advance('grown', 0)] } },
    { title: 'an advance from a later generation', conflict: 'family', parts: { advances: [advance('grown', 2)] } },
    { title: 'an advance of an ended family', conflict: 'family', parts: { advances: [advance('ended', 0)] } },
    {
      title: 'consuming an unknown code',
      conflict: 'code',
      parts: { consumes: [{ kind: 'code', hash: digest('nothing'), redemption: redemption('x') }] },
    },
    {
      title: 'consuming an unknown interaction',
      conflict: 'interaction',
      parts: { consumes: [{ kind: 'interaction', hash: digest('nothing') }] },
    },
  ];
  for (const { title, conflict, parts } of impossible) {
    it(
      `${title} is lost`,
      withStore(newPlace, async (store) => {
        await furnish(store);
        await bear(store, 'grown', { generation: 1 });
        await bear(store, 'ended', { endedAtMs: bornMs, endCause: 'signed_out' });
        assert.deepEqual(await store.commit(plan(parts)), { kind: 'lost', conflict });
      }),
    );
  }
}
