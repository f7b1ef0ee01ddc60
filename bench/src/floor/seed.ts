import { hash, randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import {
  REDIRECT_URI,
  REFRESH_ABSOLUTE_SECONDS,
  REFRESH_IDLE_SECONDS,
  SERVICE_CLIENT,
  type Code,
  type Family,
} from '../subject.ts';
import { mintRefreshToken } from './refresh-token.ts';

const SPA = 'bench-spa';
const USER_COUNT = 32;
const CODE_MILLISECONDS = 60_000;

/** Fills an empty database with users, each with one device, one session and one consent, all with the user's own number as key. */
export function seedPeople(database: DatabaseSync): void {
  const nowSeconds = Math.floor(Date.now() / 1000);
  database.exec('begin');
  database.prepare('insert into client values (1, ?, null, 1, null)').run(SPA);
  database
    .prepare('insert into client values (2, ?, ?, 1, null)')
    .run(SERVICE_CLIENT.clientId, hash('sha256', SERVICE_CLIENT.clientSecret, 'buffer'));
  for (let user = 1; user <= USER_COUNT; user++) {
    database.prepare('insert into user values (?, ?, 0, null)').run(user, `usr_${randomText()}`);
    database.prepare('insert into consent values (?, ?, 1, 1, null)').run(user, user);
    database.prepare('insert into device values (?, ?, ?, null)').run(user, user, randomText());
    database.prepare('insert into session values (?, ?, ?, ?, null)').run(user, user, randomText(), nowSeconds);
  }
  database.exec('commit');
}

export function seedFamilies(database: DatabaseSync, count: number): Family[] {
  const insert =
    database.prepare(`insert into family (handle, salt, user, client, consent, device, session, grant_set, generation, key_id, rotated_at, used_at,
      created_at, idle_seconds, absolute_seconds, operation, user_epoch, client_version, consent_version)
    values (?, ?, ?, 1, ?, ?, ?, 1, 0, 1, ?, ?, ?, ${REFRESH_IDLE_SECONDS}, ${REFRESH_ABSOLUTE_SECONDS}, ?, 0, 1, 1)`);
  const now = Date.now();
  database.exec('begin');
  const families = Array.from({ length: count }, (_, index) => {
    const user = (index % USER_COUNT) + 1;
    const [handle, salt] = [randomBytes(16), randomBytes(16)];
    insert.run(handle, salt, user, user, user, user, now, now, now, randomBytes(32));
    return { clientId: SPA, refreshToken: mintRefreshToken(handle, salt, 0) };
  });
  database.exec('commit');
  return families;
}

export function seedCodes(database: DatabaseSync, count: number): Code[] {
  const insert =
    database.prepare(`insert into code (hash, user, client, consent, device, session, redirect_uri, challenge, nonce, expires_at)
    values (?, ?, 1, ?, ?, ?, ?, ?, ?, ?)`);
  const expiresAt = Date.now() + CODE_MILLISECONDS;
  database.exec('begin');
  const codes = Array.from({ length: count }, (_, index) => {
    const user = (index % USER_COUNT) + 1;
    const [code, codeVerifier] = [randomText(), randomText()];
    const challenge = hash('sha256', codeVerifier, 'base64url');
    insert.run(
      hash('sha256', code, 'buffer'),
      user,
      user,
      user,
      user,
      REDIRECT_URI,
      challenge,
      randomText(),
      expiresAt,
    );
    return { clientId: SPA, code, redirectUri: REDIRECT_URI, codeVerifier };
  });
  database.exec('commit');
  return codes;
}

function randomText(): string {
  return randomBytes(32).toString('base64url');
}
