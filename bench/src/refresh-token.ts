import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** `ort_` + base64url of version 1 | key id 1 | family 16 | generation 4 | tag 32: 54 bytes, 72 characters. */
const PREFIX = 'ort_';
const VERSION = 1;
const TAGGED_BYTES = 22;
const TOKEN_BYTES = 54;
const RESTORE_EPOCH = Buffer.from([0, 0, 0, 0]);

export type PresentedToken = { handle: Buffer; generation: number; bytes: Buffer };
/** What of the server goes into every tag. */
export type RefreshKey = { id: number; key: KeyObject };
/** What of a family goes into a token. */
export type TokenFamily = { handle: Uint8Array; salt: Uint8Array; generation: number };

export function mintRefreshToken({ id, key }: RefreshKey, { handle, salt, generation }: TokenFamily): string {
  const bytes = Buffer.allocUnsafe(TOKEN_BYTES);
  bytes[0] = VERSION;
  bytes[1] = id;
  bytes.set(handle, 2);
  bytes.writeUInt32BE(generation, 18);
  bytes.set(tagOf(key, bytes, salt), TAGGED_BYTES);
  return PREFIX + bytes.toString('base64url');
}

export function parseRefreshToken(text: string, { id }: RefreshKey): PresentedToken | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');
  const hasOneSpelling = bytes.length === TOKEN_BYTES && PREFIX + bytes.toString('base64url') === text;
  if (!hasOneSpelling || bytes[0] !== VERSION || bytes[1] !== id) return undefined;
  return { handle: bytes.subarray(2, 18), generation: bytes.readUInt32BE(18), bytes };
}

export function isTagRight({ key }: RefreshKey, token: PresentedToken, salt: Uint8Array): boolean {
  return timingSafeEqual(token.bytes.subarray(TAGGED_BYTES), tagOf(key, token.bytes, salt));
}

function tagOf(key: KeyObject, bytes: Buffer, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(bytes.subarray(0, TAGGED_BYTES)).update(salt).update(RESTORE_EPOCH).digest();
}
