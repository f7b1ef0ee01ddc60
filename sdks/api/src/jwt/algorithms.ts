/**
 * Algorithms that tokens and proofs may be signed with: asymmetric all of them, never `none`. `Ed25519` is the fully specified name
 * of what `EdDSA` means here ([RFC 9864](https://www.rfc-editor.org/rfc/rfc9864)).
 */
export const signingAlgs = ['ES256', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
export type SigningAlg = (typeof signingAlgs)[number];

/** The members of a public key that make it, in the order of RFC 7638 section 3.2. */
export interface PublicKey {
  members: Record<string, string>;
  /** Algorithms that the key is for. */
  algs: readonly SigningAlg[];
}

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a JWK: public, of a kind that is known, spelt in one way, strong enough, and not of a size that is meant to keep us busy.
 * `undefined` for anything else.
 */
export function readPublicKey(jwk: Record<string, unknown>): PublicKey | undefined {
  if (privateMembers.some((name) => Object.hasOwn(jwk, name))) return undefined;
  const { kty, crv, x, y, n, e } = jwk;
  if (kty === 'EC' && crv === 'P-256' && isBytes(x, 32, 32) && isBytes(y, 32, 32))
    return { members: { crv, kty, x, y }, algs: ['ES256'] };
  if (kty === 'OKP' && crv === 'Ed25519' && isBytes(x, 32, 32))
    return { members: { crv, kty, x }, algs: ['EdDSA', 'Ed25519'] };
  // 2048 bits at least (RFC 7518 section 3.3), 8192 at most, and a small exponent.
  if (kty === 'RSA' && isBytes(n, 256, 1024) && isBytes(e, 1, 4))
    return { members: { e, kty, n }, algs: ['RS256', 'PS256'] };
  return undefined;
}

function isBytes(value: unknown, least: number, most: number): value is string {
  if (typeof value !== 'string' || value.length > 2 * most) return false;
  const bytes = Buffer.from(value, 'base64url');
  return bytes.length >= least && bytes.length <= most && bytes.toString('base64url') === value;
}
