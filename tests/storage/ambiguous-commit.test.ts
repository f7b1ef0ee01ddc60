import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type { CommitResult, Plan } from '@ostiary/model';
import { StorageUnavailable } from '@ostiary/storage';
import type { Store } from '@ostiary/storage';
import {
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
  furnish,
  interactionRow,
  mustCommit,
  plan,
  redemption,
  sessionId,
  sessionRow,
  userId,
  userRow,
} from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import type { PostgresOptions } from '@ostiary/storage-postgres';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { postgresProxy } from '../support/postgres-proxy.ts';
import type { Fate, PostgresProxy, Turn } from '../support/postgres-proxy.ts';

/** Plans that arrive together, what becomes of them, and what the database shows when each was done exactly once. */
interface Deed {
  title: string;
  /** Rows that have to be there first; `label` makes the rows of each case its own. */
  prepare(label: string): Plan;
  plans(label: string): Plan[];
  results: CommitResult[];
  /** Throws when something is missing or was done twice. */
  assertDone(store: Store, label: string): Promise<void>;
}

const committed: CommitResult = { kind: 'committed' };
const lost = (conflict: 'family' | 'code' | 'username'): CommitResult => ({ kind: 'lost', conflict });

const deeds: Deed[] = [
  {
    title: 'two refreshes that race, and another',
    prepare: (label) =>
      plan({
        inserts: [
          { kind: 'family', row: familyRow(label) },
          { kind: 'family', row: familyRow(`${label} 2`) },
        ],
      }),
    plans: (label) => [
      plan({ advances: [advance(label, 0)] }),
      plan({ advances: [advance(label, 0, { operation: digest(`${label} racer`) })] }),
      plan({ advances: [advance(`${label} 2`, 0)] }),
    ],
    results: [committed, lost('family'), committed],
    async assertDone(store, label) {
      await assertGeneration(store, label, 1);
      await assertGeneration(store, `${label} 2`, 1);
    },
  },
  {
    title: 'a refresh beside a touch, without an event',
    prepare: (label) => plan({ inserts: [{ kind: 'family', row: familyRow(label) }] }),
    plans: (label) => [
      plan({ advances: [advance(label, 0)] }),
      plan({ touches: [{ kind: 'family', id: familyId(label), retries: 1 }] }),
      plan({ advances: [advance(label, 1)] }),
    ],
    results: [committed, committed, committed],
    async assertDone(store, label) {
      await assertGeneration(store, label, 2);
      assert.equal((await store.families.find(familyId(label)))?.family.retries, 1);
    },
  },
  {
    title: 'a code that two redeem',
    prepare: (label) => plan({ inserts: [{ kind: 'code', row: codeRow(label) }] }),
    plans: (label) => [redeeming(label, 'first'), redeeming(label, 'second')],
    results: [committed, lost('code')],
    async assertDone(store, label) {
      const code = await store.codes.find(codeRow(label).hash);
      assert.deepEqual(code?.redemption, redemption(`${label} first`));
      assert.deepEqual((await store.families.find(familyId(`${label} first`)))?.family, familyRow(`${label} first`));
      assert.equal(await store.families.find(familyId(`${label} second`)), undefined);
    },
  },
  {
    title: 'a code that is redeemed without an event and a birth',
    prepare: (label) => plan({ inserts: [{ kind: 'code', row: codeRow(label) }] }),
    plans: (label) => [
      plan({ consumes: [{ kind: 'code', hash: codeRow(label).hash, redemption: redemption(label) }] }),
    ],
    results: [committed],
    async assertDone(store, label) {
      assert.deepEqual((await store.codes.find(codeRow(label).hash))?.redemption, redemption(label));
    },
  },
  {
    title: 'two users of one name',
    prepare: () => plan({}),
    plans: (label) =>
      ['first', 'second'].map((which) =>
        plan({ inserts: [{ kind: 'user', row: userRow(`${label} ${which}`, { username: label }) }] }),
      ),
    results: [committed, lost('username')],
    async assertDone(store, label) {
      assert.equal((await store.users.findByUsername(label))?.id, userId(`${label} first`));
    },
  },
  {
    title: 'signing out everywhere',
    prepare: (label) =>
      plan({
        inserts: [
          { kind: 'user', row: userRow(label) },
          { kind: 'device', row: deviceRow(label, { userId: userId(label) }) },
          { kind: 'session', row: sessionRow(label, { userId: userId(label), deviceId: deviceId(label) }) },
          { kind: 'family', row: familyRow(label, { userId: userId(label), deviceId: deviceId(label) }) },
        ],
      }),
    plans: (label) => [
      plan({
        expects: [{ kind: 'user', id: userId(label), epoch: 0 }],
        ends: [
          { kind: 'user', id: userId(label), disable: false, atMs: bornMs },
          { kind: 'families', of: { userId: userId(label) }, cause: 'signed_out_everywhere', atMs: bornMs },
          { kind: 'sessions', userId: userId(label), cause: 'signed_out_everywhere', atMs: bornMs },
        ],
        events: [event(label, { userId: userId(label), kind: 'signed_out_everywhere' })],
      }),
    ],
    results: [committed],
    async assertDone(store, label) {
      assert.equal((await store.users.find(userId(label)))?.epoch, 1);
      assert.equal((await store.families.find(familyId(label)))?.family.endCause, 'signed_out_everywhere');
      assert.equal((await store.sessions.find(sessionId(label)))?.endCause, 'signed_out_everywhere');
      assert.equal((await store.audit.listByUser(userId(label), 10)).length, 1);
    },
  },
  {
    title: 'a page in progress that leads to a code, and a one-time value',
    prepare: (label) => plan({ inserts: [{ kind: 'interaction', row: interactionRow(label) }] }),
    plans: (label) => [
      plan({
        consumes: [
          { kind: 'interaction', hash: interactionRow(label).hash },
          { kind: 'once', hash: digest(`once ${label}`), expiresAtMs: bornMs, operation: digest(label) },
        ],
        inserts: [{ kind: 'code', row: codeRow(label) }],
      }),
    ],
    results: [committed],
    async assertDone(store, label) {
      assert.equal((await store.interactions.find(interactionRow(label).hash))?.isConsumed, true);
      assert.deepEqual(await store.codes.find(codeRow(label).hash), codeRow(label));
    },
  },
];

const faults: Record<string, Fate> = {
  'is refused with 40001': { do: 'fail', code: '40001' },
  'is refused with 40P01': { do: 'fail', code: '40P01' },
  'is done, and its answer says 40003': { do: 'doubt', code: '40003' },
  'that commits is undone, and its answer says 40003': { do: 'doubt undone', code: '40003' },
  'is done, and the connection breaks': { do: 'lose answer', by: 'reset' },
};

describe('a commit that meets a fault is done exactly once, and says so', () => {
  let database: TestDatabase;
  let direct: Store;
  let proxy: PostgresProxy;
  let cases = 0;

  before(async () => {
    const server = await postgresServer();
    database = await server.newDatabase();
    await migratePostgres({ url: database.url });
    direct = await openPostgresStore({ url: database.url });
    await furnish(direct);
    proxy = await postgresProxy({ port: server.port });
  });
  after(async () => {
    await direct.close();
    await proxy.close();
    await database.drop();
  });

  const throughProxy = (options: Partial<PostgresOptions>) => {
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return openPostgresStore({ url: url.href, readers: 1, writers: 1, ...options });
  };

  for (const isolation of ['read committed', 'serializable'] as const) {
    for (const [fault, fate] of Object.entries(faults)) {
      for (const deed of deeds) {
        it(`${deed.title}, ${isolation}: each statement in turn ${fault}`, async () => {
          const store = await throughProxy({ isolation, operationTimeoutMs: 5_000 });
          try {
            for (let turn = 1; ; turn += 1) {
              const label = `case ${cases++}`;
              await mustCommit(direct, deed.prepare(label));
              const strike = strikeAt(turn, fate);
              proxy.decide(strike.fate);
              const results = await Promise.all(deed.plans(label).map((each) => store.commit(each)));
              proxy.decide(undefined);
              assert.deepEqual(results, deed.results, `turn ${turn}: ${strike.struck()}`);
              await deed.assertDone(direct, label);
              if (strike.struck() === undefined) break;
            }
          } finally {
            await store.close();
          }
        });
      }
    }
  }

  it('while the line is silent everything is settled in time, and nothing is half done', async () => {
    const store = await throughProxy({ operationTimeoutMs: 900 });
    const label = `case ${cases++}`;
    await mustCommit(direct, deeds[2]!.prepare(label));
    proxy.decide(({ sql }) => (sql === 'commit' ? { do: 'lose answer', by: 'silence' } : { do: 'pass' }));
    const startMs = performance.now();
    await assert.rejects(store.commit(redeeming(label, 'first')), StorageUnavailable);
    assert.ok(performance.now() - startMs < 2_000, 'in time');
    proxy.decide(undefined);
    await deeds[2]!.assertDone(direct, label);
    await store.close();
  });

  it('a family that moved on past the advance in doubt is not called lost', async () => {
    const store = await throughProxy({ operationTimeoutMs: 5_000 });
    const label = `case ${cases++}`;
    await mustCommit(direct, deeds[0]!.prepare(label));
    const moved = new Promise<void>((resolve) => {
      proxy.decide((turn) => {
        if (turn.sql.startsWith('with locked')) return { do: 'lose answer', by: 'reset' };
        if (!turn.sql.startsWith('begin')) return { do: 'pass' };
        // Before the node asks what became of its advance, the successor is used elsewhere.
        return direct.commit(plan({ advances: [advance(label, 1)] })).then((result) => {
          assert.deepEqual(result, committed);
          resolve();
          return { do: 'pass' };
        });
      });
    });
    await assert.rejects(store.commit(plan({ advances: [advance(label, 0)] })), StorageUnavailable);
    await moved;
    await store.close();
  });
});

/** Strikes once, at the nth request after those that set up a connection; only what commits can be undone in silence. */
function strikeAt(nth: number, fate: Fate): { fate: (turn: Turn) => Fate; struck: () => string | undefined } {
  let seen = 0;
  let struck: string | undefined;
  return {
    fate({ sql }) {
      const isMissed = fate.do === 'doubt undone' && sql !== 'commit' && !sql.startsWith('with locked');
      if (sql.startsWith('set ') || isMissed || ++seen !== nth) return { do: 'pass' };
      struck = sql;
      return fate;
    },
    struck: () => struck,
  };
}

function redeeming(label: string, which: string): Plan {
  const name = `${label} ${which}`;
  return plan({
    expects: [
      { kind: 'user', id: familyRow('').userId, epoch: 0 },
      { kind: 'client', id: clientId, epoch: 0 },
      { kind: 'consent', userId: consentRow().userId, clientId, version: 1 },
    ],
    consumes: [{ kind: 'code', hash: codeRow(label).hash, redemption: redemption(name) }],
    inserts: [{ kind: 'family', row: familyRow(name) }],
  });
}

async function assertGeneration(store: Store, label: string, generation: number): Promise<void> {
  const family = (await store.families.find(familyId(label)))?.family;
  assert.equal(family?.generation, generation);
  assert.equal(family.operation, advance(label, generation - 1).operation);
}
