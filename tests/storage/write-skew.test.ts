import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type { Ending, Plan } from '@ostiary/model';
import type { Store } from '@ostiary/storage';
import {
  advance,
  bornMs,
  deviceId,
  deviceRow,
  familyId,
  familyRow,
  furnish,
  mustCommit,
  plan,
  sessionId,
  sessionRow,
  userId,
  userRow,
} from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import pg from 'pg';
import { postgresProxy } from '../support/postgres-proxy.ts';
import type { Fate, PostgresProxy } from '../support/postgres-proxy.ts';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

const pass: Fate = { do: 'pass' };

/** Two nodes, each behind a proxy that can hold a request back: one stands still half way, the other one comes in between. */
describe('two nodes that meet half way', () => {
  let database: TestDatabase;
  let proxies: PostgresProxy[];
  let stores: Store[];
  let watcher: pg.Client;
  let cases = 0;

  before(async () => {
    const server = await postgresServer();
    database = await server.newDatabase();
    await migratePostgres({ url: database.url });
    proxies = [await postgresProxy({ port: server.port }), await postgresProxy({ port: server.port })];
    stores = await Promise.all(
      proxies.map(({ port }) => {
        const url = new URL(database.url);
        url.port = String(port);
        return openPostgresStore({ url: url.href, operationTimeoutMs: 5_000 });
      }),
    );
    await furnish(stores[0]!);
    watcher = new pg.Client({ connectionString: database.url });
    await watcher.connect();
  });
  after(async () => {
    await watcher.end();
    await Promise.all(stores.map((store) => store.close()));
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await database.drop();
  });

  /** Holds the commit of `first` back until `second` waits for it in the database, or has plainly not done so. */
  const meet = async (first: Plan, second: Plan) => {
    const [ours, theirs] = proxies as [PostgresProxy, PostgresProxy];
    const asked = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    ours.decide(async ({ sql }) => {
      if (sql !== 'commit') return pass;
      held.resolve();
      await asked.promise;
      await someoneWaits(watcher);
      return pass;
    });
    theirs.decide(({ sql }) => {
      if (sql.includes('for update') || sql.includes('for share')) asked.resolve();
      return pass;
    });
    const firstDone = stores[0]!.commit(first);
    await held.promise;
    const secondDone = stores[1]!.commit(second);
    const results = await Promise.all([firstDone, secondDone]);
    for (const proxy of proxies) proxy.decide(undefined);
    return results;
  };

  const person = async () => {
    const label = `person ${cases++}`;
    await mustCommit(stores[0]!, {
      inserts: [
        { kind: 'user', row: userRow(label) },
        { kind: 'device', row: deviceRow(label, { userId: userId(label) }) },
        { kind: 'session', row: sessionRow(label, { userId: userId(label), deviceId: deviceId(label) }) },
        { kind: 'family', row: familyRow(label, placeOf(label)) },
      ],
    });
    return label;
  };

  const endings = (label: string): Ending[] => [
    { kind: 'families', of: { userId: userId(label) }, cause: 'signed_out', atMs: bornMs },
    { kind: 'sessions', userId: userId(label), cause: 'signed_out', atMs: bornMs },
  ];

  it('a birth that is not committed yet is awaited by the ending of all, which takes it', async () => {
    const label = await person();
    const birth = plan({
      inserts: [
        { kind: 'family', row: familyRow(`${label} new`, placeOf(label)) },
        { kind: 'session', row: sessionRow(`${label} new`, { userId: userId(label), deviceId: deviceId(label) }) },
      ],
    });
    const results = await meet(birth, plan({ ends: endings(label) }));
    assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'committed' }]);
    for (const name of [label, `${label} new`]) {
      assert.equal((await stores[0]!.families.find(familyId(name)))?.family.endCause, 'signed_out', name);
      assert.equal((await stores[0]!.sessions.find(sessionId(name)))?.endCause, 'signed_out', name);
    }
  });

  it('an ending of all that is not committed yet is awaited by a birth that expects what it ended, which is lost', async () => {
    const label = await person();
    const birth = plan({
      expects: [{ kind: 'session', id: sessionId(label) }],
      inserts: [{ kind: 'family', row: familyRow(`${label} new`, placeOf(label)) }],
    });
    const [, born] = await meet(plan({ ends: endings(label) }), birth);
    assert.deepEqual(born, { kind: 'lost', conflict: 'session' });
    assert.equal(await stores[0]!.families.find(familyId(`${label} new`)), undefined);
  });

  it('a family whose ending is not committed yet advances no more', async () => {
    const label = await person();
    const [, advanced] = await meet(plan({ ends: endings(label) }), plan({ advances: [advance(label, 0)] }));
    assert.deepEqual(advanced, { kind: 'lost', conflict: 'family' });
  });

  it('of two first consents the second sees the first', async () => {
    const label = await person();
    const first = plan({
      expects: [{ kind: 'consent', userId: userId(label), clientId: familyRow('').clientId, version: undefined }],
      inserts: [{ kind: 'consent', row: { ...consentOf(label) } }],
    });
    const results = (await meet(first, first)).toSorted((a, b) => a.kind.localeCompare(b.kind));
    assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'lost', conflict: 'consent' }]);
  });

  it('of two users of one name one is told', async () => {
    const label = `name ${cases++}`;
    const named = (which: string) =>
      plan({ inserts: [{ kind: 'user', row: userRow(`${label} ${which}`, { username: label }) }] });
    const [ours, theirs] = proxies as [PostgresProxy, PostgresProxy];
    const inserted = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    ours.decide(async ({ sql }) => {
      if (sql !== 'commit') return pass;
      held.resolve();
      await inserted.promise;
      await someoneWaits(watcher);
      return pass;
    });
    theirs.decide(({ sql }) => {
      if (sql.startsWith('insert into "user"')) inserted.resolve();
      return pass;
    });
    const first = stores[0]!.commit(named('first'));
    await held.promise;
    const second = stores[1]!.commit(named('second'));
    // Where the machine is so busy that the first gives up waiting, the second comes before it.
    const results = (await Promise.all([first, second])).toSorted((a, b) => a.kind.localeCompare(b.kind));
    assert.deepEqual(results, [{ kind: 'committed' }, { kind: 'lost', conflict: 'username' }]);
    for (const proxy of proxies) proxy.decide(undefined);
  });
});

/** Returns when a session of this database waits for a lock, after half a second at the latest. */
async function someoneWaits(watcher: pg.Client): Promise<void> {
  const deadlineMs = performance.now() + 500;
  while (performance.now() < deadlineMs) {
    const { rowCount } = await watcher.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    if (rowCount !== 0) return;
  }
}

function placeOf(label: string) {
  return { userId: userId(label), deviceId: deviceId(label), sessionId: sessionId(label) };
}

function consentOf(label: string) {
  return {
    userId: userId(label),
    clientId: familyRow('').clientId,
    version: 1,
    scopes: ['openid'],
    apis: {},
    redirectHosts: ['app.example'],
    givenAtMs: bornMs,
  };
}
