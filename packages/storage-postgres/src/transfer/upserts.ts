import type { TransferKind, TransferRows } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call, Statement, Value } from '../statement.ts';
import { spelledTerms } from '../terms.ts';
import {
  arrayOf,
  bytesOf,
  clientKey,
  digestKey,
  hashKey,
  identifying,
  saltUuid,
  telling,
  textArrayOf,
  uuidOf,
} from '../values.ts';
import { putParticipants } from './participants.ts';
import { placeUuid } from './place.ts';

/** The calls that write rows over those of the same key. */
export function upsertsOf<Kind extends TransferKind>(kind: Kind, rows: readonly TransferRows[Kind][]): Call[] {
  return upserts[kind](rows);
}

type Upsert<Kind extends TransferKind> = (rows: readonly TransferRows[Kind][]) => Call[];

const upserts: { [Kind in TransferKind]: Upsert<Kind> } = {
  client: (rows) => [
    call(putClients, [
      arrayOf(rows.map((row) => clientKey(row.id))),
      arrayOf(rows.map((row) => row.changedAtMs)),
      arrayOf(rows.map((row) => row.epoch)),
      arrayOf(rows.map((row) => row.isDisabled)),
      textArrayOf(rows.map((row) => identifying(row.id))),
    ]),
  ],
  user: (rows) => [
    call(putUsers, [
      arrayOf(rows.map((row) => uuidOf('user', row.id))),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.epoch)),
      arrayOf(rows.map((row) => row.isDisabled)),
      textArrayOf(rows.map((row) => identifying(row.username))),
      textArrayOf(rows.map((row) => row.passwordHash ?? null)),
      textArrayOf(rows.map((row) => JSON.stringify(row.claims))),
      arrayOf(rows.map((row) => row.epochRaisedAtMs ?? null)),
    ]),
  ],
  device: (rows) => [
    call(putDevices, [
      arrayOf(rows.map((row) => uuidOf('device', row.id))),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.seenAtMs)),
      arrayOf(rows.map((row) => row.removedAtMs ?? null)),
      arrayOf(rows.map((row) => uuidOf('user', row.userId))),
      textArrayOf(rows.map((row) => bytesOf(row.cookieHash))),
      textArrayOf(rows.map((row) => telling(row.name))),
      textArrayOf(rows.map((row) => telling(row.userAgent))),
    ]),
  ],
  session: (rows) => [
    call(putSessions, [
      arrayOf(rows.map((row) => uuidOf('session', row.id))),
      arrayOf(rows.map((row) => row.authTimeMs)),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.seenAtMs)),
      arrayOf(rows.map((row) => row.endedAtMs ?? null)),
      arrayOf(rows.map((row) => row.userEpoch)),
      arrayOf(rows.map((row) => uuidOf('user', row.userId))),
      arrayOf(rows.map((row) => uuidOf('device', row.deviceId))),
      textArrayOf(rows.map((row) => digestKey(row.cookieHash))),
      textArrayOf(rows.map((row) => row.acr)),
      textArrayOf(rows.map((row) => JSON.stringify(row.amr))),
      textArrayOf(rows.map((row) => row.endCause ?? null)),
    ]),
  ],
  consent: (rows) => [
    call(putConsents, [
      arrayOf(rows.map((row) => uuidOf('user', row.userId))),
      arrayOf(rows.map((row) => clientKey(row.clientId))),
      arrayOf(rows.map((row) => row.givenAtMs)),
      arrayOf(rows.map((row) => row.withdrawnAtMs ?? null)),
      arrayOf(rows.map((row) => row.version)),
      textArrayOf(rows.map((row) => JSON.stringify(row.scopes))),
      textArrayOf(rows.map((row) => JSON.stringify(row.apis))),
      textArrayOf(rows.map((row) => JSON.stringify(row.redirectHosts))),
    ]),
  ],
  family: familyCalls,
  code: (rows) => [
    call(putCodes, [
      textArrayOf(rows.map((row) => digestKey(row.hash))),
      arrayOf(rows.map((row) => row.expiresAtMs)),
      textArrayOf(rows.map((row) => bodyOf({ ...row, redemption: undefined }))),
      textArrayOf(rows.map(({ redemption }) => (redemption === undefined ? null : JSON.stringify(redemption)))),
    ]),
  ],
  interaction: (rows) => [
    call(putInteractions, [
      textArrayOf(rows.map((row) => digestKey(row.hash))),
      arrayOf(rows.map((row) => row.expiresAtMs)),
      arrayOf(rows.map((row) => row.isConsumed === true)),
      textArrayOf(rows.map((row) => row.chosenSessionId ?? null)),
      textArrayOf(rows.map((row) => bodyOf({ ...row, isConsumed: undefined, chosenSessionId: undefined }))),
    ]),
  ],
  onceValue: (rows) => [
    call(putOnceValues, [
      textArrayOf(rows.map((row) => digestKey(row.hash))),
      textArrayOf(rows.map((row) => bytesOf(row.operation))),
      arrayOf(rows.map((row) => row.expiresAtMs)),
    ]),
  ],
  revokedToken: (rows) => [
    call(putRevokedTokens, [
      textArrayOf(rows.map((row) => identifying(row.tokenId))),
      arrayOf(rows.map((row) => row.expiresAtMs)),
      arrayOf(rows.map((row) => row.revokedAtMs ?? null)),
    ]),
  ],
  signingKey: (rows) => [
    call(putSigningKeys, [
      textArrayOf(rows.map((row) => row.kid)),
      textArrayOf(rows.map((row) => row.alg)),
      textArrayOf(rows.map((row) => JSON.stringify(row.publicJwk))),
      textArrayOf(rows.map((row) => row.sealed)),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.activeFromMs)),
      arrayOf(rows.map((row) => row.retiredAtMs ?? null)),
    ]),
  ],
  macKey: (rows) => [
    call(putMacKeys, [
      textArrayOf(rows.map((row) => row.purpose)),
      arrayOf(rows.map((row) => row.keyId)),
      textArrayOf(rows.map((row) => row.sealed)),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.activeFromMs)),
    ]),
  ],
  participant: (rows) => [putParticipants(rows)],
  event: eventCalls,
};

function familyCalls(rows: readonly TransferRows['family'][]): Call[] {
  const bodies = rows.map((row) => spelledTerms(row.terms));
  const terms = new Map(rows.map((row, index) => [bodies[index] ?? '', row.terms]));
  return [
    call(putTerms, [
      arrayOf([...terms.keys()].map(hashKey)),
      arrayOf([...terms.values()].map((each) => each.idleSeconds ?? null)),
      arrayOf([...terms.values()].map((each) => each.absoluteSeconds ?? null)),
      textArrayOf([...terms.keys()]),
    ]),
    call(putFamilies, [
      arrayOf(rows.map((row) => uuidOf('family', row.id))),
      arrayOf(rows.map((row) => clientKey(row.clientId))),
      arrayOf(bodies.map(hashKey)),
      arrayOf(rows.map((row) => row.generation)),
      arrayOf(rows.map((row) => row.authTimeMs)),
      arrayOf(rows.map((row) => row.createdAtMs)),
      arrayOf(rows.map((row) => row.rotatedAtMs)),
      arrayOf(rows.map((row) => row.usedAtMs)),
      arrayOf(rows.map((row) => row.retries)),
      arrayOf(rows.map((row) => row.endedAtMs ?? null)),
      arrayOf(rows.map((row) => row.userEpoch)),
      arrayOf(rows.map((row) => row.clientEpoch)),
      arrayOf(rows.map((row) => row.consentVersion)),
      arrayOf(rows.map((row) => row.keyId)),
      arrayOf(rows.map((row) => row.attempted)),
      arrayOf(rows.map((row) => row.terms.boundTo === 'session')),
      arrayOf(rows.map((row) => saltUuid(row.salt))),
      arrayOf(rows.map((row) => uuidOf('user', row.userId))),
      arrayOf(rows.map((row) => uuidOf('device', row.deviceId))),
      arrayOf(rows.map((row) => uuidOf('session', row.sessionId))),
      textArrayOf(rows.map((row) => bytesOf(row.operation))),
      textArrayOf(rows.map((row) => (row.jkt === undefined ? null : bytesOf(row.jkt)))),
      textArrayOf(rows.map((row) => row.endCause ?? null)),
    ]),
  ];
}

function eventCalls(rows: readonly TransferRows['event'][]): Call[] {
  const events = rows.map((row) => row.event);
  return [
    call(putEvents, [
      arrayOf(rows.map((row) => placeUuid(row.place))),
      arrayOf(events.map((event) => event.atMs)),
      arrayOf(events.map((event) => uuidOf('event', event.id))),
      arrayOf(events.map((event) => event.userId && uuidOf('user', event.userId)).map(orNull)),
      arrayOf(events.map((event) => event.deviceId && uuidOf('device', event.deviceId)).map(orNull)),
      arrayOf(events.map((event) => event.sessionId && uuidOf('session', event.sessionId)).map(orNull)),
      arrayOf(events.map((event) => event.familyId && uuidOf('family', event.familyId)).map(orNull)),
      textArrayOf(events.map((event) => event.kind)),
      textArrayOf(events.map((event) => event.clientId ?? null)),
      textArrayOf(events.map((event) => event.cause ?? null)),
      textArrayOf(events.map((event) => orNull(event.reason && telling(event.reason)))),
      textArrayOf(events.map((event) => orNull(event.correlationId && telling(event.correlationId)))),
    ]),
  ];
}

/** What has no column of its own: what is undefined is left out. */
function bodyOf<Row extends { hash: Digest }>(row: Row): string {
  return JSON.stringify({ ...row, hash: undefined });
}

function orNull(value: string | undefined): string | null {
  return value ?? null;
}

function call(of: Statement, values: Value[]): Call {
  return { statement: of, values };
}

const putClients = statement(
  'transfer_clients',
  `insert into client (key, changed_at, epoch, is_disabled, client_id)
  select * from unnest($1::bigint[], $2::bigint[], $3::integer[], $4::boolean[], $5::text[])
  on conflict (key) do update set changed_at = excluded.changed_at, epoch = excluded.epoch,
    is_disabled = excluded.is_disabled`,
);
const putUsers = statement(
  'transfer_users',
  `insert into "user" (id, created_at, epoch, is_disabled, username, password_hash, claims, epoch_raised_at)
  select * from unnest($1::uuid[], $2::bigint[], $3::integer[], $4::boolean[], $5::text[], $6::text[], $7::text[],
    $8::bigint[])
  on conflict (id) do update set epoch = excluded.epoch, is_disabled = excluded.is_disabled,
    username = excluded.username, password_hash = excluded.password_hash, claims = excluded.claims,
    epoch_raised_at = excluded.epoch_raised_at`,
);
const putDevices = statement(
  'transfer_devices',
  `insert into device (id, created_at, seen_at, removed_at, user_id, cookie_hash, name, user_agent)
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::uuid[], $6::bytea[], $7::text[],
    $8::text[])
  on conflict (id) do update set seen_at = excluded.seen_at, removed_at = excluded.removed_at,
    cookie_hash = excluded.cookie_hash, name = excluded.name, user_agent = excluded.user_agent`,
);
const putSessions = statement(
  'transfer_sessions',
  `insert into session (id, auth_time, created_at, seen_at, ended_at, user_epoch, user_id, device_id, cookie_hash, acr,
    amr, end_cause)
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[], $7::uuid[],
    $8::uuid[], $9::text[], $10::text[], $11::text[], $12::text[])
  on conflict (id) do update set auth_time = excluded.auth_time, seen_at = excluded.seen_at,
    ended_at = excluded.ended_at, cookie_hash = excluded.cookie_hash, acr = excluded.acr, amr = excluded.amr,
    end_cause = excluded.end_cause`,
);
const putConsents = statement(
  'transfer_consents',
  `insert into consent (user_id, client, given_at, withdrawn_at, version, scopes, apis, redirect_hosts)
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[], $7::text[],
    $8::text[])
  on conflict (user_id, client) do update set given_at = excluded.given_at, withdrawn_at = excluded.withdrawn_at,
    version = excluded.version, scopes = excluded.scopes, apis = excluded.apis,
    redirect_hosts = excluded.redirect_hosts`,
);
const putTerms = statement(
  'transfer_terms',
  `insert into terms (key, idle_seconds, absolute_seconds, body)
  select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[])
  on conflict (key) do nothing`,
);
const putFamilies = statement(
  'transfer_families',
  `insert into family (id, client, terms, generation, auth_time, created_at, rotated_at, used_at, retries, ended_at,
    user_epoch, client_epoch, consent_version, key_id, is_attempted, is_session_bound, salt, user_id, device_id,
    session_id, operation, jkt, end_cause)
  select * from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[], $11::integer[], $12::integer[], $13::integer[], $14::smallint[],
    $15::boolean[], $16::boolean[], $17::uuid[], $18::uuid[], $19::uuid[], $20::uuid[], $21::bytea[], $22::bytea[],
    $23::text[])
  on conflict (id) do update set generation = excluded.generation, rotated_at = excluded.rotated_at,
    used_at = excluded.used_at, retries = excluded.retries, ended_at = excluded.ended_at, key_id = excluded.key_id,
    is_attempted = excluded.is_attempted, operation = excluded.operation, end_cause = excluded.end_cause`,
);
const putCodes = statement(
  'transfer_codes',
  `insert into code (hash, expires_at, body, redemption)
  select * from unnest($1::text[], $2::bigint[], $3::text[], $4::text[])
  on conflict (hash) do update set redemption = excluded.redemption`,
);
const putInteractions = statement(
  'transfer_interactions',
  `insert into interaction (hash, expires_at, is_consumed, chosen_session, body)
  select * from unnest($1::text[], $2::bigint[], $3::boolean[], $4::text[], $5::text[])
  on conflict (hash) do update set is_consumed = excluded.is_consumed, chosen_session = excluded.chosen_session`,
);
const putOnceValues = statement(
  'transfer_once_values',
  `insert into once_value (hash, operation, expires_at)
  select * from unnest($1::text[], $2::bytea[], $3::bigint[])
  on conflict (hash) do update set operation = excluded.operation, expires_at = excluded.expires_at`,
);
const putRevokedTokens = statement(
  'transfer_revoked_tokens',
  `insert into revoked_token (token_id, expires_at, revoked_at)
  select * from unnest($1::text[], $2::bigint[], $3::bigint[])
  on conflict (token_id) do update set expires_at = excluded.expires_at, revoked_at = excluded.revoked_at`,
);
const putSigningKeys = statement(
  'transfer_signing_keys',
  `insert into signing_key (kid, alg, public_jwk, sealed, created_at, active_from, retired_at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
  on conflict (kid) do update set retired_at = excluded.retired_at, sealed = excluded.sealed`,
);
const putMacKeys = statement(
  'transfer_mac_keys',
  `insert into mac_key (purpose, key_id, sealed, created_at, active_from)
  select * from unnest($1::text[], $2::integer[], $3::text[], $4::bigint[], $5::bigint[])
  on conflict (purpose, key_id) do update set sealed = excluded.sealed, created_at = excluded.created_at,
    active_from = excluded.active_from`,
);
const putEvents = statement(
  'transfer_events',
  `insert into audit (place, at, id, user_id, device_id, session_id, family_id, kind, client_id, cause, reason,
    correlation_id)
  select * from unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[])
  on conflict (place) do nothing`,
);
