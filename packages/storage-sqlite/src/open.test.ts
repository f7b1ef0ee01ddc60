import { strict as assert } from 'node:assert';
import { chmodSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import { advance, bear, event, family, furnish, interactionRow, mustCommit, plan } from '@ostiary/storage/contract';
import { openSqliteStore, storeOn } from './open.ts';
import { isOlder } from './sqlite-version.ts';

describe('opening a SQLite store', () => {
  it('makes the folder with mode 0700 and the files with mode 0600', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'data', 'ostiary.db');
      const store = await openSqliteStore({ path });
      const modes = ['', '/ostiary.db', '/ostiary.db-wal', '/ostiary.db-shm'].map(
        (name) => statSync(join(folder, 'data') + name).mode & 0o777,
      );
      await store.close();
      assert.deepEqual(modes, [0o700, 0o600, 0o600, 0o600]);
    }));

  it('takes a file that others could read back from them', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ostiary.db');
      await (await openSqliteStore({ path })).close();
      chmodSync(path, 0o644);
      await (await openSqliteStore({ path })).close();
      assert.equal(statSync(path).mode & 0o777, 0o600);
    }));

  it('commits with a write-ahead log that is on the disk before a commit is acknowledged', () =>
    inFolder(async (folder) => {
      const handle = new DatabaseSync(join(folder, 'ostiary.db'));
      const store = storeOn(handle);
      const pragma = (name: string) => Object.values(handle.prepare(`pragma ${name}`).get() ?? {})[0];
      assert.deepEqual(['journal_mode', 'synchronous', 'foreign_keys'].map(pragma), ['wal', 2, 1]);
      await store.close();
    }));

  it('refuses SQLite before 3.51.3', () => {
    for (const version of ['3.51.2', '3.9.99', '2.99.99', '3.51'])
      assert.equal(isOlder(version, '3.51.3'), true, version);
    for (const version of ['3.51.3', '3.51.10', '3.53.0', '4.0.0'])
      assert.equal(isOlder(version, '3.51.3'), false, version);
  });

  it('keeps everything in memory under the path :memory:', async () => {
    const store = await openSqliteStore({ path: ':memory:' });
    await furnish(store);
    await bear(store, 'f');
    assert.equal((await family(store, 'f')).generation, 0);
    await store.close();
  });
});

describe('a SQLite store that cannot answer', () => {
  it('rejects as unavailable while another process writes, and commits again afterwards', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'ostiary.db');
      const store = await openSqliteStore({ path, busyTimeoutMs: 1 });
      const other = new DatabaseSync(path);
      other.exec('begin immediate');
      await assert.rejects(store.commit(plan({})), StorageUnavailable);
      await assert.rejects(store.clients.sync([], 0), StorageUnavailable);
      other.exec('rollback');
      other.close();
      await mustCommit(store, {});
      await store.close();
    }));

  it('rejects as unavailable while the disk is full, keeps what was committed, and commits again afterwards', async () => {
    const handle = new DatabaseSync(':memory:');
    const store = storeOn(handle);
    await furnish(store);
    await bear(store, 'f');
    handle.exec('pragma max_page_count = 1');
    const big = { ...interactionRow('big').request, state: 'x'.repeat(100_000) };
    const row = interactionRow('big', { request: big });
    const outcomes = await Promise.allSettled([
      store.commit(plan({ advances: [advance('f', 0)] })),
      store.commit(plan({ inserts: [{ kind: 'interaction', row }] })),
    ]);
    for (const each of outcomes) assert.ok(each.status === 'rejected' && each.reason instanceof StorageUnavailable);
    assert.equal((await family(store, 'f')).generation, 0);
    handle.exec('pragma max_page_count = 100000');
    await mustCommit(store, { advances: [advance('f', 0)], inserts: [{ kind: 'interaction', row }] });
    await store.close();
  });

  it('rejects reads as unavailable after it was closed', async () => {
    const store = await openSqliteStore({ path: ':memory:' });
    await store.close();
    await assert.rejects(store.audit.listRecent(1), StorageUnavailable);
    await assert.rejects(store.upkeep.restoreEpoch(), StorageUnavailable);
    await store.close();
  });
});

describe('the audit table', () => {
  it('refuses to change or remove a row, whoever asks', async () => {
    const handle = new DatabaseSync(':memory:');
    const store = storeOn(handle);
    await mustCommit(store, { events: [event('kept')] });
    assert.throws(() => handle.exec(`update audit set kind = 'alarm'`), /append-only/);
    assert.throws(() => handle.exec('delete from audit'), /append-only/);
    await store.close();
  });
});

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ostiary-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}
