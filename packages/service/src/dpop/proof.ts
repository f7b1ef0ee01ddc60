import type { Consumption } from '@ostiary/model';
import type { Refusal } from '@ostiary/protocol';
import { digest, s256 } from '../digest.ts';
import type { Service } from '../service.ts';
import { proofNonceEndsAtMs } from './nonce.ts';
import { isSameUri } from './proof-uri.ts';
import { proofAlgs, readProofKey, type ProofKey } from './proof-key.ts';

declare const proven: unique symbol;

/** A key whose possession was proved with this request; only `readProof` makes one. */
export interface ProvenKey {
  readonly [proven]: true;
  /** Thumbprint of the key (RFC 7638). */
  jkt: string;
  /** The `jti` of the proof, to be used up by whatever the request commits. */
  once: Consumption;
}

/** The request that a proof came with. */
export interface ProvedRequest {
  method: string;
  /** Path below the issuer; the host is the issuer's, whatever the request says. */
  path: string;
  /** The access token that was sent along, if one was. */
  accessToken?: string;
  isNonceNeeded: boolean;
}

export type ProofResult = { ok: true; key: ProvenKey } | { ok: false; refusal: Refusal };

const maxLength = 4096;
const maxJtiLength = 256;
/** How old a proof without a nonce may be by its own `iat`, and how far ahead of us, in seconds. */
const pastSeconds = 60;
const aheadSeconds = 10;
/** Another node's clock may be behind this one by so much: a `jti` is remembered that much longer. */
const nodeToleranceMs = 10_000;

/**
 * The checks of a DPoP proof, the cheap ones first. A nonce of ours says when the proof was made, whatever the clock of the client
 * shows; without one, `iat` must be close to our time, and a client whose clock is wrong is given a nonce.
 * @param header value of the `DPoP` header; several are one with commas, as Fetch joins them
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}
 */
export function readProof(service: Service, header: string, request: ProvedRequest): ProofResult {
  if (header.includes(',')) return refused({ reason: 'proof_repeated' });
  const parts = header.length > maxLength ? undefined : partsOf(header);
  if (parts === undefined) return malformed('it is no compact JWS of at most 4096 characters');
  const key = keyOf(parts.header);
  if (typeof key === 'string') return malformed(key);
  const claims = claimsOf(parts.claims);
  if (typeof claims === 'string') return malformed(claims);
  const elsewhere = mismatch(claims, request, service.settings.issuer);
  if (elsewhere !== undefined) return refused({ reason: 'proof_elsewhere', parameter: elsewhere });
  const endsAtMs = timeOfEnd(service, claims, request);
  if (endsAtMs === undefined) return refused({ reason: 'proof_nonce_needed' });
  if (!key.hasSigned(parts.input, parts.signature)) return refused({ reason: 'proof_unverified' });
  const { jkt } = key;
  const once: Consumption = {
    kind: 'once',
    hash: digest(`dpop|${jkt}|${claims.jti}`),
    expiresAtMs: endsAtMs + nodeToleranceMs,
    operation: service.draw.operation(),
  };
  return { ok: true, key: { jkt, once } as ProvenKey };
}

interface ProofParts {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  input: string;
  signature: Buffer;
}

/** Takes a compact JWS apart (RFC 7515 section 7.1); each part has one spelling. */
function partsOf(jws: string): ProofParts | undefined {
  const [header = '', claims = '', signature = '', more] = jws.split('.');
  if (more !== undefined || ![header, claims, signature].every(isSpeltRight)) return undefined;
  const [headerObject, claimsObject] = [objectIn(header), objectIn(claims)];
  if (headerObject === undefined || claimsObject === undefined) return undefined;
  return {
    header: headerObject,
    claims: claimsObject,
    input: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  };
}

function isSpeltRight(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function objectIn(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The key, or what is wrong with the header. */
function keyOf({ typ, alg, jwk, crit }: Record<string, unknown>): ProofKey | string {
  if (typ !== 'dpop+jwt') return 'typ must be dpop+jwt';
  // RFC 7515 section 4.1.11: extensions that are not understood MUST be refused.
  if (crit !== undefined) return 'crit is not understood';
  const known = proofAlgs.find((each) => each === alg);
  if (known === undefined) return `alg must be one of ${proofAlgs.join(', ')}`;
  return readProofKey(known, jwk) ?? 'jwk must be a public key that fits alg';
}

interface ProofClaims {
  jti: string;
  htm: string;
  htu: string;
  iat: number;
  ath: unknown;
  nonce: string | undefined;
}

/** The claims, or what is wrong with them. */
function claimsOf({ jti, htm, htu, iat, ath, nonce }: Record<string, unknown>): ProofClaims | string {
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJtiLength) return 'jti must be a text';
  if (typeof htm !== 'string') return 'htm must be a text';
  if (typeof htu !== 'string') return 'htu must be a text';
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'iat must be a number';
  if (nonce !== undefined && typeof nonce !== 'string') return 'nonce must be a text';
  return { jti, htm, htu, iat, ath, nonce };
}

/** Which claim names another request than this one. */
function mismatch(
  { htm, htu, ath }: ProofClaims,
  { method, path, accessToken }: ProvedRequest,
  issuer: string,
): string | undefined {
  if (htm !== method) return 'htm';
  if (!isSameUri(htu, issuer + path)) return 'htu';
  return accessToken === undefined || ath === s256(accessToken) ? undefined : 'ath';
}

/** Until when the proof is acceptable; `undefined` when a nonce of ours is needed for that. */
function timeOfEnd(
  service: Service,
  { nonce, iat }: ProofClaims,
  { isNonceNeeded }: ProvedRequest,
): number | undefined {
  if (nonce !== undefined) return proofNonceEndsAtMs(service, nonce);
  const ageSeconds = service.clock.now() / 1000 - iat;
  const isRecent = ageSeconds <= pastSeconds && ageSeconds >= -aheadSeconds;
  return isNonceNeeded || !isRecent ? undefined : Math.ceil((iat + pastSeconds) * 1000);
}

function malformed(parameter: string): ProofResult {
  return refused({ reason: 'proof_malformed', parameter });
}

function refused(refusal: Refusal): ProofResult {
  return { ok: false, refusal };
}
