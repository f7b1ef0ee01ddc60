import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import type { StorageObserver } from '@ostiary/storage';
import type { CommitResult, Plan } from '@ostiary/model';
import { eventId, plan } from '@ostiary/storage/contract';
import { GroupCommit } from './group-commit.ts';
import type { BatchTransaction } from './group-commit.ts';

describe('group commit', () => {
  it('commits the plans of one turn of the event loop in one transaction, in order of arrival', async () => {
    const log = new Log();
    await commitAll(log.group(), ['a', 'b', 'c']);
    assert.deepEqual(log.lines, ['begin', 'a', 'b', 'c', 'commit']);
  });

  it('takes the plans that follow from answers into the next transaction', async () => {
    const log = new Log();
    const group = log.group();
    await Promise.all(['a', 'b'].map((name) => group.commit(named(name)).then(() => group.commit(named(`${name}2`)))));
    assert.deepEqual(log.lines, ['begin', 'a', 'b', 'commit', 'begin', 'a2', 'b2', 'commit']);
  });

  it('tells its observer the size of each batch, and how many of its plans lost', async () => {
    const seen: number[][] = [];
    const log = new Log();
    const group = log.group({
      batch: ({ plans, lost, milliseconds }) => void seen.push([plans, lost, Math.sign(milliseconds)]),
      retried: () => undefined,
      pool: () => undefined,
    });
    await commitAll(group, ['a', 'loser', 'c']);
    await commitAll(group, ['d']);
    assert.deepEqual(seen, [
      [3, 1, 1],
      [1, 0, 1],
    ]);
  });

  it('answers nobody before the transaction is committed', async () => {
    const log = new Log();
    log.commitError = new Error('the disk said no');
    const outcomes = await commitAll(log.group(), ['a']);
    assert.deepEqual(outcomes, ['the disk said no']);
  });

  it('holds at most 256 plans in one transaction', async () => {
    const log = new Log();
    const names = Array.from({ length: 600 }, (_, number) => `${number}`);
    await commitAll(log.group(), names);
    const sizes = log.lines.join(' ').split('commit').slice(0, -1);
    assert.deepEqual(
      sizes.map((batch) => batch.trim().split(' ').length - 1),
      [256, 256, 88],
    );
  });

  it('halves a batch until the plan that throws is alone', async () => {
    const log = new Log();
    const outcomes = await commitAll(log.group(), ['a', 'b', 'poison', 'd']);
    assert.deepEqual(outcomes, ['committed', 'committed', 'poison', 'committed']);
    assert.deepEqual(
      log.lines,
      'begin a b poison rollback begin a b commit begin poison rollback begin poison rollback begin d commit'.split(
        ' ',
      ),
    );
  });

  it('tries nothing again when the store cannot answer, and goes on with the next batch', async () => {
    const log = new Log();
    log.beginError = new StorageUnavailable('busy');
    const group = log.group();
    assert.deepEqual(await commitAll(group, ['a', 'b']), ['busy', 'busy']);
    assert.deepEqual(log.lines, ['begin', 'rollback']);
    log.beginError = undefined;
    assert.deepEqual(await commitAll(group, ['a', 'b']), ['committed', 'committed']);
  });
});

/** A transaction that writes down what is done to it. A plan called `poison` throws, one called `loser` loses. */
class Log {
  readonly lines: string[] = [];
  beginError: Error | undefined;
  commitError: Error | undefined;

  group(observer?: StorageObserver): GroupCommit {
    const transaction: BatchTransaction = {
      begin: () => this.#note('begin', this.beginError),
      apply: (each) => this.#apply(each),
      commit: () => this.#note('commit', this.commitError),
      rollback: () => this.#note('rollback', undefined),
    };
    return new GroupCommit(transaction, observer);
  }

  #apply({ events }: Plan): CommitResult {
    const name = events[0]?.reason ?? '';
    this.#note(name, name === 'poison' ? new Error('poison') : undefined);
    return name === 'loser' ? { kind: 'lost', conflict: 'once' } : { kind: 'committed' };
  }

  #note(line: string, error: Error | undefined): void {
    this.lines.push(line);
    if (error) throw error;
  }
}

async function commitAll(group: GroupCommit, names: string[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(names.map((name) => group.commit(named(name))));
  return outcomes.map((each) => (each.status === 'fulfilled' ? each.value.kind : (each.reason as Error).message));
}

function named(reason: string): Plan {
  return plan({ events: [{ id: eventId(reason), atMs: 0, kind: 'alarm', reason }] });
}
