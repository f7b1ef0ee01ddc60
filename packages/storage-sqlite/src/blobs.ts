import { idPrefix } from '@ostiary/wire';
import type { Digest, IdKind } from '@ostiary/wire';

const idBytes = 16;
const digestBytes = 32;

/** The 16 bytes of a prefixed id. Throws when it is spelled otherwise. */
export function idBlob(kind: IdKind, id: string): Uint8Array {
  return soughtId(kind, id) ?? malformed(`${idPrefix[kind]}...`, id);
}

/** As `idBlob`, but null, which equals no row, when no id of this kind is spelled so. */
export function soughtId(kind: IdKind, id: string): Uint8Array | null {
  const prefix = idPrefix[kind];
  return id.startsWith(prefix) ? decoded(id.slice(prefix.length), idBytes) : null;
}

/** The prefixed id of 16 stored bytes. */
export function idText<Id extends string>(kind: IdKind, blob: Uint8Array): Id {
  return (idPrefix[kind] + encoded(blob)) as Id;
}

export function digestBlob(digest: string): Uint8Array {
  return decoded(digest, digestBytes) ?? malformed('a SHA-256 digest', digest);
}

export function soughtDigest(digest: Digest): Uint8Array | null {
  return decoded(digest, digestBytes);
}

export function digestText(blob: Uint8Array): Digest {
  return encoded(blob) as Digest;
}

export function saltBlob(salt: string): Uint8Array {
  return decoded(salt, idBytes) ?? malformed('a salt of 128 bits', salt);
}

function encoded(blob: Uint8Array): string {
  return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength).toString('base64url');
}

/** Only the one canonical spelling is taken, so that two spellings never meet in one row. */
function decoded(text: string, length: number): Uint8Array | null {
  const blob = Buffer.from(text, 'base64url');
  return blob.byteLength === length && blob.toString('base64url') === text ? blob : null;
}

function malformed(wanted: string, got: string): never {
  throw new TypeError(
    `expected ${wanted} in base64url, got ${got.length} characters beginning with "${got.slice(0, 4)}"`,
  );
}
