import type { Family, FamilyFacts } from '@ostiary/model';
import type { Cause, ClientId, ClientMetadata, Digest, RefreshPolicy } from '@ostiary/wire';
import type { Access, AccessResult, NotCovered } from '../access.ts';
import { expiryOf } from './lifetime.ts';

/** The last generation a family can reach. */
export const lastGeneration = 2 ** 31 - 1;
/** How many repeats of one refresh token a family answers in a minute. */
export const retriesPerMinute = 600;

/** Who presents a refresh token, and what they proved with the request. */
export interface Presenter {
  client: Pick<ClientMetadata, 'client_id' | 'token_endpoint_auth_method' | 'refresh'>;
  /** The client proved itself with a credential of its own; a public client never does. */
  isClientAuthenticated: boolean;
  /** Thumbprint of the DPoP key proved with this request (RFC 9449). */
  proofKey?: string;
  /** How the device that the request names fits the family's. Absent: none was named. */
  device?: 'same' | 'other';
}

/** A refresh token as it was presented, after its tag was checked. */
export interface Presentation extends Presenter {
  facts: FamilyFacts;
  generation: number;
  /** Hash of the client's `attempt`. */
  attempt?: Digest;
  /** Hash of the operation id the server drew for this request; the same in every re-run of its phases. */
  operation: Digest;
  access: AccessResult;
  /** Repeats of this family's tokens answered in the last minute. */
  recentRetries: number;
}

/** What the server concludes about a presented refresh token. */
export type Verdict =
  | { verdict: 'foreign'; reason: Foreignness }
  | { verdict: 'ended'; cause: Cause; isSpent: boolean }
  | { verdict: 'expired'; cause: Cause; isSpent: boolean }
  | { verdict: 'taken_away'; cause: Cause }
  | { verdict: 'ahead' }
  | { verdict: 'not_covered'; reason: NotCovered }
  | { verdict: 'exhausted' }
  | { verdict: 'rotate'; operation: Digest; attempted: boolean; access: Access }
  | { verdict: 'use'; access: Access }
  | { verdict: 'retry'; access: Access }
  | { verdict: 'retries_limited' }
  | { verdict: 'reuse' };

/** Why a token is not the presenter's to use. */
export type Foreignness =
  | 'token_of_another_client'
  | 'client_auth_missing'
  | 'proof_missing'
  | 'proof_of_another_key'
  | 'device_missing'
  | 'device_differs';

/**
 * Judges a presented refresh token. The order is the meaning: the first case that matches wins, so that a request which
 * is wrong in a harmless way never touches the family, and only what nothing else explains is called reuse.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.14 RFC 9700 section 4.14}
 */
export function judge(presented: Presentation, nowMs: number): Verdict {
  const { facts, generation, client, access } = presented;
  const { family } = facts;
  const isSpent = generation < family.generation;

  const { needsDevice } = family.terms.grant;
  const foreign = foreignness(presented, { ...family, needsDevice });
  if (foreign !== undefined) return { verdict: 'foreign', reason: foreign };
  if (family.endCause !== undefined) return { verdict: 'ended', cause: family.endCause, isSpent };
  const expiry = expiryOf(family, client.refresh, nowMs);
  if (expiry !== undefined) return { verdict: 'expired', cause: expiry, isSpent };
  const lost = lostGround(facts);
  if (lost !== undefined) return { verdict: 'taken_away', cause: lost };
  if (!access.ok && access.reason === 'permission_removed') return { verdict: 'taken_away', cause: access.reason };
  if (generation > family.generation) return { verdict: 'ahead' };
  if (!access.ok) return { verdict: 'not_covered', reason: access.reason };
  if (generation === family.generation) return currentVerdict(presented, access.access);
  if (generation === family.generation - 1 && mayRetry(presented, family, nowMs)) {
    return presented.recentRetries >= retriesPerMinute
      ? { verdict: 'retries_limited' }
      : { verdict: 'retry', access: access.access };
  }
  return { verdict: 'reuse' };
}

/** Whether refresh tokens of this family change at each use. A key that travels with each request does more than rotation. */
export function rotates(family: Pick<Family, 'jkt'>, policy: RefreshPolicy): boolean {
  return policy.rotation === 'on' && family.jkt === undefined;
}

/** Whose a refresh token is, whichever way it is kept. */
export interface Holder {
  clientId: ClientId;
  jkt?: string | undefined;
  needsDevice?: true | undefined;
}

/**
 * RFC 6749 section 6, RFC 9449 section 5: the token is bound to its client, which MUST authenticate if it has credentials,
 * and to the key that was proved at birth, if there was one. What was made by a direct sign-in is bound to its device besides.
 */
export function foreignness(
  { client, isClientAuthenticated, proofKey, device }: Presenter,
  { clientId, jkt, needsDevice }: Holder,
): Foreignness | undefined {
  if (client.client_id !== clientId) return 'token_of_another_client';
  if (client.token_endpoint_auth_method !== 'none' && !isClientAuthenticated) return 'client_auth_missing';
  if (jkt !== undefined && jkt !== proofKey) return proofKey === undefined ? 'proof_missing' : 'proof_of_another_key';
  if (device === 'other') return 'device_differs';
  return needsDevice === true && device === undefined ? 'device_missing' : undefined;
}

/** Why a family can no longer stand: something under it was taken away since its birth. */
export function lostGround({ family, user, client, consent, device, session }: FamilyFacts): Cause | undefined {
  if (user.isDisabled) return 'user_disabled';
  if (user.epoch > family.userEpoch) return 'signed_out_everywhere';
  if (client.isDisabled || client.epoch > family.clientEpoch) return 'client_disabled';
  if (consent === undefined || consent.isWithdrawn) return 'consent_withdrawn';
  if (consent.version !== family.consentVersion) return 'consent_changed';
  if (device === undefined || device.isRemoved) return 'device_removed';
  if (family.terms.boundTo === 'session' && session?.endCause !== undefined) return session.endCause;
  return undefined;
}

function currentVerdict(presented: Presentation, access: Access): Verdict {
  const { family } = presented.facts;
  if (!rotates(family, presented.client.refresh)) return { verdict: 'use', access };
  if (family.generation >= lastGeneration) return { verdict: 'exhausted' };
  const { attempt } = presented;
  // An attempt equal to the one that made this very token is stale: taking it again would make the next repeat look proven.
  const attempted = attempt !== undefined && attempt !== family.operation;
  return { verdict: 'rotate', operation: attempted ? attempt : presented.operation, attempted, access };
}

/**
 * The retry rule: the successor is unused (that is what "one behind" says) and the caller is known to be the one who
 * rotated, or little time has passed. A repeat named by the client waits longer for its proof than one that brought none.
 */
function mayRetry(presented: Presentation, family: Family, nowMs: number): boolean {
  if (family.operation === presented.attempt || family.operation === presented.operation) return true;
  if (presented.isClientAuthenticated || family.jkt !== undefined) return true;
  const policy = presented.client.refresh;
  const elapsedMs = Math.max(0, nowMs - family.rotatedAtMs);
  return elapsedMs <= retrySecondsFor(family, policy) * 1000 && policy.retrySeconds !== 0;
}

/** 60 s outlast the time-out of a client that lost its answer; whoever sends attempts needs less (default 10 s). */
function retrySecondsFor(family: Pick<Family, 'attempted'>, policy: RefreshPolicy): number {
  const retrySeconds = policy.retrySeconds ?? 60;
  return family.attempted ? Math.min(10, retrySeconds) : retrySeconds;
}
