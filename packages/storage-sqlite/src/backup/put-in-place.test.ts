import { strict as assert } from 'node:assert';
import { closeSync, copyFileSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openSqlitePromotion } from '../promotion/open.ts';
import { inFolder, makeDatabase } from './backup.fixture.ts';
import { readContents } from './contents.ts';
import { DatabaseInUse } from './file-lock.ts';
import { foldPresent, putInPlace } from './put-in-place.ts';

const stamp = 'S';

test('the old database is kept under a name of its own, the new one has its place', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    writeFileSync(at('new'), 'new');
    assert.equal(foldPresent(at('x.db')), 'whole');
    assert.equal(putInPlace({ staged: at('new'), path: at('x.db'), stamp }), at('x.db.before-restore-S'));
    assert.equal(readFileSync(at('x.db'), 'utf8'), 'new');
    assert.equal(readContents(at('x.db.before-restore-S')).users, 1);
    assert.equal(existsSync(at('new')), false);
  }));

test('two restores within a second keep two databases', () =>
  inFolder((at) => {
    const kept = ['one', 'two', 'three'].map((text) => {
      writeFileSync(at('new'), text);
      return putInPlace({ staged: at('new'), path: at('x.db'), stamp });
    });
    assert.deepEqual(kept, [undefined, at('x.db.before-restore-S'), at('x.db.before-restore-S-2')]);
    assert.deepEqual(
      ['x.db.before-restore-S', 'x.db.before-restore-S-2', 'x.db'].map((name) => readFileSync(at(name), 'utf8')),
      ['one', 'two', 'three'],
    );
  }));

test('a database that a killed server left with its log becomes one file', () =>
  inFolder(async (at) => {
    await makeDatabase(at('live.db'));
    const live = new DatabaseSync(at('live.db'));
    live.exec("update user set username = 'renamed'");
    for (const ending of ['', '-wal']) copyFileSync(at('live.db') + ending, at('x.db') + ending);
    live.close();
    assert.equal(foldPresent(at('x.db')), 'whole');
    assert.ok(!existsSync(at('x.db-wal')));
    const db = new DatabaseSync(at('x.db'));
    assert.deepEqual({ ...db.prepare('select username from user').get() }, { username: 'renamed' });
    db.close();
  }));

test('the log of a database that cannot be read goes aside with it, and is never read into the new one', () =>
  inFolder(async (at) => {
    for (const name of ['live.db', 'new']) await makeDatabase(at(name));
    const live = new DatabaseSync(at('live.db'));
    live.exec("update user set username = 'from the log'");
    for (const ending of ['', '-wal']) copyFileSync(at('live.db') + ending, at('x.db') + ending);
    live.close();
    const file = openSync(at('x.db'), 'r+');
    writeSync(file, Buffer.alloc(100, 'broken'));
    closeSync(file);
    assert.equal(foldPresent(at('x.db')), 'unreadable');
    putInPlace({ staged: at('new'), path: at('x.db'), stamp });
    assert.ok(existsSync(at('x.db.before-restore-S-wal')) && !existsSync(at('x.db-wal')));
    const db = new DatabaseSync(at('x.db'));
    assert.deepEqual({ ...db.prepare('select username from user').get() }, { username: 'ada@example.com' });
    db.close();
  }));

test('a program that has the database open without our lock is noticed', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const shell = new DatabaseSync(at('x.db'));
    shell.prepare('select * from user').all();
    assert.throws(() => foldPresent(at('x.db')), DatabaseInUse);
    shell.close();
    assert.equal(foldPresent(at('x.db')), 'whole');
  }));

test('a database that was promoted is not replaced', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const moving = openSqlitePromotion(at('x.db'));
    moving.begin({ source: 's', place: 'db.example/ostiary', target: 't', atMs: 1 });
    assert.ok(moving.move({ attempt: 1, from: ['requested'], to: 'promoted', atMs: 1 }));
    moving.close();
    assert.throws(() => foldPresent(at('x.db')), /promoted to PostgreSQL \(db\.example\/ostiary\)/);
  }));

test('where nothing is, nothing is kept', () =>
  inFolder((at) => {
    writeFileSync(at('new'), 'new');
    assert.equal(foldPresent(at('x.db')), 'missing');
    assert.equal(putInPlace({ staged: at('new'), path: at('x.db'), stamp }), undefined);
  }));
