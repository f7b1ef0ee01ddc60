import { hash } from 'node:crypto';
import { importJWK } from 'jose';
import type { Environment } from '../environment.ts';
import { isObject } from '../fetch-json.ts';
import { readPublicKey, signingAlgs, type PublicKey, type SigningAlg } from '../jwt/algorithms.ts';
import { parseJwt, type ParsedJwt } from '../jwt/parse.ts';
import { isSignedBy } from '../jwt/signature.ts';
import type { Refusal, RefusalReason } from '../refusal.ts';
import { Remembered } from '../remembered.ts';
import type { ProofNonces } from './nonces.ts';
import type { Replays } from './replays.ts';
import { isSameUri } from './same-uri.ts';

/** The request that a proof must be about. */
export interface ProvedRequest {
  method: string;
  url: string;
  token: string;
  /** Thumbprint of the key that the token is bound to. */
  jkt: string;
}

/** What proofs are checked with. */
export interface ProofChecks {
  environment: Environment;
  /** How old a proof may be by its own `iat`, and how far ahead of us. */
  pastSeconds: number;
  aheadSeconds: number;
  replays: Replays;
  /** Where proofs need a nonce of ours. */
  nonces?: ProofNonces | undefined;
}

const maxLength = 4096;
const maxJtiLength = 256;

/**
 * The checks of a DPoP proof, the cheap ones first; what was refused uses nothing up.
 * @param header value of the header `DPoP`; several are one with commas
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-4.3 RFC 9449 section 4.3}
 */
export async function judgeProof(
  header: string | undefined,
  request: ProvedRequest,
  checks: ProofChecks,
): Promise<Refusal | undefined> {
  if (header === undefined) return { reason: 'proof_missing' };
  if (header.includes(',')) return { reason: 'proof_repeated' };
  const proof = header.length > maxLength ? undefined : parseJwt(header);
  if (proof === undefined) return malformed(`it is no compact JWS of at most ${maxLength} characters`);
  const key = keyOf(proof.header);
  if (typeof key === 'string') return malformed(key);
  const jkt = thumbprintOf(key);
  if (jkt !== request.jkt) return { reason: 'proof_of_another_key' };
  const refusal = judgeProofClaims(proof, request, checks);
  if (refusal !== undefined) return refusal;
  const cryptoKey = await imported(key, jkt);
  if (cryptoKey === undefined || !(await isSignedBy(header, { key: cryptoKey, alg: key.alg })))
    return malformed('its signature is wrong');
  const id = hash('sha256', `${jkt}|${String(proof.claims['jti'])}`, 'base64url');
  return checks.replays.isFirst(id, checks.environment.monotonicMs()) ? undefined : { reason: 'proof_replayed' };
}

interface ProofKey {
  alg: SigningAlg;
  members: PublicKey['members'];
}

/** The key, or what is wrong with the header. */
function keyOf({ typ, alg, jwk, crit }: ParsedJwt['header']): ProofKey | string {
  if (typ !== 'dpop+jwt') return 'typ must be dpop+jwt';
  // RFC 7515 section 4.1.11: extensions that are not understood MUST be refused.
  if (crit !== undefined) return 'crit is not understood';
  const known = signingAlgs.find((each) => each === alg);
  if (known === undefined) return `alg must be one of ${signingAlgs.join(', ')}`;
  const key = isObject(jwk) ? readPublicKey(jwk) : undefined;
  return key?.algs.includes(known) ? { alg: known, members: key.members } : 'jwk must be a public key that fits alg';
}

/** RFC 7638: the members of a public key are in its order. */
function thumbprintOf({ members }: ProofKey): string {
  return hash('sha256', JSON.stringify(members), 'base64url');
}

function judgeProofClaims({ claims }: ParsedJwt, request: ProvedRequest, checks: ProofChecks): Refusal | undefined {
  const { jti, htm, htu, iat, ath, nonce } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > maxJtiLength) return malformed('jti must be a text');
  if (htm !== request.method) return elsewhere('htm');
  if (typeof htu !== 'string' || !isSameUri(htu, request.url)) return elsewhere('htu');
  if (ath !== hash('sha256', request.token, 'base64url')) return elsewhere('ath');
  const now = checks.environment.now();
  // A nonce of ours says when the proof was made, whatever the clock of the client shows.
  if (checks.nonces !== undefined)
    return typeof nonce === 'string' && checks.nonces.isGood(nonce, now) ? undefined : { reason: 'proof_nonce_needed' };
  if (typeof iat !== 'number') return malformed('iat must be a number');
  const ageSeconds = now / 1000 - iat;
  return ageSeconds <= checks.pastSeconds && ageSeconds >= -checks.aheadSeconds ? undefined : { reason: 'proof_stale' };
}

const importedKeys = new Remembered<CryptoKey>(512);

/** Keys are those of tokens that were verified: nobody else fills this memory. */
async function imported({ alg, members }: ProofKey, jkt: string): Promise<CryptoKey | undefined> {
  const id = `${alg} ${jkt}`;
  const known = importedKeys.get(id);
  if (known !== undefined) return known;
  try {
    const key = await importJWK(members, alg);
    if (key instanceof Uint8Array) return undefined;
    importedKeys.set(id, key);
    return key;
  } catch {
    // A point that is not on the curve.
    return undefined;
  }
}

function malformed(detail: string): Refusal {
  return { reason: 'proof_malformed', detail };
}

function elsewhere(detail: 'htm' | 'htu' | 'ath'): Refusal {
  const reason: RefusalReason = 'proof_elsewhere';
  return { reason, detail };
}
