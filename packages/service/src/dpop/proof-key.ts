import { constants, createPublicKey, verify, type JsonWebKey, type KeyObject } from 'node:crypto';
import { digest } from '../digest.ts';
import { derSignature } from '../keys/ecdsa-signature.ts';

/** Algorithms of proofs, all asymmetric; Ed25519 goes by its old name and by that of RFC 9864. */
export const proofAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
type ProofAlg = (typeof proofAlgs)[number];

/** The key that a proof was signed with, by its own word. */
export interface ProofKey {
  /** SHA-256 thumbprint, base64url (RFC 7638). */
  jkt: string;
  /** Whether it signed this. */
  hasSigned(input: string, signature: Buffer): boolean;
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads the `jwk` of a proof: public, of the algorithm's kind, in its one spelling, of a size that is strong enough and not
 * meant to keep us busy. `undefined` for anything else.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.2 RFC 9449 section 4.2}
 */
export function readProofKey(alg: ProofAlg, jwk: unknown): ProofKey | undefined {
  if (typeof jwk !== 'object' || jwk === null || privateMembers.some((name) => Object.hasOwn(jwk, name)))
    return undefined;
  const members = requiredMembers(alg, jwk as Record<string, unknown>);
  const key = members && importKey(members);
  return key && { jkt: digest(JSON.stringify(members)), hasSigned: (...signed) => hasSigned(alg, key, ...signed) };
}

/** The members that make the key, in the order of RFC 7638 section 3.2. */
function requiredMembers(
  alg: ProofAlg,
  { kty, crv, x, y, n, e }: Record<string, unknown>,
): Record<string, string> | undefined {
  switch (alg) {
    case 'ES256':
      return kty === 'EC' && crv === 'P-256' && isBytes(x, 32, 32) && isBytes(y, 32, 32)
        ? { crv, kty, x, y }
        : undefined;
    case 'EdDSA':
    case 'Ed25519':
      return kty === 'OKP' && crv === 'Ed25519' && isBytes(x, 32, 32) ? { crv, kty, x } : undefined;
    case 'RS256':
    case 'PS256':
      // 2048 bits at least (RFC 7518 section 3.3), 4096 at most, and a small exponent.
      return kty === 'RSA' && isBytes(n, 256, 512) && isBytes(e, 1, 4) ? { e, kty, n } : undefined;
  }
}

function isBytes(value: unknown, min: number, max: number): value is string {
  if (typeof value !== 'string' || value.length > 2 * max) return false;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.length >= min && bytes.length <= max && bytes.toString('base64url') === value;
}

/** OpenSSL refuses points that are not on the curve. */
function importKey(jwk: JsonWebKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function hasSigned(alg: ProofAlg, key: KeyObject, input: string, signature: Buffer): boolean {
  const bytes = Buffer.from(input, 'ascii');
  switch (alg) {
    case 'ES256':
      return signature.length === 64 && verify('sha256', bytes, key, derSignature(signature));
    case 'EdDSA':
    case 'Ed25519':
      return verify(null, bytes, key, signature);
    case 'RS256':
      return verify('sha256', bytes, key, signature);
    case 'PS256':
      return verify('sha256', bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature);
  }
}
