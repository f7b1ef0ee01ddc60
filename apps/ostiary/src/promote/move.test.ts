import { strict as assert } from 'node:assert';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Store, TransferBatch } from '@ostiary/storage';
import { advance, bear, bornMs, codeRow, event, familyRow, furnish, mustCommit } from '@ostiary/storage/contract';
import { openSqlitePromotion, openSqliteStore } from '@ostiary/storage-sqlite';
import type { SqlitePromotion } from '@ostiary/storage-sqlite';
import { MemoryTarget } from './memory-target.fixture.ts';
import { move } from './move.ts';
import { holdAtMostMs, silentAtMostMs } from './next-act.ts';
import type { MoveParts, Step } from './move.ts';
import { StandBy } from './stand-by.ts';
import { switchable } from './switchable-store.ts';

const families = Array.from({ length: 2_500 }, (_, index) => `family ${index}`);
const one = familyRow('family 1').id;

describe('a move of a file whose server stands by', () => {
  it('takes every row and every change, and the server goes on with the target', () =>
    withServer(async ({ store, next, during, rows, target }) => {
      let epoch = 0;
      await mustCommit(store, { inserts: families.map((label) => ({ kind: 'family', row: familyRow(label) })) });
      const moved = await during({
        ready: async () => mustCommit(store, { advances: [advance('family 1', 0)] }),
        copied: async () => {
          epoch = await store.upkeep.raiseRestoreEpoch(bornMs);
          await mustCommit(store, { advances: [advance('family 1', 1)], events: [event('late')] });
          await bear(store, 'late');
        },
        switching: async () => mustCommit(store, { inserts: [{ kind: 'code', row: codeRow('last') }] }),
      });
      assert.equal(rows.get(`family ${one}`)?.['generation'], 2);
      assert.ok(rows.has(`family ${familyRow('late').id}`));
      assert.ok(rows.has(`code ${codeRow('last').hash}`));
      assert.equal([...rows.keys()].filter((key) => key.startsWith('family ')).length, families.length + 1);
      assert.equal([...rows.keys()].filter((key) => key.startsWith('event ')).length, 1);
      assert.equal(target.restoreEpoch, epoch);
      assert.ok(moved.heldMs !== undefined && moved.rows > families.length);
      await store.clients.sync(['new' as never], bornMs);
      assert.notEqual(await next.clients.find('new' as never), undefined, 'the server works on the target');
    }));

  it('holds calls from the fence on, and answers them from the target', () =>
    withServer(async ({ store, next, during }) => {
      let held: Promise<unknown> | undefined;
      await during({ fenced: () => void (held = store.clients.sync(['new' as never], bornMs)) });
      await held;
      assert.notEqual(await next.clients.find('new' as never), undefined);
    }));

  it('goes back to the file when the hold takes too long, and comes about at the next attempt', () =>
    withServer(async ({ store, next, during, pass, rows, file }) => {
      let times = 0;
      await during({
        complete() {
          times += 1;
          if (times === 1) pass(holdAtMostMs + 1);
        },
        switching: async () => times === 1 && bear(store, 'meanwhile'),
      });
      assert.equal(times, 2);
      assert.ok(rows.has(`family ${familyRow('meanwhile').id}`));
      assert.equal(file.read()?.state, 'promoted');
      await next.clients.sync(['new' as never], bornMs);
      assert.notEqual(await store.clients.find('new' as never), undefined);
    }));

  it('is given up when every hold takes too long', () =>
    withServer(async ({ store, file, during, pass }) => {
      const slow = () => pass(holdAtMostMs + 1);
      await assert.rejects(during({ complete: slow }), /within the hold, 3 times over/);
      await isAsItWas(store, file);
    }));

  it('is given up by the server when the command has died', () =>
    withServer(async ({ store, file, during, pass, look }) => {
      const death = new Error('killed');
      const dying = during({
        ready: () => {
          throw death;
        },
      });
      await assert.rejects(dying, death);
      await isAsItWas(store, file);
      file.begin({ source: 'drawn', place: 'db', target: 'sealed', atMs: bornMs });
      // Once to let go of the attempt before, once to see this one.
      for (let times = 0; times < 2; times += 1) await look();
      assert.equal(file.read()?.state, 'ready');
      pass(silentAtMostMs - 1);
      await look();
      assert.equal(file.read()?.state, 'ready');
      pass(2);
      await look();
      assert.equal(file.read()?.note, 'the command was not heard of any more');
      await isAsItWas(store, file, 'later');
    }));

  it('marks the target before the first row and after the switch', () =>
    withServer(async ({ during, target, file }) => {
      const states: unknown[] = [];
      target.spoil = (batch) => (states.push(file.read()?.state), batch);
      await during({});
      assert.deepEqual(target.notes, ['begin drawn 1', 'finish drawn']);
      assert.equal(file.read()?.state, 'promoted');
      assert.ok(!states.includes('promoted') && !states.includes('requested'));
    }));

  it('is given up, and the file is as it was, when the server cannot open the target', () =>
    withServer(async ({ during, store, file, refuse }) => {
      refuse('no such role');
      await assert.rejects(during({}), /the server cannot work on that database: no such role/);
      await isAsItWas(store, file);
    }));

  it('is given up when the command is told to stop', () =>
    withServer(async ({ during, store, file, stopping }) => {
      await assert.rejects(during({ requested: () => stopping('stopped by SIGINT') }), /stopped by SIGINT/);
      await isAsItWas(store, file);
    }));

  it('is given up when the server is told to stop', () =>
    withServer(async ({ during, store, file, end }) => {
      await assert.rejects(during({ copied: end }), /told to stop/);
      await isAsItWas(store, file);
    }));

  it('is given up when the target reads otherwise than was written', () =>
    withServer(async ({ during, store, file, target }) => {
      target.spoil = spoilClients;
      await assert.rejects(during({}), /a row of kind client reads differently/);
      await isAsItWas(store, file);
    }));

  it('is given up when rows are missing in the target', () =>
    withServer(async ({ during, store, file, target }) => {
      target.spoil = (batch) =>
        batch.kind === 'family' ? ({ ...batch, rows: batch.rows.slice(0, 1) } as TransferBatch) : batch;
      await bear(store, 'one');
      await bear(store, 'two');
      await assert.rejects(during({}), /not complete: 1 of 2 rows of kind family/);
      await isAsItWas(store, file);
    }));

  it('never begins twice at once: the later one takes its place, and the earlier one stops', () =>
    withServer(async ({ during, file }) => {
      const again = { source: 'drawn', place: 'db', target: '', atMs: bornMs };
      await assert.rejects(during({ ready: () => void file.begin(again) }), /another promotion of the same file/);
      assert.equal(file.read()?.state, 'requested', 'and leaves the later one alone');
    }));
});

describe('a move of a file that nobody has open', () => {
  it('needs no server', () =>
    inFolder(async (path) => {
      const store = await openSqliteStore({ path });
      await furnish(store);
      await bear(store, 'one');
      await store.close();
      const [file, target] = [openSqlitePromotion(path), new MemoryTarget()];
      const steps: Step[] = [];
      const moved = await move(partsOf(file, target, { reached: (step) => void steps.push(step) }));
      file.close();
      assert.equal(moved.heldMs, undefined);
      assert.deepEqual(steps, ['requested', 'copied', 'fenced', 'complete', 'promoted', 'finished']);
      assert.ok(target.rows.has(`family ${familyRow('one').id}`));
      await assert.rejects(openSqliteStore({ path }), /was promoted to PostgreSQL \(db\)/);
    }));
});

interface Served {
  store: Store;
  file: SqlitePromotion;
  target: MemoryTarget;
  /** What the target has, by kind and key. */
  rows: Map<string, Record<string, unknown>>;
  /** Stands in for PostgreSQL as the server opens it. */
  next: Store;
  /** The server looks at the file. */
  look(): Promise<void>;
  /** The server is told to stop. */
  end(): Promise<void>;
  /** Time passes for the server. */
  pass(ms: number): void;
  refuse(why: string): void;
  stopping(why: string): void;
  /** Moves the file; what is given happens at each step, before the server looks. */
  during(happens: Partial<Record<Step, () => unknown>>): ReturnType<typeof move>;
}

async function withServer(work: (served: Served) => Promise<void>): Promise<void> {
  await inFolder(async (path) => {
    const first = await openSqliteStore({ path });
    await furnish(first);
    const [file, target, next] = [
      openSqlitePromotion(path),
      new MemoryTarget(),
      await openSqliteStore({ path: ':memory:' }),
    ];
    const server = switchable(first);
    let [refusal, why]: (string | undefined)[] = [];
    const standBy = new StandBy({
      file: openSqlitePromotion(path),
      switchable: server,
      log: { info: ignored, warn: ignored, error: ignored },
      monotonicMs: () => nowMs,
      target: {
        async open() {
          if (refusal !== undefined) throw new Error(refusal);
          return next;
        },
        finish: async () => undefined,
      },
    });
    let [isStopped, nowMs] = [false, 0];
    const end = async () => {
      isStopped = true;
      await standBy.stop();
    };
    const during: Served['during'] = (happens) =>
      move(
        partsOf(file, target, {
          whyStop: () => why,
          async reached(step) {
            await happens[step]?.();
            if (!isStopped) await standBy.look();
          },
        }),
      );
    await work({
      store: server.store,
      file,
      target,
      rows: target.rows as Served['rows'],
      next,
      look: () => standBy.look(),
      end,
      pass: (ms) => void (nowMs += ms),
      refuse: (text) => (refusal = text),
      stopping: (text) => (why = text),
      during,
    });
    await end();
    file.close();
    for (const store of [first, next]) await store.close();
  });
}

const ignored = () => undefined;

function partsOf(file: SqlitePromotion, target: MemoryTarget, more: Partial<MoveParts>): MoveParts {
  return {
    file,
    target,
    source: 'drawn',
    place: 'db',
    sealed: 'sealed',
    reached: () => undefined,
    copied: () => undefined,
    whyStop: () => undefined,
    ...more,
  };
}

async function isAsItWas(store: Store, file: SqlitePromotion, label = 'after'): Promise<void> {
  assert.equal(file.read()?.state, 'aborted');
  await bear(store, label);
}

function spoilClients(batch: TransferBatch): TransferBatch {
  if (batch.kind !== 'client') return batch;
  return { ...batch, rows: batch.rows.map((row) => ({ ...row, epoch: row.epoch + 1 })) };
}

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-move-'));
  try {
    await work(join(folder, 'ostiary.db'));
  } finally {
    await rm(folder, { recursive: true });
  }
}
