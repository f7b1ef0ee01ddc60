import type {
  AuthorizationCode,
  ClientState,
  Consent,
  Device,
  Ending,
  Family,
  FamilyTerms,
  Insertion,
  Redemption,
  Session,
  UserState,
} from '@ostiary/model';
import type { Cause, ClientMetadata, Digest, FamilyId } from '@ostiary/wire';
import { accessOf, type Access } from '../access.ts';
import { granted, refused, type Decision, type EventNote } from '../decision.ts';
import { customClaimsNow } from '../direct/custom-claims.ts';
import type { Reason } from '../refusal.ts';
import type { ApiCatalogue } from '../scope.ts';
import type { TokenGrant } from './grant.ts';
import { refreshExpiry } from './lifetime.ts';
import { missingForOffline } from './offline.ts';
import type { StatelessToken } from './stateless-token.ts';
import { statelessGrant } from './stateless.ts';

/** Everything known about a presented code; absent rows are gone. */
export interface CodeFacts {
  code: AuthorizationCode;
  user?: UserState;
  client: ClientState;
  consent?: Consent;
  device?: Device;
  session?: Session;
  /** The family born from the code, when it was redeemed already. */
  family?: Family;
  /** Older families that must give way to one more. */
  surplus: FamilyId[];
}

/** A code exchange whose client is authenticated. */
export interface CodeQuestion {
  facts: CodeFacts;
  client: ClientMetadata;
  catalogue: ApiCatalogue;
  redirectUri?: string;
  /** Whether the `code_verifier` answers the code's challenge (RFC 7636 section 4.6), when one was sent. */
  isVerifierRight?: boolean;
  resources: readonly string[];
  proofKey?: string;
  attempt?: Digest;
  operation: Digest;
  /** Drawn by the service: used if a family is born. */
  newborn: { id: FamilyId; salt: string; keyId: number };
  accessTokenId: string;
}

/**
 * Decides a code exchange. An invalid presentation touches nothing; a second valid one is refused, and unless the same
 * party repeats itself, it undoes the first (OAuth 2.1 section 4.1.3).
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3 RFC 6749 section 4.1.3}
 */
export function decideCodeExchange(question: CodeQuestion, nowMs: number): Decision<TokenGrant> {
  const { facts, client, catalogue } = question;
  const { code } = facts;
  const flaw = presentationFlaw(question);
  if (flaw !== undefined) return refused({ reason: flaw });
  if (code.redemption !== undefined && code.redemption.operation !== question.operation)
    return replay(question, code.redemption, nowMs);
  if (code.redemption === undefined && nowMs >= code.expiresAtMs) return refused({ reason: 'code_expired' });
  const ground = standingGround(facts);
  if (!ground.ok) return refused({ reason: 'grant_ended', cause: ground.cause });
  const access = accessOf(code.grant, { resources: question.resources }, client, catalogue, 'once');
  if (!access.ok) {
    return refused(
      access.reason === 'permission_removed'
        ? { reason: 'grant_ended', cause: access.reason }
        : { reason: access.reason },
    );
  }
  return redeem(question, ground, access.access, nowMs);
}

/** What makes a presentation invalid, whether the code was used or not. */
function presentationFlaw({
  facts: { code },
  client,
  redirectUri,
  isVerifierRight,
  proofKey,
}: CodeQuestion): Reason | undefined {
  if (code.clientId !== client.client_id) return 'code_of_another_client';
  // RFC 6749 section 4.1.3: MUST be identical if it was included in the authorization request.
  if (redirectUri === undefined ? code.redirectUriGiven : redirectUri !== code.redirectUri)
    return 'redirect_uri_differs';
  // RFC 9449 section 10: the proof MUST be of the key that the authorization request named.
  if (code.jkt !== undefined && code.jkt !== proofKey)
    return proofKey === undefined ? 'code_proof_missing' : 'code_proof_of_another_key';
  // RFC 9700 section 4.8.2: a verifier without a challenge is a downgrade, and so is the reverse.
  if (code.codeChallenge === undefined) return isVerifierRight === undefined ? undefined : 'verifier_unexpected';
  if (isVerifierRight === undefined) return 'verifier_missing';
  return isVerifierRight ? undefined : 'verifier_wrong';
}

function replay(question: CodeQuestion, redemption: Redemption, nowMs: number): Decision<TokenGrant> {
  const { code, family } = question.facts;
  const isSameParty =
    (redemption.attempt !== undefined && redemption.attempt === question.attempt) ||
    (redemption.jkt !== undefined && redemption.jkt === question.proofKey);
  if (isSameParty) return refused({ reason: 'code_replayed' });
  const { familyId } = redemption;
  const ends: Ending[] =
    familyId === undefined ? [] : [{ kind: 'family', id: familyId, cause: 'code_replayed', atMs: nowMs }];
  const living = family !== undefined && family.endCause === undefined ? [family] : [];
  return refused(
    { reason: 'code_replayed', cause: 'code_replayed' },
    {
      expects: living.map(({ id }) => ({ kind: 'family', id })),
      inserts: [
        {
          kind: 'revokedToken',
          tokenId: redemption.accessTokenId,
          expiresAtMs: redemption.accessTokenExpiresAtMs,
          atMs: nowMs,
        },
        ...revocationOfStateless(redemption, question.client, nowMs),
      ],
      ends,
      events: [
        {
          ...of(code),
          ...(familyId && { familyId }),
          kind: living.length > 0 ? 'family_ended' : 'refused',
          cause: 'code_replayed',
        },
      ],
    },
  );
}

/** A refresh token that is its own record can only be remembered as taken back. */
function revocationOfStateless({ familyId, atMs }: Redemption, client: ClientMetadata, nowMs: number): Insertion[] {
  if (client.refresh.stateless !== true || familyId === undefined) return [];
  return [{ kind: 'revokedToken', tokenId: familyId, expiresAtMs: statelessEndMs(client, atMs), atMs: nowMs }];
}

type Ground =
  | { ok: true; user: UserState; consent: Consent; device: Device; session: Session }
  | { ok: false; cause: Cause };

/** What a code stands on must be as it was when the code was made. */
function standingGround({ code, user, client, consent, device, session }: CodeFacts): Ground {
  if (user === undefined || user.isDisabled) return { ok: false, cause: 'user_disabled' };
  if (user.epoch !== code.userEpoch) return { ok: false, cause: 'signed_out_everywhere' };
  if (client.isDisabled || client.epoch !== code.clientEpoch) return { ok: false, cause: 'client_disabled' };
  if (consent === undefined || consent.withdrawnAtMs !== undefined) return { ok: false, cause: 'consent_withdrawn' };
  if (consent.version !== code.consentVersion) return { ok: false, cause: 'consent_changed' };
  if (device === undefined || device.removedAtMs !== undefined) return { ok: false, cause: 'device_removed' };
  if (session === undefined) return { ok: false, cause: 'signed_out' };
  if (session.endCause !== undefined) return { ok: false, cause: session.endCause };
  return { ok: true, user, consent, device, session };
}

function redeem(
  question: CodeQuestion,
  ground: Ground & { ok: true },
  access: Access,
  nowMs: number,
): Decision<TokenGrant> {
  const { facts, client, catalogue } = question;
  const { code } = facts;
  // A re-run after an ambiguous commit answers with what it made, and makes nothing.
  const missing = missingForOffline(code.grant, client, ground.consent, catalogue);
  const mayStay = missing === undefined;
  const stateless = mayStay && client.refresh.stateless === true ? newStateless(question, nowMs) : undefined;
  if (code.redemption !== undefined)
    return granted(tokenGrant(question, ground, access, facts.family ?? stateless, nowMs));
  const family = mayStay && stateless === undefined ? newFamily(question, nowMs) : undefined;
  const born = family ?? stateless;
  const redemption: Redemption = {
    atMs: nowMs,
    operation: question.operation,
    attempt: question.attempt,
    jkt: question.proofKey,
    familyId: born?.id,
    accessTokenId: question.accessTokenId,
    accessTokenExpiresAtMs: nowMs + access.lifetimeSeconds * 1000,
  };
  const surplus = family === undefined ? [] : facts.surplus;
  return granted(tokenGrant(question, ground, access, born, nowMs), {
    expects: [
      { kind: 'user', id: code.userId, epoch: code.userEpoch },
      { kind: 'client', id: code.clientId, epoch: code.clientEpoch },
      { kind: 'consent', userId: code.userId, clientId: code.clientId, version: code.consentVersion },
      { kind: 'session', id: code.sessionId },
      { kind: 'device', id: code.deviceId },
      ...surplus.map((id) => ({ kind: 'family', id }) as const),
    ],
    consumes: [{ kind: 'code', hash: code.hash, redemption }],
    inserts: family === undefined ? [] : [{ kind: 'family', row: family }],
    ends: surplus.map((id) => ({ kind: 'family', id, cause: 'superseded', atMs: nowMs })),
    events: [birthNote(code, born, missing), ...surplus.map((familyId) => supersededNote(code, familyId))],
  });
}

function newFamily({ facts: { code }, client, proofKey, operation, newborn }: CodeQuestion, nowMs: number): Family {
  const { boundTo, idleSeconds, absoluteSeconds } = client.refresh;
  const terms: FamilyTerms = { grant: code.grant, boundTo, idleSeconds, absoluteSeconds };
  return {
    ...newborn,
    terms,
    userId: code.userId,
    clientId: code.clientId,
    deviceId: code.deviceId,
    sessionId: code.sessionId,
    generation: 0,
    authTimeMs: code.authTimeMs,
    createdAtMs: nowMs,
    rotatedAtMs: nowMs,
    usedAtMs: nowMs,
    operation,
    attempted: false,
    // RFC 9449 section 5: for public clients the refresh token is bound to the key; a confidential client is bound already.
    jkt: client.token_endpoint_auth_method === 'none' ? proofKey : undefined,
    userEpoch: code.userEpoch,
    clientEpoch: code.clientEpoch,
    consentVersion: code.consentVersion,
    retries: 0,
  };
}

/** The same as a token that is its own record. Its end is needed: nothing that is stored could end it. */
function newStateless({ facts: { code }, client, proofKey, newborn }: CodeQuestion, nowMs: number): StatelessToken {
  const { userId, clientId, deviceId, grant, authTimeMs, userEpoch, clientEpoch, consentVersion } = code;
  return {
    id: newborn.id,
    userId,
    clientId,
    deviceId,
    grant,
    authTimeMs,
    userEpoch,
    clientEpoch,
    consentVersion,
    issuedAtMs: nowMs,
    expiresAtMs: statelessEndMs(client, nowMs),
    ...(client.token_endpoint_auth_method === 'none' && proofKey !== undefined && { jkt: proofKey }),
  };
}

function statelessEndMs({ refresh }: ClientMetadata, fromMs: number): number {
  return fromMs + (refresh.absoluteSeconds ?? 0) * 1000;
}

function tokenGrant(
  { facts: { code }, client, proofKey }: CodeQuestion,
  { user }: Ground & { ok: true },
  access: Access,
  born: Family | StatelessToken | undefined,
  nowMs: number,
): TokenGrant {
  if (born !== undefined && 'expiresAtMs' in born)
    return statelessGrant(born, access, { client, user, proofKey, isNew: true });
  const family = born;
  const { acr, amr, scopes } = code.grant;
  const { authTimeMs, sessionId, deviceId, nonce } = code;
  return {
    clientId: code.clientId,
    subject: code.userId,
    access,
    handles: { sessionId, deviceId, userEpoch: code.userEpoch, authTimeMs, acr, familyId: family?.id },
    ...(family && {
      refresh: {
        family,
        generation: 0,
        keyId: family.keyId,
        expiry: refreshExpiry(family, client.refresh, nowMs, nowMs),
      },
    }),
    ...(scopes.includes('openid') && {
      idToken: { authTimeMs, acr, amr, nonce, sessionId, scopes, claims: user.claims },
    }),
    customClaims: customClaimsNow(code.grant.claims, client),
    ...(proofKey !== undefined && { proofKey }),
  };
}

function birthNote(
  code: AuthorizationCode,
  family: Pick<Family, 'id'> | undefined,
  missing: string | undefined,
): EventNote {
  if (family !== undefined) return { ...of(code), familyId: family.id, kind: 'family_born' };
  return { ...of(code), kind: 'offline_access_not_granted', reason: missing };
}

function supersededNote(code: AuthorizationCode, familyId: FamilyId): EventNote {
  return { userId: code.userId, familyId, kind: 'family_ended', cause: 'superseded' };
}

function of(code: AuthorizationCode): Pick<EventNote, 'userId' | 'clientId' | 'deviceId' | 'sessionId'> {
  return { userId: code.userId, clientId: code.clientId, deviceId: code.deviceId, sessionId: code.sessionId };
}
