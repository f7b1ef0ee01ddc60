import { strict as assert } from 'node:assert';
import { describe, it } from 'node:test';
import { StorageUnavailable } from '@ostiary/storage';
import type { Connection } from './connection.ts';
import { ConnectionLost } from './failure.ts';
import { Pool } from './pool.ts';

describe('a pool of connections', () => {
  it('opens no more than its size, and hands them on in order', async () => {
    const { pool, opened } = poolOf(2);
    const gates = [0, 1, 2].map(() => Promise.withResolvers<void>());
    const order: number[] = [];
    const uses = gates.map((gate, number) => use(pool, () => (order.push(number), gate.promise)));
    gates[1]!.resolve();
    await uses[1];
    gates[2]!.resolve();
    await uses[2];
    gates[0]!.resolve();
    await uses[0];
    assert.deepEqual(order, [0, 1, 2]);
    assert.equal(opened(), 2);
    await pool.close();
  });

  it('turns callers away at once while the server cannot be reached, with the reason', async () => {
    const { pool, connect } = poolOf(2);
    connect.fails = true;
    await assert.rejects(use(pool), StorageUnavailable);
    const attempts = connect.attempts;
    const outcomes = await Promise.allSettled(Array.from({ length: 50 }, () => use(pool)));
    for (const each of outcomes) {
      assert.ok(each.status === 'rejected' && each.reason instanceof StorageUnavailable);
      assert.equal((each.reason.cause as Error).message, 'refused');
    }
    assert.equal(connect.attempts, attempts);
    await pool.close();
  });

  it('replaces a lost connection, and those that stood idle beside it', async () => {
    const { pool, opened } = poolOf(2);
    await Promise.all([use(pool), use(pool)]);
    assert.equal(opened(), 2);
    await assert.rejects(
      use(pool, (connection) => {
        connection.destroy();
        throw new ConnectionLost('cut');
      }),
      ConnectionLost,
    );
    assert.deepEqual(pool.state, { open: 0, idle: 0, waiting: 0 });
    await use(pool);
    assert.equal(opened(), 3);
    await pool.close();
  });

  it('gives up waiting while there is still time for the work', async () => {
    const { pool } = poolOf(1, 50);
    const gate = Promise.withResolvers<void>();
    const first = use(pool, () => gate.promise);
    const startMs = performance.now();
    await assert.rejects(
      pool.use(startMs + 60, async () => 'never'),
      StorageUnavailable,
    );
    gate.resolve();
    await first;
    await pool.close();
  });

  it('closes when the last use is over, and takes no more', async () => {
    const { pool } = poolOf(1);
    const begun = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const running = use(pool, () => (begun.resolve(), gate.promise));
    await begun.promise;
    const closing = pool.close();
    await assert.rejects(use(pool), StorageUnavailable);
    gate.resolve();
    await running;
    await closing;
    assert.equal(pool.state.open, 0);
  });
});

function poolOf(size: number, reserveMs = 0) {
  const connect = { fails: false, attempts: 0 };
  let opened = 0;
  const pool = new Pool(
    async () => {
      connect.attempts += 1;
      if (connect.fails) throw new ConnectionLost('refused');
      opened += 1;
      return newConnection();
    },
    { size, reserveMs, changed: () => undefined },
  );
  return { pool, connect, opened: () => opened };
}

async function use(pool: Pool, work: (connection: Connection) => unknown = () => undefined): Promise<void> {
  await pool.use(performance.now() + 10_000, async (connection) => {
    await work(connection);
  });
}

function newConnection(): Connection {
  let isUsable = true;
  return {
    run: async () => [],
    isUsable: () => isUsable,
    destroy: () => (isUsable = false),
    end: async () => {
      isUsable = false;
    },
  };
}
