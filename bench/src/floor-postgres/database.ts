import pg from 'pg';
import { SERVICE_CLIENT, REFRESH_ABSOLUTE_SECONDS, REFRESH_IDLE_SECONDS } from '../subject.ts';

/** As the tables of the floor on SQLite; ids are 16 random bytes, and a page of families keeps room for its next versions. */
const SCHEMA = `
create table "user" (id bigint primary key, sub text not null, epoch int not null, disabled_at bigint);
create table client (id bigint primary key, client_id text not null, version int not null, disabled_at bigint);
create table consent (id bigint primary key, version int not null, withdrawn_at bigint);
create table device (id bigint primary key, handle text not null, removed_at bigint);
create table session (id bigint primary key, handle text not null, auth_time bigint not null, ended_at bigint);
create table family (
  id bigint not null, handle uuid primary key, salt uuid not null, "user" bigint not null, client bigint not null, consent bigint not null,
  device bigint not null, session bigint not null, grant_set bigint not null, generation bigint not null, key_id smallint not null,
  rotated_at bigint not null, used_at bigint not null, created_at bigint not null, idle_seconds int not null, absolute_seconds int not null,
  operation bytea, user_epoch int not null, client_version int not null, consent_version int not null, ended_at bigint, end_cause int
) with (fillfactor = 85);
create index family_of_user on family ("user");
`;

/** Families, users and what else is needed, as the floor on SQLite has them. */
function contents(families: number): string[] {
  const users = Math.ceil(families / 4);
  const now = Date.now();
  const text = `replace(gen_random_uuid()::text, '-', '')`;
  return [
    `insert into client select n, 'bench-spa-' || n, 1, null from generate_series(1, 4) n`,
    `insert into client values (5, '${SERVICE_CLIENT.clientId}', 1, null)`,
    `insert into "user" select n, 'usr_' || ${text}, 0, null from generate_series(1, ${users}) n`,
    `insert into device select n, ${text}, null from generate_series(1, ${users}) n`,
    `insert into session select n, ${text}, ${Math.floor(now / 1000)}, null from generate_series(1, ${users}) n`,
    `insert into consent select n, 1, null from generate_series(1, ${4 * users}) n`,
    `insert into family select (c - 1) * ${users} + n, gen_random_uuid(), gen_random_uuid(), n, c, (c - 1) * ${users} + n, n, n, 1, 0, 1,
       ${now}, ${now}, ${now}, ${REFRESH_IDLE_SECONDS}, ${REFRESH_ABSOLUTE_SECONDS}, sha256(uuid_send(gen_random_uuid())), 0, 1, 1, null, null
     from generate_series(1, 4) c, generate_series(1, ${users}) n order by c, n`,
    'vacuum analyze',
  ];
}

/** Opens a connection. */
export async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, pipeline: true });
  await client.connect();
  return client;
}

/** Makes the tables and fills them. */
export async function fill(client: pg.Client, families: number): Promise<void> {
  await client.query(SCHEMA);
  for (const part of contents(families)) await client.query(part);
}
