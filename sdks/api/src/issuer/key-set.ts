import { importJWK } from 'jose';
import type { CryptoKey } from 'jose';
import { isObject } from '../fetch-json.ts';
import { readPublicKey, type SigningAlg } from '../jwt/algorithms.ts';

/** A key of the issuer, for one algorithm. The same key in the next JWKS is the same object. */
export interface IssuerKey {
  kid: string | undefined;
  alg: SigningAlg;
  key: CryptoKey;
}

/** Keys by what makes them. */
export type KeySet = ReadonlyMap<string, IssuerKey>;

/** More keys are no key set but an attack on our time. */
const maxKeys = 100;

/**
 * Reads a JWKS. What is not for verifying, not public or of a kind that is not known is passed over; `undefined` when it is no JWKS.
 * @param known keys read before, to be used again
 * @see {@link https://www.rfc-editor.org/rfc/rfc7517#section-5 RFC 7517 section 5}
 */
export async function readKeySet(document: Record<string, unknown>, known: KeySet): Promise<KeySet | undefined> {
  const { keys } = document;
  if (!Array.isArray(keys) || keys.length > maxKeys) return undefined;
  const found = new Map<string, IssuerKey>();
  for (const jwk of keys.filter(isObject)) {
    const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : undefined;
    const key = isForVerifying(jwk) ? readPublicKey(jwk) : undefined;
    for (const alg of key?.algs ?? []) {
      if (key === undefined || !isFor(jwk['alg'], alg)) continue;
      const id = JSON.stringify([kid, alg, key.members]);
      const read = known.get(id) ?? (await imported(key.members, alg, kid));
      if (read !== undefined) found.set(id, read);
    }
  }
  return found;
}

function isForVerifying({ use, key_ops: operations }: Record<string, unknown>): boolean {
  return (use === undefined || use === 'sig') && (!Array.isArray(operations) || operations.includes('verify'));
}

/** A JWK that names an algorithm is for that one alone (RFC 7517 section 4.4). */
function isFor(onlyAlg: unknown, alg: SigningAlg): boolean {
  const isEdwards = (name: unknown) => name === 'EdDSA' || name === 'Ed25519';
  return onlyAlg === undefined || onlyAlg === alg || (isEdwards(onlyAlg) && isEdwards(alg));
}

async function imported(
  members: Record<string, string>,
  alg: SigningAlg,
  kid: string | undefined,
): Promise<IssuerKey | undefined> {
  try {
    const key = await importJWK(members, alg);
    return key instanceof Uint8Array ? undefined : { kid, alg, key };
  } catch {
    // A point that is not on the curve.
    return undefined;
  }
}

/** The key that a header names. Without a `kid` there must be one key only that it can mean. */
export function selectKey(keys: KeySet, kid: unknown, alg: unknown): IssuerKey | undefined {
  const fitting: IssuerKey[] = [];
  for (const key of keys.values()) if (key.alg === alg && (kid === undefined || key.kid === kid)) fitting.push(key);
  return fitting.length === 1 ? fitting[0] : undefined;
}
