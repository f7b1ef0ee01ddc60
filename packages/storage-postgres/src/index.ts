export { migratePostgres } from './migrate.ts';
export { openPostgresStore } from './open.ts';
export type { PostgresOptions, PostgresTls } from './options.ts';
export { openPostgresTransfer } from './transfer/open.ts';
