import { strict as assert } from 'node:assert';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { inFolder, onStore } from './backup.fixture.ts';
import { DatabaseInUse, lockAlone, lockShared } from './file-lock.ts';

test('many may have a database open, and nobody is alone with it then', () =>
  inFolder((at) => {
    const locks = [lockShared(at('x'), 0), lockShared(at('x'), 0)];
    assert.throws(() => lockAlone(at('x'), 0), DatabaseInUse);
    locks[0]?.release();
    assert.throws(() => lockAlone(at('x'), 0), DatabaseInUse);
    locks[1]?.release();
    lockAlone(at('x'), 0).release();
  }));

test('who is alone with it keeps everybody out, until he releases it', () =>
  inFolder((at) => {
    const lock = lockAlone(at('x'), 0);
    assert.throws(() => lockShared(at('x'), 0), /x is just being restored/);
    assert.throws(() => lockAlone(at('x'), 0), DatabaseInUse);
    lock.release();
    lockShared(at('x'), 0).release();
  }));

test('an open store is a lock, and a closed one is none', () =>
  inFolder(async (at) => {
    await onStore(at('x'), async () => assert.throws(() => lockAlone(at('x'), 0), DatabaseInUse));
    lockAlone(at('x'), 0).release();
  }));

test('a store that cannot be opened lets go of its lock', () =>
  inFolder(async (at) => {
    const lock = lockAlone(at('x'), 0);
    await assert.rejects(
      onStore(at('x'), async () => undefined),
      /just being restored/,
    );
    lock.release();
    lockAlone(at('x'), 0).release();
  }));

test('nobody else on the machine can read the file of the lock', () =>
  inFolder((at) => {
    lockShared(at('x'), 0).release();
    assert.equal(statSync(at('x-lock')).mode & 0o777, 0o600);
  }));
