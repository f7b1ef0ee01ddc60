import { hash, randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { REFRESH_ABSOLUTE_SECONDS, REFRESH_IDLE_SECONDS } from '../subject.ts';
import type { Refreshed } from './refresh.ts';

const READ = `select q.id, q.redirect_uri, q.challenge, q.nonce, q.expires_at, q.consumed_at, q.user, q.client, q.consent, q.device, q.session,
    u.sub, u.epoch, u.disabled_at, c.client_id, c.version as client_version, c.disabled_at as client_disabled_at, k.version as consent_version,
    k.withdrawn_at, d.handle as device_handle, d.removed_at, s.handle as session_handle, s.auth_time, s.ended_at as session_ended_at
  from code q join user u on u.id = q.user join client c on c.id = q.client join consent k on k.id = q.consent
    join device d on d.id = q.device join session s on s.id = q.session
  where q.hash = ?`;
const CONSUME = 'update code set consumed_at = ?, operation = ?, family = ? where id = ? and consumed_at is null';
const INSERT_FAMILY = `insert into family (handle, salt, user, client, consent, device, session, grant_set, generation, key_id, rotated_at, used_at, created_at,
    idle_seconds, absolute_seconds, operation, user_epoch, client_version, consent_version)
  values (?, ?, ?, ?, ?, ?, ?, 1, 0, 1, ?, ?, ?, ${REFRESH_IDLE_SECONDS}, ${REFRESH_ABSOLUTE_SECONDS}, null, ?, ?, ?)`;

type CodeRow = {
  id: number;
  redirect_uri: string;
  challenge: string;
  nonce: string;
  expires_at: number;
  consumed_at: number | null;
  user: number;
  client: number;
  consent: number;
  device: number;
  session: number;
  sub: string;
  epoch: number;
  disabled_at: number | null;
  client_id: string;
  client_version: number;
  client_disabled_at: number | null;
  consent_version: number;
  withdrawn_at: number | null;
  device_handle: string;
  removed_at: number | null;
  session_handle: string;
  auth_time: number;
  session_ended_at: number | null;
};

/** Prepares the code exchange of one database; as `prepareRefresh`, but it consumes the code and gives birth to a family (RFC 6749 section 4.1.3). */
export function prepareCodeExchange(
  database: DatabaseSync,
  issuer: string,
): (form: URLSearchParams, nowMs: number) => Refreshed | undefined {
  const read = database.prepare(READ);
  const consume = database.prepare(CONSUME);
  const insert = database.prepare(INSERT_FAMILY);
  return (form, nowMs) => {
    const code = read.get(hash('sha256', form.get('code') ?? '', 'buffer')) as CodeRow | undefined;
    if (!code || !isExchangeable(code, form, nowMs)) return undefined;
    const random = randomBytes(32);
    const [handle, salt] = [random.subarray(0, 16), random.subarray(16)];
    const owner = [code.user, code.client, code.consent, code.device, code.session];
    const family = insert.run(
      handle,
      salt,
      ...owner,
      nowMs,
      nowMs,
      nowMs,
      code.epoch,
      code.client_version,
      code.consent_version,
    );
    const operation = hash('sha256', randomUUID(), 'buffer');
    if (consume.run(nowMs, operation, family.lastInsertRowid, code.id).changes !== 1) return undefined;
    const holder = {
      issuer,
      clientId: code.client_id,
      sub: code.sub,
      epoch: code.epoch,
      deviceHandle: code.device_handle,
      sessionHandle: code.session_handle,
      authTime: code.auth_time,
      familyHandle: handle,
      salt,
      nonce: code.nonce,
    };
    return { holder, generation: 0 };
  };
}

function isExchangeable(code: CodeRow, form: URLSearchParams, nowMs: number): boolean {
  return (
    code.consumed_at === null &&
    nowMs < code.expires_at &&
    code.client_id === form.get('client_id') &&
    code.redirect_uri === form.get('redirect_uri') &&
    code.challenge === hash('sha256', form.get('code_verifier') ?? '', 'base64url') &&
    code.disabled_at === null &&
    code.client_disabled_at === null &&
    code.withdrawn_at === null &&
    code.removed_at === null &&
    code.session_ended_at === null
  );
}
