import type { PublicJwk, SigningAlg } from '@ostiary/wire';

/** A signing key at rest: the private half is sealed under the master key. Published before it signs, kept after. */
export interface StoredSigningKey {
  kid: string;
  alg: SigningAlg;
  publicJwk: PublicJwk;
  /** AES-256-GCM of the private JWK, base64url. */
  sealed: string;
  createdAtMs: number;
  /** Signs from this time on; published from `createdAtMs`. */
  activeFromMs: number;
  /** Verifies until this time; absent while it is the newest of its algorithm. */
  retiredAtMs?: number;
}

/** A symmetric server key at rest: `refresh` keys make the tags of refresh tokens, `cookie` keys sign cookies, `stateless` keys refresh tokens that are JWTs. */
export interface StoredMacKey {
  purpose: 'refresh' | 'cookie' | 'stateless';
  /** 0 to 255; stands in every refresh token. */
  keyId: number;
  sealed: string;
  createdAtMs: number;
  activeFromMs: number;
}
