import { hash, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { isTagRight, parseRefreshToken } from '../refresh-token.ts';
import { refreshKey } from './refresh-key.ts';
import type { Holder } from './tokens.ts';

const RETRY_MILLISECONDS = 60_000;

const READ = `select f.id, f.handle, f.salt, f.generation, f.rotated_at, f.used_at, f.created_at, f.idle_seconds, f.absolute_seconds, f.ended_at,
    f.user_epoch, f.client_version, f.consent_version, u.sub, u.epoch, u.disabled_at, c.client_id, c.version as current_client_version,
    c.disabled_at as client_disabled_at, k.version as current_consent_version, k.withdrawn_at, d.handle as device, d.removed_at,
    s.handle as session, s.auth_time, s.ended_at as session_ended_at
  from family f join user u on u.id = f.user join client c on c.id = f.client join consent k on k.id = f.consent
    join device d on d.id = f.device join session s on s.id = f.session
  where f.handle = ?`;
const ADVANCE =
  'update family set generation = generation + 1, rotated_at = ?, used_at = ?, operation = ? where id = ? and generation = ?';

type FamilyRow = {
  id: number;
  handle: Uint8Array;
  salt: Uint8Array;
  generation: number;
  rotated_at: number;
  used_at: number;
  created_at: number;
  idle_seconds: number;
  absolute_seconds: number;
  ended_at: number | null;
  user_epoch: number;
  client_version: number;
  consent_version: number;
  sub: string;
  epoch: number;
  disabled_at: number | null;
  client_id: string;
  current_client_version: number;
  client_disabled_at: number | null;
  current_consent_version: number;
  withdrawn_at: number | null;
  device: string;
  removed_at: number | null;
  session: string;
  auth_time: number;
  session_ended_at: number | null;
};

export type Refreshed = { holder: Holder; generation: number };

/**
 * Prepares the refresh of one database. What it returns must run inside a transaction: it reads the family with all that
 * its life depends on, decides, and advances the generation. Undefined is `invalid_grant`.
 */
export function prepareRefresh(
  database: DatabaseSync,
  issuer: string,
): (form: URLSearchParams, nowMs: number) => Refreshed | undefined {
  const read = database.prepare(READ);
  const advance = database.prepare(ADVANCE);
  return (form, nowMs) => {
    const token = parseRefreshToken(form.get('refresh_token') ?? '', refreshKey);
    const family = token && (read.get(token.handle) as FamilyRow | undefined);
    if (!family || !isTagRight(refreshKey, token, family.salt)) return undefined;
    if (family.client_id !== form.get('client_id') || !isAlive(family, nowMs)) return undefined;
    if (token.generation === family.generation) {
      const operation = hash('sha256', randomUUID(), 'buffer');
      if (advance.run(nowMs, nowMs, operation, family.id, family.generation).changes !== 1) return undefined;
      return { holder: holderOf(family, issuer), generation: family.generation + 1 };
    }
    const isRetry = token.generation === family.generation - 1 && nowMs - family.rotated_at <= RETRY_MILLISECONDS;
    return isRetry ? { holder: holderOf(family, issuer), generation: family.generation } : undefined;
  };
}

function isAlive(family: FamilyRow, nowMs: number): boolean {
  return (
    family.ended_at === null &&
    family.disabled_at === null &&
    family.client_disabled_at === null &&
    family.withdrawn_at === null &&
    family.removed_at === null &&
    family.session_ended_at === null &&
    family.epoch === family.user_epoch &&
    family.current_client_version === family.client_version &&
    family.current_consent_version === family.consent_version &&
    nowMs < family.used_at + family.idle_seconds * 1000 &&
    nowMs < family.created_at + family.absolute_seconds * 1000
  );
}

function holderOf(family: FamilyRow, issuer: string): Holder {
  return {
    issuer,
    clientId: family.client_id,
    sub: family.sub,
    epoch: family.epoch,
    deviceHandle: family.device,
    sessionHandle: family.session,
    authTime: family.auth_time,
    familyHandle: family.handle,
    salt: family.salt,
  };
}
