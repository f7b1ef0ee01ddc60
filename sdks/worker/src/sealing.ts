import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { base64url } from './base64url.ts';
import type { Environment } from './environment.ts';
import { GrantError } from './grant-error.ts';

/** A key that tokens are sealed with where they lie or travel. */
export interface SealingKey {
  /** Names the key in what it seals: letters, digits, `-` and `_`. */
  id: string;
  /** 32 bytes, or their base64 or base64url. */
  key: Uint8Array | string;
}

/** Seals texts by AES-256-GCM: nobody without the key reads or changes them, or takes one for another. */
export interface Sealer {
  /** @param about what the text belongs to; it opens for the same alone */
  seal(text: string, about: string): string;
  /** Throws `misconfigured` when no key fits. */
  open(sealed: string, about: string): string;
}

const cipher = 'aes-256-gcm';
const tagLength = 16;

/** The first key seals, all of them open: put a new one in front, and take the old one out once nothing is left of it. */
export function createSealer(keys: readonly SealingKey[], random: Environment['random']): Sealer {
  const imported = new Map(keys.map((each) => [each.id, importKey(each)]));
  const [first] = imported;
  if (first === undefined) throw new TypeError('a key to seal tokens with is needed');
  return {
    seal(text, about) {
      const [id, key] = first;
      const iv = random(12);
      const sealing = createCipheriv(cipher, key, iv).setAAD(Buffer.from(about));
      const bytes = Buffer.concat([sealing.update(text, 'utf8'), sealing.final(), sealing.getAuthTag()]);
      return ['1', id, base64url(iv), base64url(bytes)].join('.');
    },
    open(sealed, about) {
      const [version, id = '', iv = '', bytes = ''] = sealed.split('.');
      if (version !== '1') throw new GrantError('misconfigured', 'this was not sealed here');
      const key = imported.get(id);
      if (key === undefined)
        throw new GrantError('misconfigured', `sealed with the key "${id}", which is not among the keys`);
      try {
        return opened(key, { iv: decoded(iv), bytes: decoded(bytes), about: Buffer.from(about) });
      } catch {
        throw new GrantError('misconfigured', `the key "${id}" does not open what names it`);
      }
    },
  };
}

function importKey({ id, key }: SealingKey): KeyObject {
  if (!/^[\w-]+$/.test(id)) throw new TypeError(`"${id}" cannot name a key: letters, digits, - and _ can`);
  const bytes = typeof key === 'string' ? decoded(key) : key;
  if (bytes.length !== 32) throw new TypeError(`the key "${id}" has ${bytes.length} bytes; it needs 32`);
  return createSecretKey(bytes);
}

function opened(key: KeyObject, { iv, bytes, about }: { iv: Buffer; bytes: Buffer; about: Buffer }): string {
  const text = bytes.subarray(0, -tagLength);
  const opening = createDecipheriv(cipher, key, iv, { authTagLength: tagLength });
  opening.setAAD(about).setAuthTag(bytes.subarray(-tagLength));
  return Buffer.concat([opening.update(text), opening.final()]).toString();
}

/** Base64url and base64 alike. */
function decoded(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}
