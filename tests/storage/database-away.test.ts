import { strict as assert } from 'node:assert';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { StorageUnavailable } from '@ostiary/storage';
import type { Store } from '@ostiary/storage';
import {
  advance,
  bear,
  bornMs,
  clientId,
  digest,
  event,
  family,
  familyId,
  furnish,
  mustCommit,
  plan,
} from '@ostiary/storage/contract';
import pg from 'pg';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { postgresProxy } from '../support/postgres-proxy.ts';
import type { PostgresProxy } from '../support/postgres-proxy.ts';
import { ownPostgresServer } from '../support/postgres.ts';
import type { PostgresServer } from '../support/postgres.ts';

const operationTimeoutMs = 900;
/** What the issue allows for an answer; the adapter's own limit is far below. */
const answerWithinMs = 2_000;
const backWithinMs = 5_000;
/** Connections tried in the about two seconds of one absence: six at once at first, then one at a time and ever more rarely. */
const mostAttempts = 24;

describe('a PostgreSQL store whose database goes away', () => {
  let server: PostgresServer;
  let proxy: PostgresProxy;
  let store: Store;
  let databaseUrl: string;
  let cases = 0;
  let label = '';

  before(async () => {
    server = await ownPostgresServer();
    const { url } = await server.newDatabase();
    databaseUrl = url;
    await migratePostgres({ url });
    proxy = await postgresProxy({ port: server.port });
    const address = new URL(url);
    address.port = String(proxy.port);
    store = await openPostgresStore({ url: address.href, operationTimeoutMs });
    await furnish(store);
  });
  beforeEach(async () => {
    label = `case ${cases++}`;
    await bear(store, label);
  });
  after(async () => {
    await store.close();
    await proxy.close();
    await server.close();
  });

  const absences: { title: string; leave: () => Promise<unknown>; comeBack: () => Promise<unknown> }[] = [
    { title: 'is stopped', leave: () => server.stop('fast'), comeBack: () => server.start() },
    { title: 'crashes', leave: () => server.stop('immediate'), comeBack: () => server.start() },
    { title: 'stands still', leave: () => server.pause(), comeBack: () => server.resume() },
    { title: 'cannot be reached', leave: () => proxy.refuse(), comeBack: () => proxy.heal() },
    {
      title: 'falls silent',
      leave: async () => proxy.blackHole('toServer', 'toClient'),
      comeBack: () => proxy.heal(),
    },
    {
      title: 'has no connection left',
      leave: async () => (proxy.turnAway('53300'), proxy.resetAll()),
      comeBack: async () => proxy.turnAway(undefined),
    },
    {
      title: 'is starting up',
      leave: async () => (proxy.turnAway('57P03'), proxy.resetAll()),
      comeBack: async () => proxy.turnAway(undefined),
    },
  ];
  for (const { title, leave, comeBack } of absences) {
    it(`${title}: every operation is settled in time as unavailable, and all is normal soon after its return`, async () => {
      const acceptedBefore = proxy.accepted();
      await leave();
      for (let round = 0; round < 3; round += 1) {
        const outcomes = await Promise.all(everyOperation(store, label).map(settled));
        for (const { name, error, elapsedMs } of outcomes) {
          assert.ok(error instanceof StorageUnavailable, `${name}: ${String(error)}`);
          assert.ok(elapsedMs < answerWithinMs, `${name} took ${elapsedMs} ms`);
        }
      }
      const attempts = proxy.accepted() - acceptedBefore;
      assert.ok(attempts <= mostAttempts, `no storm of connections: ${attempts}`);
      await comeBack();
      await normalAgain(store, label);
    });
  }

  it('ends every session: what was idle is replaced without anybody noticing', async () => {
    await server.killBackends();
    await mustCommit(store, { advances: [advance(label, 0)] });
    assert.equal((await family(store, label)).generation, 1);
  });

  it('is read only: commits are unavailable, reads go on', async () => {
    proxy.decide(({ sql }) =>
      sql.startsWith('begin') || sql.startsWith('with locked') ? { do: 'fail', code: '25006' } : { do: 'pass' },
    );
    await assert.rejects(store.commit(plan({ advances: [advance(label, 0)] })), StorageUnavailable);
    await assert.rejects(store.commit(plan({ events: [event(label)] })), StorageUnavailable);
    assert.equal((await family(store, label)).generation, 0);
    proxy.decide(undefined);
  });

  for (const code of ['57P01', '57P02', '53100', '53200', '58030', 'XX000', '08006', '55P03', '57014']) {
    it(`answers ${code} for ever: unavailable, in time, and without a word of its own`, async () => {
      proxy.decide(({ sql }) => (sql.startsWith('set ') ? { do: 'pass' } : { do: 'fail', code }));
      for (const outcome of await Promise.all(everyOperation(store, label).map(settled))) {
        assert.ok(outcome.error instanceof StorageUnavailable, `${outcome.name}: ${String(outcome.error)}`);
        assert.ok(outcome.elapsedMs < answerWithinMs, `${outcome.name} took ${outcome.elapsedMs} ms`);
      }
      proxy.decide(undefined);
      await normalAgain(store, label);
    });
  }

  it('holds a row that others want: only what wants it is unavailable', async () => {
    const holder = new pg.Client({ connectionString: databaseUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select id from family where generation = 0 order by created_at, id for update');
    const free = Array.from({ length: 7 }, (_, number) => `free ${number} ${label}`);
    for (const each of free) await bear(store, each);
    const wanted = [...free.slice(0, 3), label, ...free.slice(3)];
    const outcomes = await Promise.allSettled(
      wanted.map((each) => store.commit(plan({ advances: [advance(each, 0)] }))),
    );
    const refused = wanted.filter((_, index) => outcomes[index]?.status === 'rejected');
    await holder.end();
    assert.ok(refused.includes(label));
    assert.ok(refused.length < wanted.length, refused.join());
    for (const outcome of outcomes)
      assert.ok(outcome.status === 'fulfilled' || outcome.reason instanceof StorageUnavailable);
    await normalAgain(store, label);
  });

  for (const shape of ['a refresh', 'a plan with an event']) {
    it(`stops waiting for its synchronous standby: ${shape} is not acknowledged, although it is committed here`, async () => {
      const admin = new pg.Client({ connectionString: server.adminUrl });
      await admin.connect();
      await setStandby(admin, 'nobody');
      const parts = shape === 'a refresh' ? {} : { events: [event(label)] };
      const committing = settled({
        name: shape,
        run: () => store.commit(plan({ advances: [advance(label, 0)], ...parts })),
      });
      await cancelWaiting(admin);
      const { error } = await committing;
      assert.ok(error instanceof StorageUnavailable, String(error));
      assert.match(error.message, /synchronous standby/);
      assert.equal((await family(store, label)).generation, 1);
      await setStandby(admin, '');
      await admin.end();
      await normalAgain(store, label);
    });
  }

  it('says neither its address nor a password', async () => {
    await server.stop('fast');
    const { error } = await settled(everyOperation(store, label)[0]!);
    await server.start();
    await normalAgain(store, label);
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      assert.doesNotMatch(cause.message, /postgres:\/\/|:[^ ]*@/);
    }
  });
});

/** One of each kind of work that goes to the database in a way of its own. */
function everyOperation(store: Store, label: string): { name: string; run: () => Promise<unknown> }[] {
  return [
    { name: 'refresh', run: () => store.commit(plan({ advances: [advance(label, 5)] })) },
    { name: 'commit', run: () => store.commit(plan({ expects: [{ kind: 'client', id: clientId, epoch: 0 }] })) },
    { name: 'point read', run: () => store.families.find(familyId(label)) },
    { name: 'list', run: () => store.audit.listRecent(1) },
    { name: 'transaction', run: () => store.upkeep.raiseRestoreEpoch(bornMs) },
    { name: 'rate', run: () => store.rates.take(digest(label), { capacity: 1, perMinute: 1 }, bornMs) },
    { name: 'health', run: () => store.health.databaseNowMs() },
  ];
}

async function settled({ name, run }: { name: string; run: () => Promise<unknown> }) {
  const startMs = performance.now();
  const error: unknown = await run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { name, error, elapsedMs: performance.now() - startMs };
}

/** Name of the standby that commits wait for; none: they wait for nobody. */
async function setStandby(admin: pg.Client, name: '' | 'nobody'): Promise<void> {
  await admin.query(`alter system set synchronous_standby_names = '${name}'`);
  await admin.query('select pg_reload_conf()');
  for (;;) {
    const { rows } = await admin.query<{ name: string }>(`select current_setting('synchronous_standby_names') as name`);
    if (rows[0]?.name === name) return;
  }
}

/** Cancels what waits for a standby, as soon as something does. */
async function cancelWaiting(admin: pg.Client): Promise<void> {
  const deadlineMs = performance.now() + backWithinMs;
  while (performance.now() < deadlineMs) {
    const { rowCount } = await admin.query(
      `select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'`,
    );
    if (rowCount !== 0) return;
  }
}

/** All work succeeds within the time allowed. */
async function normalAgain(store: Store, label: string): Promise<void> {
  const deadlineMs = performance.now() + backWithinMs;
  for (;;) {
    const outcomes = await Promise.all(everyOperation(store, label).map(settled));
    const failed = outcomes.filter(({ error }) => error !== undefined);
    if (failed.length === 0) return;
    const [first] = failed;
    assert.ok(performance.now() < deadlineMs, `${first?.name} still fails: ${String(first?.error)}`);
    await pause(20);
  }
}
