import type { ClientState, ConsentState, UserState } from '@ostiary/model';
import type { Cause, ClientMetadata, IntrospectionAnswer } from '@ostiary/wire';
import { accessOf, type Access, type AccessRequest, type AccessResult, type NotCovered } from '../access.ts';
import { granted, refused, type Decision } from '../decision.ts';
import { scopeNames, type ApiCatalogue } from '../scope.ts';
import type { TokenGrant } from './grant.ts';
import type { StatelessToken } from './stateless-token.ts';

/** A stateless token and the little that is read for it. Absent = the row is gone. */
export interface StatelessFacts {
  token: StatelessToken;
  /** Its client gave it back before it was over. */
  isRevoked: boolean;
  user?: UserState;
  client: ClientState;
  consent?: ConsentState;
}

/** A stateless refresh token as it was presented, after its signature was checked. */
export interface StatelessPresentation {
  facts: StatelessFacts;
  client: Pick<ClientMetadata, 'client_id' | 'token_endpoint_auth_method' | 'refresh'>;
  isClientAuthenticated: boolean;
  proofKey?: string;
  device?: 'same' | 'other';
  access: AccessResult;
}

export type StatelessVerdict =
  | { verdict: 'foreign'; reason: Foreignness }
  | { verdict: 'over'; cause: Cause }
  | { verdict: 'not_covered'; reason: NotCovered }
  | { verdict: 'use'; access: Access };

type Foreignness =
  | 'token_of_another_client'
  | 'client_auth_missing'
  | 'proof_missing'
  | 'proof_of_another_key'
  | 'device_missing'
  | 'device_differs';

/**
 * Judges a presented stateless token, in the order of the table for families. What it cannot have, without a row to write: rotation,
 * reuse found out, an idle limit, the end of one device.
 */
export function judgeStateless(presented: StatelessPresentation, nowMs: number): StatelessVerdict {
  const { facts, client, access } = presented;
  const foreign = foreignness(presented);
  if (foreign !== undefined) return { verdict: 'foreign', reason: foreign };
  if (facts.isRevoked) return { verdict: 'over', cause: 'revoked_by_client' };
  if (nowMs >= endOf(facts.token, client.refresh)) return { verdict: 'over', cause: 'absolute_expired' };
  const lost = lostGroundOf(facts, client.refresh);
  if (lost !== undefined) return { verdict: 'over', cause: lost };
  if (access.ok) return { verdict: 'use', access: access.access };
  return access.reason === 'permission_removed'
    ? { verdict: 'over', cause: access.reason }
    : { verdict: 'not_covered', reason: access.reason };
}

function foreignness({ facts: { token }, client, ...shown }: StatelessPresentation): Foreignness | undefined {
  if (client.client_id !== token.clientId) return 'token_of_another_client';
  if (client.token_endpoint_auth_method !== 'none' && !shown.isClientAuthenticated) return 'client_auth_missing';
  if (token.jkt !== undefined && token.jkt !== shown.proofKey)
    return shown.proofKey === undefined ? 'proof_missing' : 'proof_of_another_key';
  if (shown.device === 'other') return 'device_differs';
  return token.grant.needsDevice === true && shown.device === undefined ? 'device_missing' : undefined;
}

/** The earlier of the end it was born with and the end by the policy of now, so that shortening takes effect at once. */
function endOf(token: StatelessToken, { absoluteSeconds }: ClientMetadata['refresh']): number {
  const byPolicy = absoluteSeconds === undefined ? Infinity : token.issuedAtMs + absoluteSeconds * 1000;
  return Math.min(token.expiresAtMs, byPolicy);
}

function lostGroundOf(
  { token, user, client, consent }: StatelessFacts,
  policy: ClientMetadata['refresh'],
): Cause | undefined {
  // The client was switched back to stored families: what is stored nowhere counts no more.
  if (policy.stateless !== true) return 'permission_removed';
  if (user === undefined || user.isDisabled) return 'user_disabled';
  if (user.epoch !== token.userEpoch) return 'signed_out_everywhere';
  if (client.isDisabled || client.epoch !== token.clientEpoch) return 'client_disabled';
  if (consent === undefined || consent.isWithdrawn) return 'consent_withdrawn';
  return consent.version === token.consentVersion ? undefined : 'consent_changed';
}

export interface StatelessQuestion extends Omit<StatelessPresentation, 'access' | 'client'> {
  client: ClientMetadata;
  catalogue: ApiCatalogue;
  request: AccessRequest;
}

/**
 * Decides a refresh with a stateless token: a fresh access token, and nothing is written.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 */
export function decideStatelessRefresh(question: StatelessQuestion, nowMs: number): Decision<TokenGrant> {
  const { facts, client, catalogue, request, proofKey } = question;
  const { token, user } = facts;
  const access = accessOf(token.grant, request, client, catalogue, 'offline');
  const verdict = judgeStateless({ ...question, access }, nowMs);
  switch (verdict.verdict) {
    case 'foreign':
    case 'not_covered':
      return refused({ reason: verdict.reason });
    case 'over':
      return refused({ reason: 'grant_ended', cause: verdict.cause });
    case 'use':
      return granted(statelessGrant(token, verdict.access, { client, user, proofKey, isNew: false }));
  }
}

/** What is minted: access tokens without handles of session, device and family, since none of these ends them. */
export function statelessGrant(
  token: StatelessToken,
  access: Access,
  {
    client,
    user,
    proofKey,
    isNew,
  }: { client: ClientMetadata; user: UserState | undefined; proofKey: string | undefined; isNew: boolean },
): TokenGrant {
  const { authTimeMs, userEpoch, grant } = token;
  const { acr, amr, scopes } = grant;
  return {
    clientId: token.clientId,
    subject: token.userId,
    access,
    handles: { userEpoch, authTimeMs, acr },
    stateless: { token, endsAtMs: endOf(token, client.refresh), isNew },
    ...(grant.claims && { customClaims: grant.claims }),
    ...(scopes.includes('openid') && { idToken: { authTimeMs, acr, amr, scopes, claims: user?.claims ?? {} } }),
    ...(proofKey !== undefined && { proofKey }),
  };
}

/** What its own client learns by introspection; nobody else learns that there is such a token. */
export function introspectStateless(
  facts: StatelessFacts,
  caller: ClientMetadata,
  issuer: string,
  nowMs: number,
): IntrospectionAnswer {
  const { token } = facts;
  const isOver =
    facts.isRevoked ||
    nowMs >= endOf(token, caller.refresh) ||
    lostGroundOf(facts, caller.refresh) !== undefined ||
    token.clientId !== caller.client_id;
  if (isOver) return { active: false };
  return {
    active: true,
    token_type: 'refresh_token',
    iss: issuer,
    sub: token.userId,
    client_id: token.clientId,
    scope: scopeNames(token.grant).join(' '),
    iat: Math.floor(token.issuedAtMs / 1000),
    exp: Math.floor(endOf(token, caller.refresh) / 1000),
  };
}
