export { migratePostgres } from './migrate.ts';
export { openPostgresStore } from './open.ts';
export type { PostgresOptions, PostgresTls } from './options.ts';
