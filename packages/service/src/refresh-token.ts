import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { idPrefix, type FamilyId } from '@ostiary/wire';

/*
 * "ort_" + base64url( version 1 | key id 1 | family 16 | generation 4 | tag 32 ): 54 bytes, 72 characters.
 * tag = HMAC-SHA-256( key[key id], all bytes before the tag | family salt 16 | restore epoch 4 )
 */
const prefix = 'ort_';
const version = 1;
const headLength = 22;
const tokenLength = 54;
const textLength = prefix.length + 72;

/** A refresh token taken apart; nothing is proven until `hasValidTag`. */
export interface RefreshTokenParts {
  keyId: number;
  familyId: FamilyId;
  generation: number;
  bytes: Buffer;
}

/** Parses a refresh token. Only one spelling of each token exists: what re-encodes differently is none. */
export function parseRefreshToken(text: string): RefreshTokenParts | undefined {
  if (text.length !== textLength || !text.startsWith(prefix)) return undefined;
  const body = text.slice(prefix.length);
  const bytes = Buffer.from(body, 'base64url');
  if (bytes.length !== tokenLength || bytes.toString('base64url') !== body) return undefined;
  if (bytes[0] !== version) return undefined;
  const familyId = (idPrefix.family + bytes.toString('base64url', 2, 18)) as FamilyId;
  return { keyId: bytes.readUInt8(1), familyId, generation: bytes.readUInt32BE(18), bytes };
}

/** What of a family goes into the tag besides the token's own bytes. */
export interface TagInputs {
  key: KeyObject;
  /** The family's salt, 16 bytes in base64url. */
  salt: string;
  restoreEpoch: number;
}

/** Whether the server made this very token for this very family. */
export function hasValidTag({ bytes }: RefreshTokenParts, inputs: TagInputs): boolean {
  return timingSafeEqual(bytes.subarray(headLength), tagOf(bytes.subarray(0, headLength), inputs));
}

/** Computes the token of a generation; it is never stored. */
export function makeRefreshToken(
  { keyId, familyId, generation }: Omit<RefreshTokenParts, 'bytes'>,
  inputs: TagInputs,
): string {
  const bytes = Buffer.allocUnsafe(tokenLength);
  bytes.writeUInt8(version, 0);
  bytes.writeUInt8(keyId, 1);
  bytes.write(familyId.slice(idPrefix.family.length), 2, 16, 'base64url');
  bytes.writeUInt32BE(generation, 18);
  tagOf(bytes.subarray(0, headLength), inputs).copy(bytes, headLength);
  return prefix + bytes.toString('base64url');
}

function tagOf(head: Buffer, { key, salt, restoreEpoch }: TagInputs): Buffer {
  const tail = Buffer.allocUnsafe(20);
  tail.write(salt, 0, 16, 'base64url');
  tail.writeUInt32BE(restoreEpoch, 16);
  return createHmac('sha256', key).update(head).update(tail).digest();
}
