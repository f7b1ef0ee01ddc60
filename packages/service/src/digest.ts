import { createHmac, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Digest } from '@ostiary/wire';

/** SHA-256, base64url: what is stored in place of a high-entropy secret. */
export function digest(secret: string): Digest {
  return hash('sha256', secret, 'base64url') as Digest;
}

/** S256 of a PKCE verifier. @see {@link https://www.rfc-editor.org/rfc/rfc7636#section-4.6 RFC 7636 section 4.6} */
export function s256(verifier: string): string {
  return hash('sha256', verifier, 'base64url');
}

/** HMAC-SHA-256 over labelled parts, base64url. The length prefix keeps one split of the parts from passing for another. */
export function hmac(key: KeyObject, label: string, ...parts: string[]): Digest {
  const mac = createHmac('sha256', key).update(label);
  for (const part of parts) mac.update(`|${part.length}|`).update(part);
  return mac.digest('base64url') as Digest;
}

/** Compares two digests in time that does not tell where they differ. */
export function isSameDigest(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
