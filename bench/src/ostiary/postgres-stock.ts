import pg from 'pg';
import { bytesPerRow } from '../postgres/stored-bytes.ts';
import type { Stock, StoredFamily } from './stock.ts';

/** `$1`: the user to copy; `$2`: how many copies. Copies get their ids by number in tables that are gone with the session. */
const COPIES = [
  `create temporary table copy as select n, gen_random_uuid() as user_id, gen_random_uuid() as device_id,
     gen_random_uuid() as session_id from generate_series(1, $2::bigint) n`,
  `insert into "user" (created_at, epoch, is_disabled, id, username, password_hash, claims)
     select t.created_at, t.epoch, t.is_disabled, k.user_id, 'copy-' || k.n || '@bench.example', t.password_hash, t.claims
     from copy k, "user" t where t.id = $1`,
  `insert into device (created_at, seen_at, removed_at, id, user_id, cookie_hash, name, user_agent)
     select t.created_at, t.seen_at, t.removed_at, k.device_id, k.user_id, sha256(uuid_send(k.device_id)), t.name, t.user_agent
     from copy k, (select * from device where user_id = $1 limit 1) t`,
  `insert into session (auth_time, created_at, seen_at, ended_at, user_epoch, id, user_id, device_id, cookie_hash, acr, amr, end_cause)
     select t.auth_time, t.created_at, t.seen_at, t.ended_at, t.user_epoch, k.session_id, k.user_id, k.device_id,
       translate(rtrim(encode(sha256(uuid_send(k.session_id)), 'base64'), '='), '+/', '-_'), t.acr, t.amr, t.end_cause
     from copy k, (select * from session where user_id = $1 limit 1) t`,
  `insert into consent (client, given_at, withdrawn_at, version, user_id, scopes, apis, redirect_hosts)
     select t.client, t.given_at, t.withdrawn_at, t.version, k.user_id, t.scopes, t.apis, t.redirect_hosts
     from copy k, consent t where t.user_id = $1`,
  // The families of one user are born far apart, as they would be.
  `insert into family (client, terms, generation, auth_time, created_at, rotated_at, used_at, retries, ended_at, user_epoch,
     client_epoch, consent_version, key_id, is_attempted, is_session_bound, id, salt, user_id, device_id, session_id, operation, jkt, end_cause)
     select t.client, t.terms, t.generation, t.auth_time, t.created_at, t.rotated_at, t.used_at, t.retries, t.ended_at, t.user_epoch,
       t.client_epoch, t.consent_version, t.key_id, t.is_attempted, t.is_session_bound, gen_random_uuid(), gen_random_uuid(),
       k.user_id, k.device_id, k.session_id, t.operation, t.jkt, t.end_cause
     from family t, copy k where t.user_id = $1 order by t.client, k.n`,
];
/** Whole pages are drawn: a small sample could be empty. */
const LEAST_SAMPLE = 10_000;
/** A page drawn at random holds families of many users; the sample is larger than needed, as it may hold ended ones. */
const PICK = `select translate(f.id::text, '-', '') as handle, translate(f.salt::text, '-', '') as salt, f.generation::int as generation,
    c.client_id as "clientId"
  from family f tablesample system ($1) join client c on c.key = f.client where f.ended_at is null order by random() limit $2`;

/** The stock in a database of PostgreSQL. */
export async function openPostgresStock(url: string): Promise<Stock> {
  const client = new pg.Client(url);
  // When the measurement fails the server goes first; what failed is told elsewhere.
  client.on('error', () => undefined);
  await client.connect();
  return {
    grow: async (families) => {
      const { rows } = await client.query<{ user: string; each: number }>(
        'select user_id as user, count(*)::int as each from family group by user_id limit 1',
      );
      const { user, each } = rows[0]!;
      for (const copy of COPIES) {
        await client.query(withValues(copy, user, Math.ceil(families / each)));
      }
      await client.query('drop table copy');
      await client.query('vacuum analyze');
      await client.query('checkpoint').catch(() => undefined);
    },
    pick: async (count) => {
      const { rows: pages } = await client.query<{ rows: number }>(
        "select reltuples::float8 as rows from pg_class where relname = 'family'",
      );
      const percent = Math.min(100, (100 * Math.max(LEAST_SAMPLE, 4 * count)) / Math.max(1, pages[0]!.rows));
      type Row = { handle: string; salt: string; generation: number; clientId: string };
      const { rows } = await client.query<Row>(PICK, [percent, count]);
      return rows.map(({ handle, salt, ...rest }): StoredFamily => ({
        ...rest,
        handle: Buffer.from(handle, 'hex'),
        salt: Buffer.from(salt, 'hex'),
      }));
    },
    sealedRefreshKey: async () => {
      const { rows } = await client.query<{ keyId: number; sealed: string }>(
        `select key_id as "keyId", sealed from mac_key where purpose = 'refresh'`,
      );
      return rows[0]!;
    },
    bytesPerFamily: () => bytesPerRow(client, 'family'),
    close: () => client.end(),
  };
}

/** Only what the statement names: PostgreSQL cannot tell the type of a parameter that nobody uses. */
function withValues(text: string, user: string, users: number): string {
  return text.replaceAll('$1', `'${user}'`).replaceAll('$2', String(users));
}
