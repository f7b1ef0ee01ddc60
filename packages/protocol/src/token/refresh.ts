import type { Family, FamilyFacts } from '@ostiary/model';
import type { Cause, ClientMetadata, Digest } from '@ostiary/wire';
import { accessOf, type Access, type AccessRequest } from '../access.ts';
import { granted, refused, type Decision, type EventNote, type PlanDraft } from '../decision.ts';
import { customClaimsNow } from '../direct/custom-claims.ts';
import type { ApiCatalogue } from '../scope.ts';
import type { TokenGrant } from './grant.ts';
import { isTouchDue, refreshExpiry, type RefreshExpiry } from './lifetime.ts';
import { judge, type Verdict } from './verdict.ts';

/** A refresh request whose client is authenticated and whose token's tag was checked by the caller. */
export interface RefreshQuestion {
  facts: FamilyFacts;
  /** Generation of the presented token. */
  generation: number;
  client: ClientMetadata;
  isClientAuthenticated: boolean;
  catalogue: ApiCatalogue;
  request: AccessRequest;
  proofKey?: string;
  device?: 'same' | 'other';
  attempt?: Digest;
  operation: Digest;
  /** HMAC key a new generation is made with. */
  keyId: number;
  recentRetries: number;
}

/**
 * Decides a refresh: the verdict, and what follows from it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 */
export function decideRefresh(question: RefreshQuestion, nowMs: number): Decision<TokenGrant> {
  const { facts, client, request, catalogue } = question;
  const mayRefresh = client.grant_types.includes('refresh_token');
  const verdict = judge(
    {
      facts,
      generation: question.generation,
      client,
      isClientAuthenticated: question.isClientAuthenticated,
      proofKey: question.proofKey,
      device: question.device,
      attempt: question.attempt,
      operation: question.operation,
      access: mayRefresh
        ? accessOf(facts.family.terms.grant, request, client, catalogue, 'offline')
        : { ok: false, reason: 'permission_removed' },
      recentRetries: question.recentRetries,
    },
    nowMs,
  );
  return consequence(verdict, question, nowMs);
}

function consequence(verdict: Verdict, question: RefreshQuestion, nowMs: number): Decision<TokenGrant> {
  const { family } = question.facts;
  switch (verdict.verdict) {
    case 'foreign':
      return refused(
        { reason: verdict.reason },
        { events: [{ ...of(family), kind: 'refused', reason: verdict.reason }] },
      );
    case 'ended':
    case 'expired':
      return refused(
        { reason: 'grant_ended', cause: verdict.cause },
        verdict.isSpent ? evidence(family, verdict.cause) : undefined,
      );
    case 'taken_away':
      return refused({ reason: 'grant_ended', cause: verdict.cause }, ending(family, verdict.cause, nowMs));
    case 'ahead':
      return refused(
        { reason: 'history_lost', cause: 'history_lost', retryAfterSeconds: 60 },
        { events: [{ ...of(family), kind: 'alarm', cause: 'history_lost' }] },
      );
    case 'not_covered':
      return refused({ reason: verdict.reason });
    case 'exhausted':
      return refused({ reason: 'grant_ended', cause: 'exhausted' }, ending(family, 'exhausted', nowMs));
    case 'retries_limited':
      return refused({ reason: 'retries_limited', retryAfterSeconds: 60 });
    case 'reuse':
      return refused({ reason: 'reuse_detected', cause: 'reuse_detected' }, ending(family, 'reuse_detected', nowMs));
    case 'rotate':
      return rotation(verdict, question, nowMs);
    case 'use':
    case 'retry':
      return repetition(verdict, question, nowMs);
  }
}

/** A new generation: the presented one is spent from here on. */
function rotation(
  verdict: Verdict & { verdict: 'rotate' },
  question: RefreshQuestion,
  nowMs: number,
): Decision<TokenGrant> {
  const { family } = question.facts;
  const { operation, attempted, access } = verdict;
  const { keyId } = question;
  const newest = { generation: family.generation + 1, keyId };
  return granted(tokenGrant(question, access, newest, refreshExpiry(family, question.client.refresh, nowMs, nowMs)), {
    // Nothing else is expected: whatever ends a family ends it in its own row, and the advance then fails.
    advances: [{ familyId: family.id, from: family.generation, keyId, atMs: nowMs, operation, attempted }],
  });
}

/** No new generation: the newest token again, made with the key it was made with. */
function repetition(
  verdict: Verdict & { verdict: 'use' | 'retry' },
  question: RefreshQuestion,
  nowMs: number,
): Decision<TokenGrant> {
  const { family } = question.facts;
  const policy = question.client.refresh;
  const isDue = isTouchDue(family, policy, nowMs);
  const idleFromMs = verdict.verdict === 'retry' || isDue ? nowMs : family.usedAtMs;
  return granted(
    tokenGrant(question, verdict.access, family, refreshExpiry(family, policy, nowMs, idleFromMs)),
    isDue ? { touches: [{ kind: 'family', id: family.id, usedAtMs: nowMs }] } : {},
  );
}

function tokenGrant(
  { facts: { family, user }, client, proofKey }: RefreshQuestion,
  access: Access,
  { generation, keyId }: Pick<Family, 'generation' | 'keyId'>,
  expiry: RefreshExpiry,
): TokenGrant {
  const { acr, amr, scopes } = family.terms.grant;
  const { authTimeMs, sessionId, deviceId } = family;
  return {
    clientId: family.clientId,
    subject: family.userId,
    access,
    handles: { sessionId, deviceId, userEpoch: user.epoch, authTimeMs, acr, familyId: family.id },
    refresh: { family, generation, keyId, expiry },
    customClaims: customClaimsNow(family.terms.grant.claims, client),
    // OpenID Connect Core 12.2: the original auth_time, and no nonce.
    ...(scopes.includes('openid') && { idToken: { authTimeMs, acr, amr, sessionId, scopes, claims: user.claims } }),
    ...(proofKey !== undefined && { proofKey }),
  };
}

/** A spent token shown to a family that is over changes nothing, and is remembered. */
function evidence(family: Family, cause: Cause): Partial<PlanDraft> {
  return { events: [{ ...of(family), kind: 'refused', reason: 'spent_token_after_end', cause }] };
}

/** Ends one family, on one device, with its cause. Of many who find the same cause at once, one ends it and records that. */
export function ending(family: Family, cause: Cause, nowMs: number): Partial<PlanDraft> {
  return {
    expects: [{ kind: 'family', id: family.id }],
    ends: [{ kind: 'family', id: family.id, cause, atMs: nowMs }],
    events: [{ ...of(family), kind: 'family_ended', cause }],
  };
}

/** Whose family it is, for the audit log. */
function of(family: Family): Pick<EventNote, 'userId' | 'clientId' | 'deviceId' | 'familyId'> {
  return { userId: family.userId, clientId: family.clientId, deviceId: family.deviceId, familyId: family.id };
}
