import { strict as assert } from 'node:assert';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { event, mustCommit } from '@ostiary/storage/contract';
import { openSqlitePromotion } from '../promotion/open.ts';
import { inFolder, makeDatabase, onStore } from './backup.fixture.ts';
import { backUpSqlite } from './make.ts';
import { stageBackup } from './stage.ts';

test('a backup is copied into a folder of its own, and is itself not touched', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    backUpSqlite({ from: at('x.db'), to: at('copy') });
    const before = statSync(at('copy')).mtimeMs;
    const staged = stageBackup({ from: at('copy'), database: at('x.db') });
    assert.equal(staged.contents.users, 1);
    assert.equal(statSync(dirname(staged.path)).mode & 0o777, 0o700);
    staged.remove();
    assert.equal(existsSync(dirname(staged.path)), false);
    assert.equal(statSync(at('copy')).mtimeMs, before);
  }));

test('a copy made by hand is taken with the log beside it', () =>
  inFolder(async (at) => {
    await onStore(at('x.db'), async (store) => {
      await mustCommit(store, { events: [event('e')] });
      for (const ending of ['', '-wal']) copyFileSync(at('x.db') + ending, at('copy') + ending);
    });
    assert.equal(stageBackup({ from: at('copy'), database: at('y.db') }).contents.events, 1);
  }));

test('the database itself is no backup of itself', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    assert.throws(() => stageBackup({ from: at('x.db'), database: at('x.db') }), /is the database itself/);
  }));

test('a backup of a newer version is refused by the name it has', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const db = new DatabaseSync(at('x.db'));
    db.exec("insert into migration values (9999, '9999-to-come.sql', 'c')");
    db.close();
    assert.throws(
      () => stageBackup({ from: at('x.db'), database: at('y.db') }),
      /newer version of Ostiary: .*9999-to-come/,
    );
    assert.equal(existsSync(at('y.db-restoring')), false);
  }));

test('a backup made while the database was being moved is a database at rest', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const moving = openSqlitePromotion(at('x.db'));
    moving.begin({ source: 's', place: 'p', target: 't', atMs: 1 });
    assert.ok(moving.move({ attempt: 1, from: ['requested'], to: 'fenced', atMs: 1 }));
    moving.close();
    backUpSqlite({ from: at('x.db'), to: at('copy') });
    const staged = stageBackup({ from: at('copy'), database: at('y.db') });
    await onStore(staged.path, (store) => mustCommit(store, { events: [event('e')] }));
  }));
