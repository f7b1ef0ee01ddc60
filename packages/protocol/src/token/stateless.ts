import type { ClientState, ConsentState, UserState } from '@ostiary/model';
import type { Cause, ClientMetadata, IntrospectionAnswer } from '@ostiary/wire';
import { accessOf, type Access, type AccessRequest, type AccessResult, type NotCovered } from '../access.ts';
import { granted, refused, type Decision, type EventNote } from '../decision.ts';
import { customClaimsNow } from '../direct/custom-claims.ts';
import { scopeNames, type ApiCatalogue } from '../scope.ts';
import type { TokenGrant } from './grant.ts';
import type { StatelessToken } from './stateless-token.ts';
import { foreignness, type Foreignness, type Presenter } from './verdict.ts';

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
export interface StatelessPresentation extends Presenter {
  facts: StatelessFacts;
  access: AccessResult;
}

export type StatelessVerdict =
  | { verdict: 'foreign'; reason: Foreignness }
  | { verdict: 'over'; cause: Cause }
  | { verdict: 'not_covered'; reason: NotCovered }
  | { verdict: 'use'; access: Access };

/**
 * Judges a presented stateless token, in the order of the table for families. What it cannot have, without a row to write: rotation,
 * reuse found out, an idle limit, the end of one device.
 */
export function judgeStateless(presented: StatelessPresentation, nowMs: number): StatelessVerdict {
  const { facts, client, access } = presented;
  const foreign = foreignness(presented, { ...facts.token, needsDevice: facts.token.grant.needsDevice });
  if (foreign !== undefined) return { verdict: 'foreign', reason: foreign };
  if (facts.isRevoked) return { verdict: 'over', cause: 'revoked_by_client' };
  if (nowMs >= endOf(facts.token, client.refresh)) return { verdict: 'over', cause: 'absolute_expired' };
  const lost = lostGroundOf(facts, client);
  if (lost !== undefined) return { verdict: 'over', cause: lost };
  if (access.ok) return { verdict: 'use', access: access.access };
  return access.reason === 'permission_removed'
    ? { verdict: 'over', cause: access.reason }
    : { verdict: 'not_covered', reason: access.reason };
}

/** The earlier of the end it was born with and the end by the policy of now, so that shortening takes effect at once. */
function endOf(token: StatelessToken, { absoluteSeconds }: ClientMetadata['refresh']): number {
  const byPolicy = absoluteSeconds === undefined ? Infinity : token.issuedAtMs + absoluteSeconds * 1000;
  return Math.min(token.expiresAtMs, byPolicy);
}

function lostGroundOf(
  { token, user, client, consent }: StatelessFacts,
  registered: Presenter['client'],
): Cause | undefined {
  // The client was switched back to stored families: what is stored nowhere counts no more.
  if (registered.refresh.stateless !== true) return 'permission_removed';
  // It keeps no secret any more: whoever found the token could use it with any key.
  if (registered.token_endpoint_auth_method === 'none' && token.jkt === undefined) return 'permission_removed';
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
 * Decides a refresh with a stateless token: a fresh access token, and nothing is written but why it is refused.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 */
export function decideStatelessRefresh(question: StatelessQuestion, nowMs: number): Decision<TokenGrant> {
  const { facts, client, catalogue, request, proofKey } = question;
  const { token, user } = facts;
  const access: AccessResult = client.grant_types.includes('refresh_token')
    ? accessOf(token.grant, request, client, catalogue, 'offline')
    : { ok: false, reason: 'permission_removed' };
  const verdict = judgeStateless({ ...question, access }, nowMs);
  switch (verdict.verdict) {
    case 'foreign':
      return refused({ reason: verdict.reason }, { events: [{ ...of(token), reason: verdict.reason }] });
    case 'not_covered':
      return refused({ reason: verdict.reason });
    case 'over':
      // No row has the cause: whoever asks why the token ended finds it here alone.
      return refused(
        { reason: 'grant_ended', cause: verdict.cause },
        { events: [{ ...of(token), cause: verdict.cause }] },
      );
    case 'use':
      return granted(statelessGrant(token, verdict.access, { client, user, proofKey, isNew: false }));
  }
}

function of({ userId, clientId, deviceId, id: familyId }: StatelessToken): EventNote {
  return { kind: 'refused', userId, clientId, deviceId, familyId };
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
    customClaims: customClaimsNow(grant.claims, client),
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
    lostGroundOf(facts, caller) !== undefined ||
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
