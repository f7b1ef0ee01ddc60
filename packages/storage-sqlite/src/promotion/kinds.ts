import { transferKinds } from '@ostiary/storage';
import type { TransferKind } from '@ostiary/storage';
import type { IdKind } from '@ostiary/wire';
import { digestText, idText } from '../blobs.ts';
import type { Value } from '../database.ts';

/** Where the rows of a kind lie, and how they are named. A stored key is a blob or a text, as the table has it. */
export interface KindTable {
  table: string;
  /** Yields `key` and, as `c0` and `c1`, where the next page begins; takes that and a limit. */
  pages: string;
  first: Value[];
  /** SQL of the stored key of `row`. */
  storedKey(row: 'new' | 'old'): string;
  /** How the key reads outside. */
  keyOf(stored: Value): string;
}

/** A change is noted under the place of its kind in the order of writing, so that what others refer to is read first. */
export const rankOf = (kind: TransferKind): number => transferKinds.indexOf(kind);
export const kindOf = (rank: number): TransferKind => transferKinds[rank] ?? 'event';

/** Tables of a move, by kind. */
export const kindTables: { readonly [Kind in TransferKind]: KindTable } = {
  client: byText('client', 'client_id'),
  user: byPublicId('user', 'user'),
  device: byPublicId('device', 'device'),
  session: byPublicId('session', 'session'),
  consent: {
    table: 'consent',
    pages: `
      select hex(u.public_id) || ' ' || c.client_id as key, n.user as c0, n.client as c1
      from consent n join user u on u.id = n.user join client c on c.id = n.client
      where (n.user, n.client) > (?, ?) order by n.user, n.client limit ?`,
    first: [0, 0],
    storedKey: (row) =>
      `(select hex(public_id) from user where id = ${row}.user) || ' ' ||
        (select client_id from client where id = ${row}.client)`,
    keyOf(stored) {
      const [hex, client] = inTwo(textOf(stored));
      return `${idText('user', Buffer.from(hex, 'hex'))} ${client}`;
    },
  },
  family: byPublicId('family', 'family'),
  code: byHash('code'),
  interaction: byHash('interaction'),
  onceValue: byHash('once_value'),
  revokedToken: byText('revoked_token', 'token_id'),
  signingKey: byText('signing_key', 'kid'),
  macKey: {
    table: 'mac_key',
    pages: `
      select purpose || ' ' || key_id as key, purpose as c0, key_id as c1
      from mac_key where (purpose, key_id) > (?, ?) order by purpose, key_id limit ?`,
    first: ['', 0],
    storedKey: (row) => `${row}.purpose || ' ' || ${row}.key_id`,
    keyOf: textOf,
  },
  participant: {
    table: 'participant',
    pages: `
      select hex(p.session) || ' ' || c.client_id as key, p.session as c0, p.client as c1
      from participant p join client c on c.id = p.client
      where (p.session, p.client) > (?, ?) order by p.session, p.client limit ?`,
    first: [new Uint8Array(), 0],
    storedKey: (row) => `hex(${row}.session) || ' ' || (select client_id from client where id = ${row}.client)`,
    keyOf(stored) {
      const [hex, client] = inTwo(textOf(stored));
      return `${idText('session', Buffer.from(hex, 'hex'))} ${client}`;
    },
  },
  // Never removed and never noted, so that its place in the table may name it here.
  event: { ...byPublicId('event', 'audit'), pages: pagesOf('audit', 'id', 'id'), keyOf: String },
};

/** The parts of a key of two: the first one has no space. */
export function inTwo(key: string): [string, string] {
  const end = key.indexOf(' ');
  return [key.slice(0, end), key.slice(end + 1)];
}

function byPublicId(kind: IdKind, table: string): KindTable {
  return {
    table,
    pages: pagesOf(table, 'public_id', 'id'),
    first: [0],
    storedKey: (row) => `${row}.public_id`,
    keyOf: (stored) => idText(kind, blobOf(stored)),
  };
}

function byHash(table: string): KindTable {
  return {
    table,
    pages: pagesOf(table, 'hash', 'hash'),
    first: [new Uint8Array()],
    storedKey: (row) => `${row}.hash`,
    keyOf: (stored) => digestText(blobOf(stored)),
  };
}

function byText(table: string, column: string): KindTable {
  return {
    table,
    pages: pagesOf(table, column, column),
    first: [''],
    storedKey: (row) => `${row}.${column}`,
    keyOf: textOf,
  };
}

function pagesOf(table: string, key: string, order: string): string {
  return `select ${key} as key, ${order} as c0, null as c1 from ${table} where ${order} > ? order by ${order} limit ?`;
}

function blobOf(value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('expected a blob as key');
}

function textOf(value: Value): string {
  if (typeof value === 'string') return value;
  throw new TypeError('expected a text as key');
}
