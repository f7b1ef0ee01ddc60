import type pg from 'pg';

/** Bytes on disk of one row of `table`, its indexes included; undefined without rows. */
export async function bytesPerRow(client: pg.Client, table: string): Promise<number | undefined> {
  const { rows } = await client.query<{ bytes: number; count: number }>(
    `select pg_total_relation_size('${table}')::float8 as bytes, (select count(*)::float8 from ${table}) as count`,
  );
  const [{ bytes, count } = { bytes: 0, count: 0 }] = rows;
  return count === 0 ? undefined : bytes / count;
}
