import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { postgresProxy, type Fate, type PostgresProxy, type Turn } from '../support/postgres-proxy.ts';
import { postgresServer, type TestDatabase } from '../support/postgres.ts';

describe('the proxy in front of PostgreSQL', () => {
  let database: TestDatabase;
  let proxy: PostgresProxy;
  let direct: pg.Client;
  before(async () => {
    const server = await postgresServer();
    database = await server.newDatabase();
    proxy = await postgresProxy({ port: server.port });
    direct = await connected(database.url);
    await direct.query('create table note (id int primary key)');
  });
  after(async () => {
    await direct.end();
    await proxy.close();
    await database.drop();
  });

  it('tells the statements of each turn, prepared ones by their text', async () => {
    const seen: string[] = [];
    const client = await through(({ sql }) => {
      seen.push(sql);
      return { do: 'pass' };
    });
    await client.query('select 1');
    for (const value of [1, 2]) {
      const { rows } = await client.query({ name: 'plus', text: 'select $1::int + 1 as sum', values: [value] });
      assert.deepEqual(rows, [{ sum: value + 1 }]);
    }
    assert.deepEqual(seen, ['select 1', 'select $1::int + 1 as sum', 'select $1::int + 1 as sum']);
    await client.end();
  });

  it('fails a statement with a code, and the transaction with it', async () => {
    const client = await through(once(/insert/, { do: 'fail', code: '40001' }));
    await client.query('begin');
    await assert.rejects(insert(client, 1), { code: '40001' });
    await assert.rejects(client.query('select 1'), { code: '25P02' });
    await client.query('rollback');
    await insert(client, 1);
    assert.ok(await isThere(1));
    await client.end();
  });

  it('loses the answer of a COMMIT that was carried out', async () => {
    const client = await through(once(/^commit/, { do: 'lose answer', by: 'reset' }));
    client.on('error', () => undefined);
    await client.query('begin');
    await insert(client, 2);
    await assert.rejects(client.query('commit'), /ECONNRESET|terminated/);
    assert.ok(await isThere(2));
  });

  it('answers in doubt to a COMMIT that was carried out, and to one that was not', async () => {
    for (const [id, fate] of [
      [3, 'doubt'],
      [4, 'doubt undone'],
    ] as const) {
      const client = await through(once(/^commit/, { do: fate, code: '40003' }));
      await client.query('begin');
      await insert(client, id);
      await assert.rejects(client.query('commit'), { code: '40003' });
      assert.equal(await isThere(id), fate === 'doubt');
      assert.equal((await client.query('select 5 as five')).rows[0].five, 5, 'the connection is good');
      await client.end();
    }
  });

  it('turns new connections away', async () => {
    proxy.turnAway('53300');
    await assert.rejects(through(undefined), { code: '53300' });
    proxy.turnAway(undefined);
    await (await through(undefined)).end();
  });

  it('holds a turn back until it is let go', async () => {
    const gate = Promise.withResolvers<Fate>();
    const asked = Promise.withResolvers<Turn>();
    const client = await through((turn) => {
      asked.resolve(turn);
      return gate.promise;
    });
    const inserting = insert(client, 6);
    await asked.promise;
    assert.equal(await isThere(6), false);
    gate.resolve({ do: 'pass' });
    await inserting;
    assert.equal(await isThere(6), true);
    await client.end();
  });

  function through(fate: ((turn: Turn) => Fate | Promise<Fate>) | undefined): Promise<pg.Client> {
    proxy.decide(fate);
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return connected(url.href);
  }

  async function isThere(id: number): Promise<boolean> {
    return (await direct.query('select 1 from note where id = $1', [id])).rowCount === 1;
  }
});

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

function insert(client: pg.Client, id: number): Promise<unknown> {
  return client.query('insert into note values ($1)', [id]);
}

/** This fate for the first turn that matches, none for the others. */
function once(pattern: RegExp, fate: Fate): (turn: Turn) => Fate {
  let isDue = true;
  return ({ sql }) => {
    if (!isDue || !pattern.test(sql)) return { do: 'pass' };
    isDue = false;
    return fate;
  };
}
