// The storage contract on the database that `main.ts` names. Loaded by it, in its process.
import { describeStorageContract } from '@ostiary/storage/contract';
import { openPostgresStore } from '@ostiary/storage-postgres';
import { trial } from './trial.ts';
import { emptyTables } from './scratch.ts';

describeStorageContract('the engine', async () => {
  const { url, isolation, observer } = trial();
  return {
    open: () => openPostgresStore({ url, isolation, observer, readers: 2, writers: 2 }),
    remove: () => emptyTables(url),
  };
});
