import pg from 'pg';
import { describeGrantStore } from '@ostiary/worker/contract';
import { createPostgresGrantsTable, postgresGrants } from '@ostiary/worker/postgres';
import { postgresServer } from '../support/postgres.ts';

describeGrantStore('PostgreSQL', async () => {
  const { url, drop } = await (await postgresServer()).newDatabase();
  const pools: pg.Pool[] = [];
  return {
    async open() {
      const pool = new pg.Pool({ connectionString: url, max: 4 });
      pools.push(pool);
      await createPostgresGrantsTable(pool);
      return postgresGrants(pool);
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.end()));
      await drop();
    },
  };
});
