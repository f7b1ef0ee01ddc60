import { strict as assert } from 'node:assert';
import { after, before, describe, it } from 'node:test';
import type { Insertion, Plan } from '@ostiary/model';
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
  otherClientId,
  plan,
  redemption,
  sessionId,
  sessionRow,
  userId,
  userRow,
} from '@ostiary/storage/contract';
import { migratePostgres, openPostgresStore } from '@ostiary/storage-postgres';
import { postgresServer } from '../support/postgres.ts';
import type { TestDatabase } from '../support/postgres.ts';

const connections = 4;
const families = Array.from({ length: 32 }, (_, number) => `f${number}`);
const people = Array.from({ length: 8 }, (_, number) => `person ${number}`);

describe('four connections with batches that overlap', () => {
  let database: TestDatabase;
  let stores: Store[];
  const retries: string[] = [];
  const observer = { batch() {}, pool() {}, retried: (reason: string) => void retries.push(reason) };

  before(async () => {
    database = await (await postgresServer()).newDatabase();
    await migratePostgres({ url: database.url });
    const open = () =>
      openPostgresStore({ url: database.url, readers: 1, writers: 1, operationTimeoutMs: 10_000, observer });
    stores = await Promise.all(Array.from({ length: connections }, open));
    await furnish(stores[0]!);
    await mustCommit(stores[0]!, { inserts: firstRows() });
  });
  after(async () => {
    await Promise.all(stores.map((store) => store.close()));
    await database.drop();
  });

  it('never meet in a deadlock: the same refreshes, in order, reversed and turned', async () => {
    for (let from = 0; from < 40; from += 1) {
      const plans = families.map((label) =>
        plan({ advances: [advance(label, from)], events: [event(`${label} ${from}`)] }),
      );
      const orders = [plans, plans.toReversed(), turned(plans, 16), turned(plans.toReversed(), 8)];
      const results = await Promise.all(stores.map((store, index) => commitAll(store, orders[index]!)));
      assert.equal(results.flat().filter(({ kind }) => kind === 'committed').length, families.length);
    }
    assert.deepEqual(deadlocksIn(retries), []);
  });

  it('never meet in a deadlock: one-statement refreshes beside those in transactions', async () => {
    for (let from = 40; from < 80; from += 1) {
      const bare = families.map((label) => plan({ advances: [advance(label, from)] }));
      const touching = families.map((label) =>
        plan({ touches: [{ kind: 'family', id: familyId(label), retries: 1 }] }),
      );
      const orders = [bare, bare.toReversed(), touching, touching.toReversed()];
      const results = await Promise.all(stores.map((store, index) => commitAll(store, orders[index]!)));
      assert.equal(
        results
          .slice(0, 2)
          .flat()
          .filter(({ kind }) => kind === 'committed').length,
        families.length,
      );
    }
    assert.deepEqual(deadlocksIn(retries), []);
  });

  it('never meet in a deadlock: everything that a plan can do, endings of sets and upkeep beside it', async () => {
    const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 1_000_000);
    const random = randomOf(seed);
    for (let round = 0; round < 60; round += 1) {
      await Promise.all([
        ...stores.map((store, index) => commitAll(store, anyPlans(random, `${seed} ${round} ${index}`))),
        stores[round % connections]!.clients.sync([clientId, otherClientId], bornMs + round),
        stores[(round + 1) % connections]!.upkeep.removeExpired(bornMs + 2 * 86_400_000 + round, 5),
      ]);
    }
    assert.deepEqual(deadlocksIn(retries), [], `OSTIARY_SEED=${seed}`);
  });
});

/** Commits plans that may lose, and none that fails. */
function commitAll(store: Store, plans: Plan[]) {
  return Promise.all(plans.map((each) => store.commit(each)));
}

function deadlocksIn(reasons: string[]): string[] {
  return reasons.filter((reason) => reason === 'deadlock');
}

function turned<Item>(items: Item[], by: number): Item[] {
  return [...items.slice(by), ...items.slice(0, by)];
}

function firstRows(): Insertion[] {
  return [
    ...people.flatMap((label): Insertion[] => [
      { kind: 'user', row: userRow(label) },
      { kind: 'device', row: deviceRow(label, { userId: userId(label) }) },
      { kind: 'session', row: sessionRow(label, { userId: userId(label), deviceId: deviceId(label) }) },
      { kind: 'consent', row: consentRow({ userId: userId(label) }) },
    ]),
    ...families.map((label): Insertion => ({ kind: 'family', row: familyRow(label) })),
  ];
}

/** Plans of all kinds about the same few rows, in any order. Names that begin with `mark` are nobody else's. */
function anyPlans(random: () => number, mark: string): Plan[] {
  const any = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!;
  const births = Array.from({ length: 12 }, (_, number) => {
    const [owner, name] = [any(people), `${mark} ${number}`];
    const place = { userId: userId(owner), deviceId: deviceId(owner), sessionId: sessionId(owner) };
    return [
      plan({
        inserts: [
          {
            kind: 'family',
            row: familyRow(name, {
              ...place,
              usedAtMs: bornMs,
              terms: { ...familyRow('').terms, idleSeconds: 60 + (number % 3) },
            }),
          },
          { kind: 'code', row: codeRow(name) },
          { kind: 'interaction', row: interactionRow(name) },
          { kind: 'revokedToken', tokenId: any(people), expiresAtMs: bornMs, atMs: bornMs },
        ],
        events: [event(name)],
      }),
      plan({
        expects: [
          { kind: 'session', id: sessionId(any(people)) },
          { kind: 'device', id: deviceId(any(people)) },
          { kind: 'client', id: clientId, epoch: 0 },
        ],
        consumes: [
          { kind: 'code', hash: codeRow(name).hash, redemption: redemption(name) },
          { kind: 'once', hash: digest(`${any(people)} ${mark.length}`), expiresAtMs: bornMs, operation: digest(name) },
        ],
        inserts: [{ kind: 'consent', row: consentRow({ userId: userId(any(people)), version: number }) }],
      }),
      plan({
        ends: [{ kind: 'families', of: { userId: userId(any(people)) }, cause: 'signed_out', atMs: bornMs }],
        touches: [
          { kind: 'session', id: sessionId(any(people)), seenAtMs: bornMs + number },
          { kind: 'device', id: deviceId(any(people)), seenAtMs: bornMs + number, userAgent: name, name },
          { kind: 'family', id: familyId(any(families)), retries: 1 },
        ],
      }),
      plan({
        ends: [
          { kind: 'user', id: userId(any(people)), disable: false, atMs: bornMs },
          { kind: 'consent', userId: userId(any(people)), clientId, atMs: bornMs },
          {
            kind: 'sessions',
            userId: userId(any(people)),
            exceptDeviceId: deviceId(any(people)),
            cause: 'signed_out',
            atMs: bornMs,
          },
        ],
        inserts: [
          {
            kind: 'session',
            row: sessionRow(`${name} again`, { userId: userId(any(people)), deviceId: deviceId(any(people)) }),
          },
        ],
      }),
    ];
  });
  return births.flat().toSorted(() => random() - 0.5);
}

/** Mulberry32: the same numbers for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
