import { createHash } from 'node:crypto';
import { idPrefix } from '@ostiary/wire';
import type { ClientId, Digest, IdKind } from '@ostiary/wire';
import type { Value } from './statement.ts';

/*
 * Ids and digests as they stand in the database and as they leave it. Inside the adapter an id is a `uuid` in its text
 * form; a digest is bytes in hexadecimal with the `\x` that PostgreSQL writes before them, or itself where it is a key.
 */

const idLength = 22;
const digestLength = 43;

/** The `uuid` of a prefixed id. Throws when it is spelled otherwise. */
export function uuidOf(kind: IdKind, id: string): string {
  return soughtUuid(kind, id) ?? malformed(`${idPrefix[kind]}...`, id);
}

/** As `uuidOf`, but undefined, which no row has, when no id of this kind is spelled so. */
export function soughtUuid(kind: IdKind, id: string): string | undefined {
  const prefix = idPrefix[kind];
  return id.startsWith(prefix) ? uuidOfBits(id.slice(prefix.length)) : undefined;
}

/** The prefixed id of a `uuid`. */
export function idText<Id extends string>(kind: IdKind, uuid: string): Id {
  return (idPrefix[kind] + bitsText(uuid)) as Id;
}

export function saltUuid(salt: string): string {
  return uuidOfBits(salt) ?? malformed('a salt of 128 bits', salt);
}

/** 128 bits in base64url. */
function bitsText(uuid: string): string {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex').toString('base64url');
}

export function bytesOf(digest: string): string {
  return soughtBytes(digest) ?? malformed('a SHA-256 digest', digest);
}

export function soughtBytes(digest: string): string | undefined {
  const hex = hexOf(digest, digestLength);
  return hex === undefined ? undefined : `\\x${hex}`;
}

export function digestText(bytes: string): Digest {
  return Buffer.from(bytes.slice(2), 'hex').toString('base64url') as Digest;
}

/** A digest that is a key, and stands in the database as it is. Throws when it is spelled otherwise. */
export function digestKey(digest: string): string {
  return soughtBytes(digest) === undefined ? malformed('a SHA-256 digest', digest) : digest;
}

/** The first 8 bytes of the SHA-256 of `text`, as a signed integer: a key that needs no sequence. */
export function hashKey(text: string): string {
  return createHash('sha256').update(text).digest().readBigInt64BE().toString();
}

const clientKeys = new Map<string, string>();
const maxClientKeys = 10_000;

/** Key of a client. Kept, since the same few are asked for again and again. */
export function clientKey(id: ClientId): string {
  const known = clientKeys.get(id);
  if (known !== undefined) return known;
  const key = hashKey(id);
  if (clientKeys.size >= maxClientKeys) clientKeys.clear();
  clientKeys.set(id, key);
  return key;
}

/** Whether PostgreSQL can hold this text as it is: it has no NUL, and only whole characters. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Text that identifies. Throws when it cannot be stored as it is. */
export function identifying(text: string): string {
  return isStorable(text) ? text : malformed('text without NUL', text);
}

/** Text that only tells people something: what cannot be stored is replaced. */
export function telling(text: string): string {
  return isStorable(text) ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** An array in the text format of the protocol. */
export function arrayOf(values: readonly (string | number | boolean | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : String(value))).join(',')}}`;
}

/** `arrayOf` for values that may hold anything: text, and bytes with their backslash. */
export function textArrayOf(values: readonly Value[]): string {
  return `{${values.map((value) => (value === null ? 'null' : quoted(value))).join(',')}}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function uuidOfBits(text: string): string | undefined {
  const hex = hexOf(text, idLength);
  if (hex === undefined) return undefined;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Only the one canonical spelling is taken, so that two spellings never meet in one row. */
function hexOf(text: string, length: number): string | undefined {
  if (text.length !== length) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes.toString('hex') : undefined;
}

function malformed(wanted: string, got: string): never {
  throw new TypeError(
    `expected ${wanted}, got ${got.length} characters beginning with ${JSON.stringify(got.slice(0, 4))}`,
  );
}
