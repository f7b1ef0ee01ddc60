import type {
  AuditEvent,
  AuthorizationCode,
  Client,
  Consent,
  Device,
  Family,
  Interaction,
  Participant,
  Session,
  StoredMacKey,
  StoredSigningKey,
  User,
} from '@ostiary/model';
import type { Digest } from '@ostiary/wire';

/**
 * What moves when one store takes the place of another, by kind. Not moved: rates, nodes and how far upkeep came, which a
 * store makes anew.
 */
export interface TransferRows {
  client: Client;
  user: User;
  device: Device;
  session: Session;
  consent: Consent;
  family: Family;
  code: AuthorizationCode;
  interaction: Interaction;
  onceValue: { hash: Digest; operation: Digest; expiresAtMs: number };
  revokedToken: { tokenId: string; expiresAtMs: number; revokedAtMs?: number };
  signingKey: StoredSigningKey;
  macKey: StoredMacKey;
  participant: Participant;
  /** `place` orders the events of the source. */
  event: { place: number; event: AuditEvent };
}

export type TransferKind = keyof TransferRows;

/** Every kind; what others refer to comes first. */
export const transferKinds = [
  'client',
  'user',
  'device',
  'session',
  'consent',
  'family',
  'code',
  'interaction',
  'onceValue',
  'revokedToken',
  'signingKey',
  'macKey',
  'participant',
  'event',
] as const satisfies readonly TransferKind[];

/** Rows of one kind, and the keys of rows that are no more. */
export type TransferBatch<Kind extends TransferKind = TransferKind> = {
  [K in Kind]: { kind: K; rows: TransferRows[K][]; removed: string[] };
}[Kind];

/** How many rows of each kind there are. */
export type TransferCounts = Record<TransferKind, number>;

/** Where rows are moved to. */
export interface TransferTarget {
  /**
   * Writes rows, over those of the same key, and removes others; all of the batch or nothing. Doing it twice changes nothing.
   * Throws when a later attempt has begun.
   */
  write(batch: TransferBatch): Promise<void>;
  /** Of the rows with these keys, those that are there, in any order. */
  find<Kind extends TransferKind>(kind: Kind, keys: readonly string[]): Promise<TransferRows[Kind][]>;
  count(): Promise<TransferCounts>;
  setRestoreEpoch(epoch: number): Promise<void>;
  mark: TransferMark;
  close(): Promise<void>;
}

/** A note in the target: while it says that rows are copied, no server may work on it. */
export interface TransferMark {
  /**
   * Begins to copy: takes the place of an earlier attempt, which can write no more, and empties what that left. Throws when the
   * store holds rows of anything else, or is in charge already.
   */
  begin(attempt: TransferAttempt): Promise<void>;
  /** The rows are complete and the store is in charge. Does nothing when it says so already. Throws when it copies another file. */
  finish(source: string): Promise<void>;
}

export interface TransferAttempt {
  /** Names the file that is moved, from its first attempt on. */
  source: string;
  /** Higher than any before from the same source. */
  attempt: number;
}

/** The key of a row, as `removed` and `find` take it. */
export function transferKey<Kind extends TransferKind>(kind: Kind, row: TransferRows[Kind]): string {
  return keyOf[kind](row);
}

const byId = ({ id }: { id: string }) => id;
const byHash = ({ hash }: { hash: Digest }) => hash;

const keyOf: { [Kind in TransferKind]: (row: TransferRows[Kind]) => string } = {
  client: byId,
  user: byId,
  device: byId,
  session: byId,
  consent: ({ userId, clientId }) => `${userId} ${clientId}`,
  family: byId,
  code: byHash,
  interaction: byHash,
  onceValue: byHash,
  revokedToken: ({ tokenId }) => tokenId,
  signingKey: ({ kid }) => kid,
  macKey: ({ purpose, keyId }) => `${purpose} ${keyId}`,
  participant: ({ sessionId, clientId }) => `${sessionId} ${clientId}`,
  event: ({ place }) => String(place),
};
