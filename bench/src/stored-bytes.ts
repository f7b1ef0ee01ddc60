import { DatabaseSync } from 'node:sqlite';

/** Bytes on disk of one row of `table`, its indexes included, by the pages that SQLite gives to them; undefined without rows. */
export function bytesPerRow(databasePath: string, table: string): number | undefined {
  const database = new DatabaseSync(databasePath, { readOnly: true });
  try {
    const pages = database
      .prepare(
        'select sum(pgsize) as bytes from dbstat where name in (select name from sqlite_schema where tbl_name = ?)',
      )
      .get(table);
    const { rows } = database.prepare(`select count(*) as rows from "${table}"`).get() as { rows: number };
    return rows === 0 ? undefined : Number(pages?.['bytes']) / rows;
  } finally {
    database.close();
  }
}
