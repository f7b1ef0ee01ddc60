import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { event, mustCommit } from '@ostiary/storage/contract';
import { inFolder, makeDatabase, onStore } from './backup.fixture.ts';
import { readContents } from './contents.ts';
import { lockAlone } from './file-lock.ts';
import { backUpSqlite } from './make.ts';

test('a backup is one file that only its owner can read, and says what it holds', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const { bytes, ...rows } = backUpSqlite({ from: at('x.db'), to: at('copy') });
    assert.deepEqual(rows, { users: 1, sessions: 1, families: 1, events: 0 });
    assert.deepEqual([statSync(at('copy')).size, statSync(at('copy')).mode & 0o777], [bytes, 0o600]);
    assert.deepEqual(readdirSync(dirname(at('copy'))).toSorted(), ['copy', 'x.db', 'x.db-lock']);
  }));

test('a backup beside an open store holds what was acknowledged, log included', () =>
  inFolder(async (at) => {
    await onStore(at('x.db'), async (store) => {
      await mustCommit(store, { events: [event('e')] });
      assert.ok(statSync(at('x.db-wal')).size > 0);
      assert.equal(backUpSqlite({ from: at('x.db'), to: at('copy') }).events, 1);
      await mustCommit(store, { events: [event('later')] });
      assert.equal(readContents(at('copy')).events, 1);
    });
  }));

test('a backup can be backed up', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    const first = backUpSqlite({ from: at('x.db'), to: at('one') });
    assert.deepEqual(backUpSqlite({ from: at('one'), to: at('two') }), first);
  }));

test('a file that is there stays as it is', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    writeFileSync(at('copy'), 'mine');
    assert.throws(() => backUpSqlite({ from: at('x.db'), to: at('copy') }), /copy exists already/);
    assert.equal(readFileSync(at('copy'), 'utf8'), 'mine');
  }));

test('what a killed backup left does not keep the next one from its work', () =>
  inFolder(async (at) => {
    await makeDatabase(at('x.db'));
    writeFileSync(at('copy.partial'), 'half');
    backUpSqlite({ from: at('x.db'), to: at('copy') });
    assert.ok(!existsSync(at('copy.partial')));
  }));

const wrong: [string, (path: string) => void | Promise<void>, RegExp][] = [
  ['no file at all', () => undefined, /there is no database/],
  ['a database of somebody else', (path) => new DatabaseSync(path).exec('create table t (x)'), /not a database of Ost/],
  ['an empty file', (path) => writeFileSync(path, ''), /not a database of Ostiary/],
  ['a text', (path) => writeFileSync(path, 'a text that goes on and on. '.repeat(99)), /file is not a database/],
  ['a database that was cut off', cutOff, /malformed|damaged/],
];
for (const [what, make, message] of wrong) {
  test(`${what} is refused, and nothing is left of the try`, () =>
    inFolder(async (at) => {
      await make(at('x.db'));
      assert.throws(() => backUpSqlite({ from: at('x.db'), to: at('copy') }), message);
      assert.deepEqual(
        readdirSync(dirname(at('x'))).filter((name) => name.startsWith('copy')),
        [],
      );
      if (existsSync(at('x.db'))) lockAlone(at('x.db'), 0).release();
    }));
}

async function cutOff(path: string): Promise<void> {
  await makeDatabase(path);
  truncateSync(path, statSync(path).size - 40_000);
}
