import { createSecretKey, type KeyObject } from 'node:crypto';
import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { PublicJwk } from '@ostiary/wire';
import type { KeyWrapper } from '../ports.ts';
import { macContext } from './key-maker.ts';
import { importPrivateKey, type SigningKey } from './signing.ts';

/** A signing key in memory, with what the store says of it. */
export interface RingedKey extends SigningKey {
  stored: StoredSigningKey;
  publicJwk: PublicJwk;
}

/** An HMAC key in memory, with what the store says of it. */
export interface RingedMac {
  stored: StoredMacKey;
  key: KeyObject;
}

/** Opens stored signing keys, newest first. What is known stays open. Throws when one was sealed under another master key. */
export function openSigningKeys(
  keyWrapper: KeyWrapper,
  stored: readonly StoredSigningKey[],
  known: readonly RingedKey[],
): RingedKey[] {
  return newestFirst(
    stored.map((each) => ({
      ...(known.find(({ kid }) => kid === each.kid) ?? openSigning(keyWrapper, each)),
      stored: each,
    })),
  );
}

/** Opens stored HMAC keys, newest first. What is known stays open. Throws when one was sealed under another master key. */
export function openMacKeys(
  keyWrapper: KeyWrapper,
  stored: readonly StoredMacKey[],
  known: readonly RingedMac[],
): RingedMac[] {
  return newestFirst(
    stored.map(
      (each) =>
        known.find((mac) => mac.stored.sealed === each.sealed) ?? {
          stored: each,
          key: createSecretKey(keyWrapper.open(each.sealed, macContext(each))),
        },
    ),
  );
}

/** The newest key whose time has come; the oldest one where the clock was set back to before all of them. Newest first. */
export function newestActive<Key extends { stored: { activeFromMs: number } }>(
  keys: readonly Key[],
  nowMs: number,
): Key | undefined {
  return keys.find(({ stored }) => stored.activeFromMs <= nowMs) ?? keys.at(-1);
}

function openSigning(keyWrapper: KeyWrapper, stored: StoredSigningKey): RingedKey {
  const { kid, alg } = stored;
  const privateKey = importPrivateKey(keyWrapper.open(stored.sealed, `signing:${kid}`));
  return { kid, alg, privateKey, stored, publicJwk: { ...stored.publicJwk, kid, alg, use: 'sig' } };
}

function newestFirst<Key extends { stored: { activeFromMs: number } }>(keys: Key[]): Key[] {
  return keys.toSorted((a, b) => b.stored.activeFromMs - a.stored.activeFromMs);
}
