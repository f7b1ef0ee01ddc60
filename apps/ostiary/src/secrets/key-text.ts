import { Stop } from '../stop.ts';

export const keyBytes = 32;

/**
 * Reads a key written in base64url or base64. Throws `Stop` when it is not 32 bytes, or all zeros.
 * @param origin where the text stands, for the error: the text itself is never shown
 */
export function parseKey(text: string, origin: string): Uint8Array {
  const trimmed = text.trim();
  const key = Buffer.from(trimmed, 'base64url');
  // Decoding forgives strange letters; one spelling comes back.
  const isBase64 = key.toString('base64url') === trimmed.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  if (!isBase64)
    throw new Stop(`${origin} is not a key: it must be ${keyBytes} bytes in base64url or base64; ${remedy}`);
  if (key.length !== keyBytes) throw new Stop(`${origin} has ${key.length} bytes, not ${keyBytes}; ${remedy}`);
  if (key.every((byte) => byte === 0)) throw new Stop(`${origin} is all zeros, which everybody can guess; ${remedy}`);
  return key;
}

const remedy = '"openssl rand -base64 32" makes a new one, but data sealed under an old key needs the old key';
