import type { TransferKind } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call, Statement } from '../statement.ts';
import { arrayOf, clientKey, digestKey, textArrayOf, uuidOf } from '../values.ts';
import { participantKey } from './participants.ts';

/** Kinds whose rows come and go, with the statement that removes any of them: `$1` rows at most. */
export const leftovers: readonly Statement<{ key: string }>[] = [
  statement(
    'transfer_left_sessions',
    'delete from session where id in (select id from session limit $1) returning id::text as key',
  ),
  statement(
    'transfer_left_families',
    'delete from family where id in (select id from family limit $1) returning id::text as key',
  ),
  statement(
    'transfer_left_codes',
    'delete from code where hash in (select hash from code limit $1) returning hash::text as key',
  ),
  statement(
    'transfer_left_interactions',
    'delete from interaction where hash in (select hash from interaction limit $1) returning hash::text as key',
  ),
  statement(
    'transfer_left_once_values',
    'delete from once_value where hash in (select hash from once_value limit $1) returning hash::text as key',
  ),
  statement(
    'transfer_left_revoked_tokens',
    'delete from revoked_token where token_id in (select token_id from revoked_token limit $1) returning token_id as key',
  ),
  statement(
    'transfer_left_participants',
    `delete from participant where (session_id, client) in (select session_id, client from participant limit $1)
    returning session_id::text as key`,
  ),
  statement(
    'transfer_left_signing_keys',
    'delete from signing_key where kid in (select kid from signing_key limit $1) returning kid as key',
  ),
];

/** The call that removes the rows with these keys. Throws for kinds whose rows are never removed. */
export function removalOf(kind: TransferKind, keys: readonly string[]): Call {
  switch (kind) {
    case 'session':
      return { statement: dropSessions, values: [arrayOf(keys.map((key) => uuidOf('session', key)))] };
    case 'family':
      return { statement: dropFamilies, values: [arrayOf(keys.map((key) => uuidOf('family', key)))] };
    case 'code':
      return { statement: dropCodes, values: [hashes(keys)] };
    case 'interaction':
      return { statement: dropInteractions, values: [hashes(keys)] };
    case 'onceValue':
      return { statement: dropOnceValues, values: [hashes(keys)] };
    case 'revokedToken':
      return { statement: dropRevokedTokens, values: [textArrayOf(keys)] };
    case 'signingKey':
      return { statement: dropSigningKeys, values: [textArrayOf(keys)] };
    case 'participant':
      return { statement: dropParticipants, values: pairsOf(keys) };
    case 'client':
    case 'user':
    case 'device':
    case 'consent':
    case 'macKey':
    case 'event':
      throw new Error(`a row of kind ${kind} was removed, which never happens`);
  }
}

function pairsOf(keys: readonly string[]): string[] {
  const pairs = keys.map(participantKey);
  return [
    arrayOf(pairs.map(([sessionId]) => uuidOf('session', sessionId))),
    arrayOf(pairs.map(([, clientId]) => clientKey(clientId))),
  ];
}

function hashes(keys: readonly string[]): string {
  return textArrayOf(keys.map((key) => digestKey(key as Digest)));
}

const dropSessions = statement('transfer_drop_sessions', 'delete from session where id = any($1::uuid[])');
const dropFamilies = statement('transfer_drop_families', 'delete from family where id = any($1::uuid[])');
const dropCodes = statement('transfer_drop_codes', 'delete from code where hash = any($1::text[])');
const dropInteractions = statement(
  'transfer_drop_interactions',
  'delete from interaction where hash = any($1::text[])',
);
const dropOnceValues = statement('transfer_drop_once_values', 'delete from once_value where hash = any($1::text[])');
const dropRevokedTokens = statement(
  'transfer_drop_revoked_tokens',
  'delete from revoked_token where token_id = any($1::text[])',
);
const dropParticipants = statement(
  'transfer_drop_participants',
  `delete from participant where (session_id, client) in (
    select session_id, client from unnest($1::uuid[], $2::bigint[]) as v (session_id, client))`,
);
const dropSigningKeys = statement('transfer_drop_signing_keys', 'delete from signing_key where kid = any($1::text[])');
