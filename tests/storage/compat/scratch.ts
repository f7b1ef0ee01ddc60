import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** A database to fill and to empty. */
export interface Scratch {
  url: string;
  /** What the engine says it is. */
  engine: string;
  /** Whether the database was made for this run, or was there and empty. */
  isNew: boolean;
  remove(): Promise<void>;
}

/**
 * Makes a database beside the one of `url`. Where that is not allowed (Aurora DSQL has one database, a role may lack the
 * right) it takes the one of `url`, if no table is in it. Throws when there is one: it might be somebody's.
 */
export async function scratchDatabase(url: string): Promise<Scratch> {
  const [row] = await ask<{ version: string }>(url, 'select version() as version');
  const engine = row?.version.split(' on ')[0] ?? 'an engine without a name';
  const name = `ostiary_compat_${randomBytes(6).toString('hex')}`;
  try {
    await ask(url, `create database ${name}`);
  } catch {
    const tables = await tablesOf(url);
    if (tables.length > 0)
      throw new Error(`no right to create a database, and tables are in this one: ${tables.join(', ')}`);
    return { url, engine, isNew: false, remove: () => dropTables(url) };
  }
  const scratch = new URL(url);
  scratch.pathname = `/${name}`;
  return {
    url: scratch.href,
    engine,
    isNew: true,
    remove: () => ask(url, `drop database ${name}`).then(() => undefined),
  };
}

/** Leaves the tables as a migration left them. */
export async function emptyTables(url: string): Promise<void> {
  const tables = (await tablesOf(url)).filter((table) => table !== 'migration' && table !== 'meta');
  await ask(
    url,
    ...tables.map((table) => `delete from "${table}"`),
    `delete from meta where name <> 'restore_epoch'`,
    `update meta set value = '0'`,
  );
}

async function dropTables(url: string): Promise<void> {
  await ask(url, ...(await tablesOf(url)).map((table) => `drop table "${table}"`));
}

async function tablesOf(url: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    url,
    `select table_name as name from information_schema.tables where table_schema = 'public' order by table_name`,
  );
  return rows.map(({ name }) => name);
}

/** Runs statements one by one, each a transaction of its own; gives the rows of the last. */
async function ask<Row extends object>(url: string, ...statements: string[]): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Row[] = [];
    for (const statement of statements)
      rows = await repeated(() => client.query<Row>(statement).then((result) => result.rows));
    return rows;
  } finally {
    await client.end();
  }
}

const attempts = 10;

/** Engines without locks answer 40001 where others wait. */
async function repeated<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof pg.DatabaseError) || error.code !== '40001' || attempt === attempts) throw error;
    }
  }
}
