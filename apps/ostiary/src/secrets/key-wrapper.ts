import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { KeyWrapper, Random } from '@ostiary/service';
import { Stop } from '../stop.ts';

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

export interface WrapperParts {
  /** 32 bytes. */
  masterKey: Uint8Array;
  random: Random;
  /** Where the sealed values lie, for the error. */
  databaseName: string;
}

/**
 * Seals by AES-256-GCM. What is sealed reads, in base64url: version 1 | nonce 12 | tag 16 | ciphertext. Version and context
 * are authenticated. A random nonce is safe for 2^32 values under one key (NIST SP 800-38D section 8.3); a server seals a few
 * for each rotation of its keys.
 */
export function createKeyWrapper({ masterKey, random, databaseName }: WrapperParts): KeyWrapper {
  const notOurs = (context: string) =>
    new Stop(`the database ${databaseName} holds keys that this master key does not open (${context}); ${remedy}`);
  return {
    seal(plain, context) {
      const nonce = random.bytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagBytes }).setAAD(
        boundTo(context),
      );
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([Buffer.of(version), nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < 1 + nonceBytes + tagBytes || bytes[0] !== version) throw notOurs(context);
      const nonce = bytes.subarray(1, 1 + nonceBytes);
      const tag = bytes.subarray(1 + nonceBytes, 1 + nonceBytes + tagBytes);
      const decipher = createDecipheriv('aes-256-gcm', masterKey, nonce, { authTagLength: tagBytes })
        .setAAD(boundTo(context))
        .setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(bytes.subarray(1 + nonceBytes + tagBytes)), decipher.final()]);
      } catch {
        throw notOurs(context);
      }
    },
  };
}

function boundTo(context: string): Buffer {
  return Buffer.concat([Buffer.of(version), Buffer.from(context)]);
}

const remedy = 'start with the master key that it was made with, or with another database';
