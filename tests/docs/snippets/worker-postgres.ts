// #region postgres
import { createPostgresGrantsTable, postgresGrants } from '@ostiary/worker/postgres';
import type { GrantStore } from '@ostiary/worker/store';
import pg from 'pg';

export async function openGrants(url: string): Promise<{ store: GrantStore; close: () => Promise<void> }> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  await createPostgresGrantsTable(pool);
  return { store: postgresGrants(pool), close: () => pool.end() };
}
// #endregion postgres
