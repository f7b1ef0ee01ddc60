import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { blocksOf } from '../docs/pages.ts';
import { regionOf } from '../docs/regions.ts';
import config from '../docs/snippets/postgresql.config.ts';
import { makeWorkplace, type Workplace } from '../docs/workplace.ts';
import { freePort } from '../support/free-port.ts';
import { localhostTls } from '../support/localhost-tls.ts';
import { ownPostgresServer, type PostgresServer } from '../support/postgres.ts';

let server: PostgresServer;
let workplace: Workplace;
before(async () => {
  server = await ownPostgresServer({ tls: localhostTls });
  workplace = makeWorkplace();
});
after(async () => {
  workplace.remove();
  await server.close();
});

/** Every statement by itself: a database cannot be made inside a transaction. Gives the rows of the last. */
async function asAdministrator(statements: string, database = 'postgres'): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.adminUrl.replace(/[^/]*$/, database) });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements.split(';\n').filter((text) => text !== '')) {
      ({ rows } = await client.query<Record<string, unknown>>(statement));
    }
    return rows;
  } finally {
    await client.end();
  }
}

test('what the page on PostgreSQL tells to do leads to a server that runs', async () => {
  const passwords = { 'a long random text': 'aLongRandomText', 'another long random text': 'anotherLongRandomText' };
  const statements = Object.entries(passwords).reduce(
    (text, [from, to]) => text.replace(`'${from}'`, `'${to}'`),
    regionOf('postgresql.sql'),
  );
  await asAdministrator(statements);

  const file = readFileSync(join(import.meta.dirname, '../docs/snippets/postgresql.config.ts'), 'utf8');
  const here = {
    [config.issuer]: `http://localhost:${await freePort()}`,
    'storage:': "operations: { port: 'off', drainSeconds: 0 }, storage:",
  };
  const changed = Object.entries(here).reduce((text, [from, to]) => text.replace(from, to), file);
  workplace.write('ostiary.config.ts', changed);
  workplace.write('database-ca.pem', localhostTls.cert);
  const [migrate = '', start = '', ...others] = blocksOf('docs/postgresql.md')
    .filter(({ language }) => language === 'sh')
    .map(({ text }) => text.replace('db.example.com:5432', `localhost:${server.port}`));
  assert.deepEqual(others, []);
  const migrated = await workplace.type(migrate, { env: { OWNER_PASSWORD: passwords['a long random text'] } });
  assert.equal(migrated.code, 0, migrated.output);
  assert.match(migrated.output, /ostiary may read and write it\n$/);
  const variables = `export ROLE_PASSWORD=${passwords['another long random text']} OSTIARY_MASTER_KEY=${randomBytes(32).toString('base64url')}\n`;
  const { code, output } = await workplace.typeStart(variables + start, async () => {
    const words = ['add --username ada@example.com', 'disable --username ada@example.com'];
    for (const word of words) {
      const command = start.replace('ostiary start', `ostiary user ${word}`);
      const told = await workplace.type(variables + command, { stdin: 'correct horse battery' });
      assert.equal(told.code, 0, told.output);
    }
  });
  assert.equal(code, 0, output);
  assert.doesNotMatch(output, /warning/);
  const [event] = await asAdministrator(regionOf('why.sql'), 'ostiary');
  assert.ok(event?.['at'] instanceof Date);
  assert.deepEqual([event['kind'], event['cause']], ['user_disabled', 'user_disabled']);
});
