import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';

/** What a sealed text is for: one that was made for another purpose does not open. */
export type Purpose = 'session' | 'use' | 'transaction' | 'stored';

/** Seals values for whoever holds the secrets. The first secret seals; all of them open. */
export interface Sealer {
  /** Encrypted and authenticated: a compact JWE, A256GCM under a key of its purpose. */
  seal(purpose: Purpose, value: unknown): Promise<string>;
  /** `undefined` for whatever these secrets did not seal for this purpose. */
  open(purpose: Purpose, text: string): Promise<unknown>;
  /** A text that nobody can guess and everybody with the secrets can compute, base64url, 43 characters. */
  derive(label: string, text: string): string;
}

export function openSealer(secrets: readonly [string, ...string[]]): Sealer {
  const [newest] = secrets;
  const keys = new Map(secrets.toReversed().map((secret) => [nameOf(secret), keysOf(secret)]));
  const seals = keysOf(newest);
  return {
    seal: (purpose, value) =>
      new CompactEncrypt(Buffer.from(JSON.stringify(value)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: nameOf(newest) })
        .encrypt(seals(purpose)),
    async open(purpose, text) {
      try {
        const key = keys.get(decodeProtectedHeader(text).kid ?? '')?.(purpose);
        if (key === undefined) return undefined;
        const { plaintext } = await compactDecrypt(text, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
        });
        return JSON.parse(Buffer.from(plaintext).toString());
      } catch {
        return undefined;
      }
    },
    derive: (label, text) => createHmac('sha256', seals(label)).update(text).digest('base64url'),
  };
}

/** SHA-256, base64url: under this name a store knows what only the browser holds. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function keysOf(secret: string): (purpose: string) => Uint8Array {
  const made = new Map<string, Uint8Array>();
  return (purpose) => {
    const key = made.get(purpose) ?? new Uint8Array(hkdfSync('sha256', secret, '', `@ostiary/web ${purpose}`, 32));
    made.set(purpose, key);
    return key;
  };
}

/** Tells the secrets apart and nothing about them. */
function nameOf(secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', '@ostiary/web name', 4)).toString('base64url');
}
