import { transferKey, transferKinds } from '@ostiary/storage';
import type { TransferCounts, TransferKind, TransferRows } from '@ostiary/storage';
import type { ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import { eventOf } from '../audit.ts';
import type { AuditRow } from '../audit.ts';
import { ConsentReads } from '../consents.ts';
import { DeviceReads } from '../devices.ts';
import { FamilyReads } from '../families.ts';
import { CodeReads, InteractionReads } from '../flows.ts';
import { KeyTables } from '../keys.ts';
import type { Operations } from '../operations.ts';
import { ParsedJson } from '../parsed-json.ts';
import { ParticipantTable } from '../participants.ts';
import { SessionReads } from '../sessions.ts';
import { statement } from '../statement.ts';
import { InternedTerms } from '../terms.ts';
import { UserReads } from '../users.ts';
import { arrayOf, digestKey, clientKey, digestText, textArrayOf } from '../values.ts';
import { participantKey } from './participants.ts';
import { placeOf, placeUuid } from './place.ts';

type ClientRow = { id: ClientId; epoch: number; isDisabled: boolean; changedAtMs: number };
type OnceRow = { hash: Digest; operation: string; expiresAtMs: number };
type TokenRow = { tokenId: string; expiresAtMs: number; revokedAtMs: number | null };
type CountRow = { kind: TransferKind; rows: number };

const findClients = statement<ClientRow>(
  'transfer_find_clients',
  `select client_id as id, epoch, is_disabled as "isDisabled", changed_at as "changedAtMs" from client
  where key = any($1::bigint[])`,
);
const findOnceValues = statement<OnceRow>(
  'transfer_find_once_values',
  'select hash, operation, expires_at as "expiresAtMs" from once_value where hash = any($1::text[])',
);
const findTokens = statement<TokenRow>(
  'transfer_find_tokens',
  `select token_id as "tokenId", expires_at as "expiresAtMs", revoked_at as "revokedAtMs" from revoked_token
  where token_id = any($1::text[])`,
);
const findEvents = statement<AuditRow & { place: string }>(
  'transfer_find_events',
  `select place, id, at as "atMs", kind, user_id as "userId", client_id as "clientId", device_id as "deviceId",
    session_id as "sessionId", family_id as "familyId", cause, reason, correlation_id as "correlationId"
  from audit where place = any($1::uuid[])`,
);
const countAll = statement<CountRow>(
  'transfer_count',
  `select 'client' as kind, count(*) as rows from client
  union all select 'user', count(*) from "user"
  union all select 'device', count(*) from device
  union all select 'session', count(*) from session
  union all select 'consent', count(*) from consent
  union all select 'family', count(*) from family
  union all select 'code', count(*) from code
  union all select 'interaction', count(*) from interaction
  union all select 'onceValue', count(*) from once_value
  union all select 'revokedToken', count(*) from revoked_token
  union all select 'signingKey', count(*) from signing_key
  union all select 'macKey', count(*) from mac_key
  union all select 'participant', count(*) from participant
  union all select 'event', count(*) from audit`,
);

const claimsKept = 1_000;

/** Reads back what was written, by the very reads that will serve where there are such. */
export class RowReader {
  readonly #operations: Operations;
  readonly #finders: { [Kind in TransferKind]: (keys: readonly string[]) => Promise<TransferRows[Kind][]> };

  constructor(operations: Operations) {
    this.#operations = operations;
    const [terms, claims] = [new InternedTerms(operations), new ParsedJson(claimsKept)];
    const families = new FamilyReads(operations, { terms, claims, readers: 1 });
    const users = new UserReads(operations, claims, 1);
    const devices = new DeviceReads(operations, 1);
    const sessions = new SessionReads(operations, 1);
    const consents = new ConsentReads(operations);
    const codes = new CodeReads(operations, 1);
    const interactions = new InteractionReads(operations, 1);
    const participants = new ParticipantTable(operations);
    const keyTables = new KeyTables(operations);
    this.#finders = {
      client: (keys) => operations.query(findClients, [arrayOf(keys.map((key) => clientKey(key as ClientId)))]),
      user: (keys) => each(keys, (key) => users.find(key as UserId)),
      device: (keys) => each(keys, (key) => devices.find(key as DeviceId)),
      session: (keys) => each(keys, (key) => sessions.find(key as SessionId)),
      consent: (keys) => each(keys, (key) => consents.find(...consentOf(key))),
      family: (keys) => each(keys, async (key) => (await families.find(key as FamilyId))?.family),
      code: (keys) => each(keys, (key) => codes.find(key as Digest)),
      interaction: (keys) => each(keys, (key) => interactions.find(key as Digest)),
      onceValue: (keys) => this.#onceValues(keys),
      revokedToken: async (keys) => (await operations.query(findTokens, [textArrayOf(keys)])).map(tokenOf),
      signingKey: async (keys) => (await keyTables.listSigning()).filter(({ kid }) => keys.includes(kid)),
      macKey: async (keys) =>
        (await keyTables.listMac())
          .filter((row) => keys.includes(transferKey('macKey', row)))
          .map((row) => ({ ...row })),
      participant: (keys) => each(keys, (key) => participants.find(...participantKey(key))),
      event: (keys) => this.#events(keys),
    };
  }

  find<Kind extends TransferKind>(kind: Kind, keys: readonly string[]): Promise<TransferRows[Kind][]> {
    return this.#finders[kind](keys);
  }

  async count(): Promise<TransferCounts> {
    const found = new Map((await this.#operations.query(countAll, [])).map(({ kind, rows }) => [kind, rows]));
    return Object.fromEntries(transferKinds.map((kind) => [kind, found.get(kind) ?? 0])) as TransferCounts;
  }

  async #onceValues(keys: readonly string[]): Promise<TransferRows['onceValue'][]> {
    const rows = await this.#operations.query(findOnceValues, [
      textArrayOf(keys.map((key) => digestKey(key as Digest))),
    ]);
    return rows.map(({ hash, operation, expiresAtMs }) => ({
      hash,
      operation: digestText(operation),
      expiresAtMs,
    }));
  }

  async #events(keys: readonly string[]): Promise<TransferRows['event'][]> {
    const rows = await this.#operations.query(findEvents, [arrayOf(keys.map((key) => placeUuid(Number(key))))]);
    return rows.map(({ place, ...row }) => ({ place: placeOf(place), event: eventOf(row) }));
  }
}

async function each<Row>(keys: readonly string[], find: (key: string) => Promise<Row | undefined>): Promise<Row[]> {
  const rows = await Promise.all(keys.map(find));
  return rows.filter((row) => row !== undefined);
}

function tokenOf({ revokedAtMs, ...row }: TokenRow): TransferRows['revokedToken'] {
  return revokedAtMs === null ? row : { ...row, revokedAtMs };
}

/** The user's id has no space; a client's may. */
function consentOf(key: string): [UserId, ClientId] {
  const end = key.indexOf(' ');
  return [key.slice(0, end) as UserId, key.slice(end + 1) as ClientId];
}
