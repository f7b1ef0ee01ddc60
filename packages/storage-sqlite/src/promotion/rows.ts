import { transferKey } from '@ostiary/storage';
import type { TransferKind, TransferRows } from '@ostiary/storage';
import type { ClientId, DeviceId, Digest, FamilyId, SessionId, UserId } from '@ostiary/wire';
import { digestText, soughtDigest } from '../blobs.ts';
import type { Database, Statement } from '../database.ts';
import { openTables } from '../tables.ts';
import type { Tables } from '../tables.ts';
import { inTwo } from './kinds.ts';

type OnceRow = { operation: Uint8Array; expiresAtMs: number };

/** Reads the rows of a move by their keys. */
export class RowReader {
  readonly #tables: Tables;
  readonly #onceValue: Statement<OnceRow>;
  readonly #revokedToken: Statement<{ expiresAtMs: number; revokedAtMs: number | null }>;

  constructor(db: Database) {
    this.#tables = openTables(db);
    this.#onceValue = db.prepare('select operation, expires_at as expiresAtMs from once_value where hash = ?');
    this.#revokedToken = db.prepare(
      'select expires_at as expiresAtMs, revoked_at as revokedAtMs from revoked_token where token_id = ?',
    );
  }

  find<Kind extends TransferKind>(kind: Kind, key: string): Promise<TransferRows[Kind] | undefined> {
    return this.#finders[kind](key);
  }

  restoreEpoch(): Promise<number> {
    return this.#tables.upkeep.restoreEpoch();
  }

  readonly #finders: { [Kind in TransferKind]: (key: string) => Promise<TransferRows[Kind] | undefined> } = {
    client: (key) => this.#tables.clients.find(key as ClientId),
    user: (key) => this.#tables.users.find(key as UserId),
    device: (key) => this.#tables.devices.find(key as DeviceId),
    session: (key) => this.#tables.sessions.find(key as SessionId),
    consent: (key) => this.#tables.consents.find(...(inTwo(key) as [UserId, ClientId])),
    family: async (key) => (await this.#tables.families.find(key as FamilyId))?.family,
    code: (key) => this.#tables.codes.find(key as Digest),
    interaction: (key) => this.#tables.interactions.find(key as Digest),
    onceValue: async (key) => onceValueOf(key as Digest, this.#onceValue.get(soughtDigest(key as Digest))),
    revokedToken: async (key) => {
      const row = this.#revokedToken.get(key);
      if (row === undefined) return undefined;
      const { expiresAtMs, revokedAtMs } = row;
      return { tokenId: key, expiresAtMs, ...(revokedAtMs !== null && { revokedAtMs }) };
    },
    signingKey: async (key) => (await this.#tables.keys.listSigning()).find(({ kid }) => kid === key),
    macKey: async (key) => (await this.#tables.keys.listMac()).find((row) => transferKey('macKey', row) === key),
    participant: (key) => this.#tables.participants.find(...(inTwo(key) as [SessionId, ClientId])),
    event: async (key) => {
      const event = await this.#tables.audit.findPlace(Number(key));
      return event && { place: Number(key), event };
    },
  };
}

function onceValueOf(hash: Digest, row: OnceRow | undefined): TransferRows['onceValue'] | undefined {
  return row && { hash, operation: digestText(row.operation), expiresAtMs: row.expiresAtMs };
}
