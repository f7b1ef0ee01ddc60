import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ReadBatch } from './read-batch.ts';

/** A transaction that writes down what happens. */
function recording(overrides: { beginReading?: () => void; commit?: () => void } = {}) {
  const log: string[] = [];
  const batch = new ReadBatch({
    beginReading: () => {
      log.push('begin');
      overrides.beginReading?.();
    },
    commit: () => {
      log.push('commit');
      overrides.commit?.();
    },
    rollback: () => log.push('rollback'),
  });
  const read = (name: string) =>
    batch.read(() => {
      log.push(name);
      return name;
    });
  return { log, batch, read };
}

function fails(): never {
  throw new Error('not now');
}

describe('reads that arrive together', () => {
  it('share one transaction, which begins after all of them were asked for', async () => {
    const { log, read } = recording();
    const asked = [read('a'), read('b')];
    log.push('asked');
    assert.deepEqual(await Promise.all(asked), ['a', 'b']);
    assert.deepEqual(log, ['asked', 'begin', 'a', 'b', 'commit']);
  });

  it('need no transaction when there is one alone', async () => {
    const { log, read } = recording();
    assert.equal(await read('a'), 'a');
    assert.deepEqual(log, ['a']);
  });

  it('fail alone', async () => {
    const { log, batch, read } = recording();
    const [failed, served] = await Promise.allSettled([batch.read(fails), read('b')]);
    assert.equal(failed.status, 'rejected');
    assert.deepEqual(served, { status: 'fulfilled', value: 'b' });
    assert.deepEqual(log, ['begin', 'b', 'commit']);
  });

  it('are served one by one where no transaction begins', async () => {
    const { log, read } = recording({ beginReading: fails });
    assert.deepEqual(await Promise.all([read('a'), read('b')]), ['a', 'b']);
    assert.deepEqual(log, ['begin', 'a', 'b']);
  });

  it('leave no transaction open', async () => {
    const { log, read } = recording({ commit: fails });
    await Promise.all([read('a'), read('b')]);
    assert.deepEqual(log, ['begin', 'a', 'b', 'commit', 'rollback']);
  });

  it('stay bounded in number', async () => {
    const { log, read } = recording();
    await Promise.all(Array.from({ length: 300 }, (_, index) => read(String(index))));
    assert.equal(log.filter((entry) => entry === 'begin').length, 2);
  });
});
