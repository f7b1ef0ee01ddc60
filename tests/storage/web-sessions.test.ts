import { after, before, describe, it } from 'node:test';
import { sessionStoreContract } from '@ostiary/web/contract';
import { postgresStore } from '@ostiary/web/stores';
import pg from 'pg';
import { postgresServer, type TestDatabase } from '../support/postgres.ts';

let database: TestDatabase;
let pools: [pg.Pool, pg.Pool];

before(async () => {
  database = await (await postgresServer()).newDatabase();
  // A connection that goes with its database is nobody's error.
  const open = () => new pg.Pool({ connectionString: database.url, max: 4 }).on('error', () => {});
  pools = [open(), open()];
});
after(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await database.drop();
});

describe('sessions of a web app in PostgreSQL', () => {
  for (const [name, check] of Object.entries(sessionStoreContract)) {
    it(name, async () => {
      let nowMs = Date.now();
      const now = () => nowMs;
      // Both make the table where it is missing, at the same moment in the first test.
      const [store, other] = [postgresStore(pools[0], { now }), postgresStore(pools[1], { now })];
      await Promise.all([store.read('none'), other.read('none')]);
      await pools[0].query('delete from ostiary_sessions');
      await check({ store, other, now, advance: (ms) => void (nowMs += ms) });
    });
  }
});
