export { memoryStore } from './memory-store.ts';
export { postgresStore, postgresTable } from './postgres-store.ts';
export type { Queryable } from './postgres-store.ts';
export { redisStore } from './redis-store.ts';
export type { RedisCommand } from './redis-store.ts';
export { sqliteStore, sqliteTables } from './sqlite-store.ts';
export type { SessionStore, StoredEntry, VersionedEntry } from './session-store.ts';
