import { createPrivateKey } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { JWK } from 'jose';

/** A private key with the way in which it signs. */
export interface AssertionKey {
  key: KeyObject;
  alg: string;
  /** Of a JWK that names itself: the provider finds the public key by it. */
  kid?: string;
}

/** Reads `clientAssertionSigningKey` when the app starts. Throws a `TypeError` for what signs nothing, or not in the way wanted. */
export function assertionKey(given: string | JWK | KeyObject, wanted: string | undefined): AssertionKey {
  const key = privateKey(given);
  const { alg: named, kid } = isKeyObject(given) || typeof given === 'string' ? {} : given;
  const possible = algorithmsOf(key);
  const alg = wanted ?? named ?? possible[0];
  if (alg === undefined || !possible.includes(alg))
    throw new TypeError(`clientAssertionSigningKey does not sign by ${alg ?? 'any algorithm'}`);
  return { key, alg, ...(kid !== undefined && { kid }) };
}

function privateKey(given: string | JWK | KeyObject): KeyObject {
  if (isKeyObject(given)) {
    if (given.type !== 'private') throw new TypeError('clientAssertionSigningKey is not a private key');
    return given;
  }
  try {
    return createPrivateKey(typeof given === 'string' ? given : { key: given as JsonWebKey, format: 'jwk' });
  } catch {
    // What Node says of a key could show a part of it.
    throw new TypeError('clientAssertionSigningKey is not a private key in PEM, nor a private JWK');
  }
}

function isKeyObject(given: string | JWK | KeyObject): given is KeyObject {
  return typeof given === 'object' && 'asymmetricKeyType' in given;
}

const curves: Readonly<Record<string, string>> = { prime256v1: 'ES256', secp384r1: 'ES384', secp521r1: 'ES512' };

/** What a key can sign by; the first is the usual one. [RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1) */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string[] {
  switch (asymmetricKeyType) {
    case 'ec':
      return [curves[asymmetricKeyDetails?.namedCurve ?? ''] ?? []].flat();
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    case 'rsa':
      return ['RS256', 'PS256', 'RS384', 'PS384', 'RS512', 'PS512'];
    default:
      return [];
  }
}
