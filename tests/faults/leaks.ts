import pg from 'pg';
import type { Recorder } from './recorder.ts';

/** Passwords of the Lab's users and the secret of its web app. */
const knownSecrets = ['ada-demo-password', 'bob-demo-password', 'lab-web-secret'];
const sampled = 300;

/** I11: what must stand neither in a log nor in a database, under a name that can be told. */
export function secretsOf(recorder: Recorder, masterKey: string): Map<string, string> {
  const secrets = new Map<string, string>([['the master key', masterKey]]);
  knownSecrets.forEach((secret, index) => secrets.set(`password ${index}`, secret));
  const step = Math.max(1, Math.floor(recorder.operations.length / sampled));
  for (let index = 0; index < recorder.operations.length; index += step) {
    const { presented } = recorder.operations[index]!;
    secrets.set(`refresh token ${index}`, presented);
    // The tag, as a column of bytes would show it.
    secrets.set(`tag ${index}`, Buffer.from(presented.slice(-43), 'base64url').toString('hex'));
  }
  recorder.accessTokens.slice(-sampled).forEach(({ token }, index) => {
    secrets.set(`signature ${index}`, token.slice(token.lastIndexOf('.') + 1));
  });
  return secrets;
}

/** Names of the secrets that a text holds. */
export function leaksIn(text: string, place: string, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets].flatMap(([name, secret]) => (text.includes(secret) ? [`${name} stands in ${place}`] : []));
}

/** Every row of every table, as text. */
export async function textOf(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
        where schemaname not in ('pg_catalog', 'information_schema')`,
    );
    const texts: string[] = [];
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      texts.push(...rows.map(({ row }) => row));
    }
    return texts.join('\n');
  } finally {
    await client.end();
  }
}
