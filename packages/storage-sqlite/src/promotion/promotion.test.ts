import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { Store, TransferKind } from '@ostiary/storage';
import { StorageUnavailable, transferKey, transferKinds } from '@ostiary/storage';
import {
  advance,
  bear,
  bornMs,
  clientId,
  codeRow,
  consentRow,
  dayMs,
  event,
  familyRow,
  furnish,
  interactionRow,
  mustCommit,
  redemption,
  sessionRow,
  userRow,
} from '@ostiary/storage/contract';
import { DatabaseInUse, lockAlone } from '../backup/file-lock.ts';
import { openSqliteStore } from '../open.ts';
import { openSqlitePromotion } from './open.ts';
import type { SqlitePromotion } from './open.ts';
import type { PromotionState } from './promotion.ts';

const request = { source: 'file', place: 'db.example/ostiary', target: 'sealed', atMs: bornMs };

describe('a move of a file', () => {
  it('goes from state to state by compare-and-set', () =>
    inPlace(async ({ promotion }) => {
      assert.equal(promotion.read(), undefined);
      assert.equal(promotion.begin(request)?.state, 'requested');
      const states: [PromotionState, PromotionState, boolean][] = [
        ['ready', 'fenced', false],
        ['requested', 'ready', true],
        ['requested', 'ready', false],
        ['ready', 'aborted', true],
      ];
      for (const [from, to, isDone] of states)
        assert.equal(promotion.move({ attempt: 1, from: [from], to, atMs: bornMs }), isDone, `${from} -> ${to}`);
      assert.equal(promotion.begin({ ...request, source: 'another name' })?.attempt, 2);
      assert.equal(promotion.read()?.source, 'file', 'the file keeps its first name');
      assert.equal(promotion.move({ attempt: 1, from: ['requested'], to: 'ready', atMs: bornMs }), false);
    }));

  it('closes the file while it is fenced, and opens it again when it goes back', () =>
    inPlace(async ({ store, promotion }) => {
      advanceTo(promotion, 'fenced');
      await assert.rejects(
        bear(store, 'late'),
        (error) => error instanceof StorageUnavailable && /try again/.test(error.message),
      );
      await assert.rejects(store.upkeep.removeExpired(bornMs, 10), /being promoted/);
      await assert.rejects(store.clients.sync([], bornMs), /being promoted/);
      promotion.move({ attempt: 1, from: ['fenced'], to: 'ready', atMs: bornMs });
      await bear(store, 'late');
    }));

  it('closes it for good when it is promoted: no write, no opening, no other attempt', () =>
    inPlace(async ({ store, promotion, path }) => {
      advanceTo(promotion, 'promoted');
      await assert.rejects(bear(store, 'late'), /was promoted to PostgreSQL; nothing is written/);
      await assert.rejects(store.upkeep.raiseRestoreEpoch(bornMs), /was promoted/);
      await assert.rejects(openSqliteStore({ path }), /was promoted to PostgreSQL \(db\.example\/ostiary\).*storage:/s);
      assert.equal(promotion.begin(request), undefined);
      promotion.setHeld(1, 41.4);
      assert.equal(promotion.read()?.heldMs, 41);
    }));

  it('leaves nothing behind when it is aborted', () =>
    inPlace(async ({ store, promotion, path }) => {
      const before = schemaOf(path);
      promotion.begin(request);
      assert.notDeepEqual(schemaOf(path), before);
      await bear(store, 'one');
      promotion.move({ attempt: 1, from: ['requested'], to: 'aborted', note: 'told to', atMs: bornMs });
      assert.deepEqual(schemaOf(path), before);
      assert.deepEqual(await promotion.source.takeChanges(10), []);
      assert.equal(promotion.read()?.note, 'told to');
    }));

  it('tells whether anybody else has the file open, and not one that was killed', () =>
    inPlace(async ({ store, promotion, path }) => {
      await store.close();
      const other = spawn(process.execPath, ['--input-type=module', '-e', holdOpen, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(other.stdout, 'data');
      assert.equal(promotion.takeAlone(), false);
      assert.equal(promotion.begin(request)?.state, 'requested', 'and goes on beside it');
      other.kill('SIGKILL');
      await once(other, 'close');
      assert.equal(promotion.takeAlone(), true);
      await assert.rejects(openSqliteStore({ path, busyTimeoutMs: 0 }), /locked/);
      assert.throws(() => lockAlone(path, 0), DatabaseInUse, 'no restore meanwhile');
    }));
});

describe('the rows of a file that is moved', () => {
  it('come in pages of every kind, each row once', () =>
    inPlace(async ({ store, promotion }) => {
      await fill(store);
      promotion.begin(request);
      for (const limit of [1, 3, 1000]) {
        const copy = new Copy();
        await copy.takePages(promotion, limit);
        assert.deepEqual(copy.counts(), promotion.source.expectedCounts(), `pages of ${limit}`);
        assert.equal(copy.rewritten, 0);
        for (const kind of transferKinds) assert.ok(copy.rows(kind).size > 0, `no ${kind}`);
        assert.deepEqual(copy.rows('family').get(familyRow('two').id), familyRow('two'));
        assert.deepEqual(
          [...copy.rows('event').values()].map((row) => row.event.id),
          [event('a').id, event('b').id],
        );
      }
    }));

  it('that changed, came or went since are told once more, what others refer to first', () =>
    inPlace(async ({ store, promotion }) => {
      await fill(store);
      promotion.begin(request);
      const copy = new Copy();
      await copy.takePages(promotion, 100);
      await mustCommit(store, { advances: [advance('one', 0)] });
      await mustCommit(store, { inserts: [{ kind: 'user', row: userRow('bob') }] });
      await mustCommit(store, { inserts: [{ kind: 'consent', row: consentRow({ version: 2 }) }] });
      await mustCommit(store, { consumes: [{ kind: 'code', hash: codeRow('a').hash, redemption: redemption('a') }] });
      await store.keys.removeSigning('k1');
      await mustCommit(store, { inserts: [{ kind: 'code', row: codeRow('b') }] });
      assert.deepEqual(copy.counts(), promotion.source.expectedCounts(), 'the copy is what it can be');
      const batches = await promotion.source.takeChanges(100);
      assert.deepEqual(
        batches.map(({ kind, rows, removed }) => [kind, rows.length, removed.length]),
        [
          ['user', 1, 0],
          ['consent', 1, 0],
          ['family', 1, 0],
          ['code', 2, 0],
          ['signingKey', 0, 1],
        ],
      );
      for (const batch of batches) copy.write(batch);
      assert.deepEqual(copy.counts(), promotion.source.expectedCounts());
      assert.equal(copy.rows('family').get(familyRow('one').id)?.generation, 1);
      assert.deepEqual(await promotion.source.takeChanges(100), []);
    }));

  it('that came and went between two looks are not missed by the counts', () =>
    inPlace(async ({ store, promotion }) => {
      await fill(store);
      promotion.begin(request);
      const copy = new Copy();
      await copy.takePages(promotion, 100);
      await mustCommit(store, { inserts: [{ kind: 'interaction', row: interactionRow('brief') }] });
      await store.upkeep.removeExpired(bornMs + dayMs / 48, 100);
      for (const batch of await promotion.source.takeChanges(1)) copy.write(batch);
      assert.deepEqual(copy.counts(), promotion.source.expectedCounts());
    }));
});

/** Stands in for the target. */
class Copy {
  rewritten = 0;
  readonly #rows = new Map(transferKinds.map((kind) => [kind, new Map<string, unknown>()]));

  rows<Kind extends TransferKind>(kind: Kind) {
    return this.#rows.get(kind) as Map<string, TransferRowOf<Kind>>;
  }

  async takePages({ source }: SqlitePromotion, limit: number): Promise<void> {
    for (const kind of transferKinds) {
      let page = await source.page(kind, limit);
      for (; page.next !== undefined; page = await source.page(kind, limit, page.next)) this.write(page.batch);
    }
  }

  write({ kind, rows, removed }: Batch): void {
    const table = this.rows(kind) as Map<string, unknown>;
    for (const row of rows) {
      const key = transferKey(kind, row as never);
      if (table.has(key)) this.rewritten += 1;
      table.set(key, row);
    }
    for (const key of removed) table.delete(key);
  }

  counts(): Record<string, number> {
    return Object.fromEntries(transferKinds.map((kind) => [kind, this.rows(kind).size]));
  }
}

type Batch = Awaited<ReturnType<SqlitePromotion['source']['takeChanges']>>[number];
type TransferRowOf<Kind extends TransferKind> = Parameters<typeof transferKey<Kind>>[1];

const steps: PromotionState[] = ['requested', 'ready', 'switching', 'fenced', 'promoted'];

function advanceTo(promotion: SqlitePromotion, state: PromotionState): void {
  promotion.begin(request);
  for (const [index, to] of steps.slice(1, steps.indexOf(state) + 1).entries()) {
    assert.ok(promotion.move({ attempt: 1, from: [steps[index] as PromotionState], to, atMs: bornMs }));
  }
}

/** Rows of every kind. */
async function fill(store: Store): Promise<void> {
  await bear(store, 'one');
  await bear(store, 'two');
  await mustCommit(store, {
    consumes: [{ kind: 'once', hash: codeRow('jti').hash, expiresAtMs: bornMs + dayMs, operation: codeRow('x').hash }],
    inserts: [
      { kind: 'session', row: sessionRow('phone') },
      { kind: 'code', row: codeRow('a') },
      { kind: 'interaction', row: interactionRow('a') },
      { kind: 'revokedToken', tokenId: 'at 1', expiresAtMs: bornMs + dayMs, atMs: bornMs },
      { kind: 'participant', row: { sessionId: sessionRow('phone').id, clientId, joinedAtMs: bornMs } },
    ],
    events: [event('a'), event('b', { clientId, userId: userRow('ada').id })],
  });
  const key = { sealed: 'sealed', createdAtMs: bornMs, activeFromMs: bornMs };
  const publicJwk = {
    kty: 'EC' as const,
    kid: 'k1',
    alg: 'ES256' as const,
    use: 'sig' as const,
    crv: 'P-256',
    x: 'x',
    y: 'y',
  };
  await store.keys.insertSigning({ ...key, kid: 'k1', alg: 'ES256', publicJwk });
  await store.keys.insertMac({ ...key, purpose: 'cookie', keyId: 0 });
  await store.keys.insertMac({ ...key, purpose: 'refresh', keyId: 3 });
}

async function inPlace(
  work: (place: { path: string; store: Store; promotion: SqlitePromotion }) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-promotion-'));
  const path = join(folder, 'ostiary.db');
  const store = await openSqliteStore({ path });
  await furnish(store);
  const promotion = openSqlitePromotion(path);
  try {
    await work({ path, store, promotion });
  } finally {
    promotion.close();
    await store.close();
    await rm(folder, { recursive: true });
  }
}

function schemaOf(path: string): unknown[] {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('select name from sqlite_schema order by name').all();
  db.close();
  return rows;
}

const holdOpen = `
  import { openSqliteStore } from ${JSON.stringify(new URL('../open.ts', import.meta.url).href)};
  await openSqliteStore({ path: process.argv[1] });
  console.log('open');
  setInterval(() => undefined, 1000);`;
