import { createDecipheriv, createSecretKey } from 'node:crypto';
import { mintRefreshToken, type RefreshKey, type TokenFamily } from '../refresh-token.ts';
import type { Family } from '../subject.ts';

/** A family as it is stored. */
export type StoredFamily = TokenFamily & { clientId: string };

/** The database behind the server under measurement, for what no browser could do a million times. */
export interface Stock {
  /**
   * Copies one user, with device, session, consents and families as they came from a sign-in, until `families` more are
   * there: every copy has ids and secrets of its own.
   */
  grow(families: number): Promise<void>;
  /** Different families, drawn at random from all that `grow` made. */
  pick(count: number): Promise<StoredFamily[]>;
  /** The key that the server makes refresh tokens with, as it lies in the store. */
  sealedRefreshKey(): Promise<{ keyId: number; sealed: string }>;
  /** Bytes on disk of one family with its indexes. */
  bytesPerFamily(): Promise<number | undefined>;
  close(): Promise<void>;
}

/** Families at random, each with its newest token. */
export async function familiesOf(stock: Stock, key: RefreshKey, count: number): Promise<Family[]> {
  const stored = await stock.pick(count);
  return stored.map((family) => ({ clientId: family.clientId, refreshToken: mintRefreshToken(key, family) }));
}

const NONCE_END = 13;
const TAG_END = 29;

/** Opens the refresh key under the master key: version 1 | nonce 12 | tag 16 | ciphertext, by AES-256-GCM. */
export async function refreshKeyOf(stock: Stock, masterKey: Uint8Array): Promise<RefreshKey> {
  const { keyId, sealed } = await stock.sealedRefreshKey();
  const bytes = Buffer.from(sealed, 'base64url');
  const boundTo = Buffer.concat([bytes.subarray(0, 1), Buffer.from(`mac:refresh:${keyId}`)]);
  const decipher = createDecipheriv('aes-256-gcm', masterKey, bytes.subarray(1, NONCE_END), { authTagLength: 16 })
    .setAAD(boundTo)
    .setAuthTag(bytes.subarray(NONCE_END, TAG_END));
  const key = Buffer.concat([decipher.update(bytes.subarray(TAG_END)), decipher.final()]);
  return { id: keyId, key: createSecretKey(key) };
}
