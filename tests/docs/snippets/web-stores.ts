// #region stores
import { DatabaseSync } from 'node:sqlite';
import { auth, optionsFromEnvironment } from '@ostiary/web';
import { memoryStore, postgresStore, redisStore, sqliteStore } from '@ostiary/web/stores';
import type { RedisCommand, SessionStore } from '@ostiary/web/stores';
import type { Pool } from 'pg';

/** One process, for a day of development. */
export const inMemory = memoryStore();

/** Processes of one machine. */
export const inFile = (path: string) => {
  const database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec('pragma journal_mode = wal');
  return sqliteStore(database);
};

/** Any number of machines: a pool of `pg`. */
export const inPostgres = (pool: Pool) => postgresStore(pool);

/** Any number of machines: `(...command) => client.sendCommand(command)` of `redis`, `(name, ...rest) => client.call(name, ...rest)` of `ioredis`. */
export const inRedis = (send: RedisCommand) => redisStore(send);

export const authIn = (store: SessionStore) =>
  auth({ ...optionsFromEnvironment(process.env), session: { store }, backchannelLogout: true });
// #endregion stores
