import { StorageUnavailable } from '@ostiary/storage';
import type { Store } from '@ostiary/storage';
import type { PostgresOptions } from './options.ts';

/** Opens the store on a schema that `migratePostgres` brought up to date. */
export async function openPostgresStore(options: PostgresOptions): Promise<Store> {
  throw new StorageUnavailable(`this adapter cannot serve yet with ${options.readers ?? 4} readers`);
}
