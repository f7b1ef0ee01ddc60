import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { drawNumbers } from '../draw-numbers.ts';
import { mintRefreshToken, type TokenFamily } from '../refresh-token.ts';
import {
  REDIRECT_URI,
  REFRESH_ABSOLUTE_SECONDS,
  REFRESH_IDLE_SECONDS,
  SERVICE_CLIENT,
  type Code,
  type Family,
} from '../subject.ts';
import { refreshKey } from './refresh-key.ts';

const SPAS = ['bench-spa-1', 'bench-spa-2', 'bench-spa-3', 'bench-spa-4'];
const CODE_MILLISECONDS = 60_000;
const NUMBERS = 'with recursive number (n) as (select 1 union all select n + 1 from number where n < $users)';
const TEXT = 'lower(hex(randomblob(16)))';
/** Users, each with one device and one session that have the user's own number as key, a consent for each client, and a family of each. */
const PEOPLE = [
  `insert into user ${NUMBERS} select n, 'usr_' || ${TEXT}, 0, null from number`,
  `insert into device ${NUMBERS} select n, n, ${TEXT}, null from number`,
  `insert into session ${NUMBERS} select n, n, ${TEXT}, $now / 1000, null from number`,
  `insert into consent (user, client, version) ${NUMBERS} select n, c.id, 1 from number, client c where c.secret_hash is null`,
  // The families of one user are born far apart, as they would be.
  `insert into family (handle, salt, user, client, consent, device, session, grant_set, generation, key_id, rotated_at, used_at,
     created_at, idle_seconds, absolute_seconds, operation, user_epoch, client_version, consent_version)
   select randomblob(16), randomblob(16), k.user, k.client, k.id, k.user, k.user, 1, 0, 1, $now, $now, $now,
     ${REFRESH_IDLE_SECONDS}, ${REFRESH_ABSOLUTE_SECONDS}, randomblob(32), 0, 1, 1 from client c cross join consent k on k.client = c.id
   where c.secret_hash is null order by k.client, k.user`,
];
const PICK = `select f.handle, f.salt, f.generation, c.client_id as clientId
  from family f join client c on c.id = f.client where f.id = ?`;

/** Fills an empty database with `families` families and what they stand on. */
export function seed(database: DatabaseSync, families: number): void {
  const client = database.prepare('insert into client (client_id, secret_hash, version) values (?, ?, 1)');
  database.exec('begin');
  for (const spa of SPAS) client.run(spa, null);
  client.run(SERVICE_CLIENT.clientId, hash('sha256', SERVICE_CLIENT.clientSecret, 'buffer'));
  for (const part of PEOPLE) {
    const statement = database.prepare(part);
    statement.setAllowUnknownNamedParameters(true);
    statement.run({ users: Math.ceil(families / SPAS.length), now: BigInt(Date.now()) });
  }
  database.exec('commit; pragma wal_checkpoint(truncate)');
}

/** Different families at random, each with its newest token. */
export function pickFamilies(database: DatabaseSync, count: number): Family[] {
  const read = database.prepare(PICK);
  const { last } = database.prepare('select max(id) as last from family').get() as { last: number };
  return drawNumbers(count, 1, last).map((id) => {
    const family = read.get(id) as TokenFamily & { clientId: string };
    return { clientId: family.clientId, refreshToken: mintRefreshToken(refreshKey, family) };
  });
}

export function seedCodes(database: DatabaseSync, count: number): Code[] {
  const insert = database.prepare(`
    insert into code (hash, user, client, consent, device, session, redirect_uri, challenge, nonce, expires_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const read = database.prepare('select user, client from consent where id = ?');
  const { last } = database.prepare('select max(id) as last from consent').get() as { last: number };
  const expiresAt = Date.now() + CODE_MILLISECONDS;
  database.exec('begin');
  const codes = drawNumbers(count, 1, last).map((consent) => {
    const { user, client } = read.get(consent) as { user: number; client: number };
    const [code, codeVerifier, nonce] = [randomText(), randomText(), randomText()];
    const challenge = hash('sha256', codeVerifier, 'base64url');
    const codeHash = hash('sha256', code, 'buffer');
    insert.run(codeHash, user, client, consent, user, user, REDIRECT_URI, challenge, nonce, expiresAt);
    return { clientId: SPAS[client - 1]!, code, redirectUri: REDIRECT_URI, codeVerifier };
  });
  database.exec('commit');
  return codes;
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}
