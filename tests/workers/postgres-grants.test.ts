import { describeGrantStore } from '@ostiary/worker/contract';
import { openGrants } from '../docs/snippets/worker-postgres.ts';
import { postgresServer } from '../support/postgres.ts';

describeGrantStore('PostgreSQL', async () => {
  const { url, drop } = await (await postgresServer()).newDatabase();
  const opened: Awaited<ReturnType<typeof openGrants>>[] = [];
  return {
    async open() {
      const grants = await openGrants(url);
      opened.push(grants);
      return grants.store;
    },
    async close() {
      await Promise.all(opened.map(({ close }) => close()));
      await drop();
    },
  };
});
