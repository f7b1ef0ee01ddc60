import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';
import type { Keys } from '@ostiary/storage';
import type { SigningAlg } from '@ostiary/wire';
import type { Clock, KeyWrapper, Random } from '../ports.ts';
import { exportPrivateKey, makeKeyPair } from './signing.ts';

export interface KeyMaker {
  keys: Keys;
  keyWrapper: KeyWrapper;
  clock: Clock;
  random: Random;
}

/** Makes a signing key, publishes it, and gives its `kid`. */
export async function makeSigningKey(maker: KeyMaker, alg: SigningAlg, activeFromMs: number): Promise<string> {
  const key = await newSigningKey(maker, alg, activeFromMs);
  await maker.keys.insertSigning(key);
  return key.kid;
}

/** Makes the first key of an algorithm, unless another node made one meanwhile: that one is then read by all. */
export async function makeFirstSigningKey(maker: KeyMaker, alg: SigningAlg, activeFromMs: number): Promise<void> {
  await maker.keys.insertFirstSigning(await newSigningKey(maker, alg, activeFromMs));
}

/** Makes an HMAC key, unless the place is taken: of two nodes that make one at once, both go on with the first. */
export async function makeMacKey(
  { keys, keyWrapper, clock, random }: KeyMaker,
  place: Pick<StoredMacKey, 'purpose' | 'keyId'>,
  activeFromMs: number,
): Promise<void> {
  const sealed = keyWrapper.seal(random.bytes(32), macContext(place));
  await keys.insertMac({ ...place, sealed, createdAtMs: clock.now(), activeFromMs });
}

/** What the sealed key is bound to. */
export function macContext({ purpose, keyId }: Pick<StoredMacKey, 'purpose' | 'keyId'>): string {
  return `mac:${purpose}:${keyId}`;
}

async function newSigningKey(
  { keyWrapper, clock, random }: KeyMaker,
  alg: SigningAlg,
  activeFromMs: number,
): Promise<StoredSigningKey> {
  const kid = Buffer.from(random.bytes(12)).toString('base64url');
  const { publicJwk, privateKey } = await makeKeyPair(alg);
  const sealed = keyWrapper.seal(exportPrivateKey(privateKey), `signing:${kid}`);
  return { kid, alg, publicJwk, sealed, createdAtMs: clock.now(), activeFromMs };
}
