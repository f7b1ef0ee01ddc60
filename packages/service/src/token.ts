import type { FamilyFacts } from '@ostiary/model';
import {
  decideClientCredentials,
  decideCodeExchange,
  decideRefresh,
  refused,
  type Decision,
  type TokenGrant,
} from '@ostiary/protocol';
import type { TokenAnswer } from '@ostiary/wire';
import type { DeviceMark } from './browser.ts';
import { isInService, type AuthenticatedClient } from './client-authentication.ts';
import { fitOf } from './device-fit.ts';
import { digest, isSameDigest, s256 } from './digest.ts';
import { mintTokens } from './mint.ts';
import type { ProvenKey } from './dpop/proof.ts';
import { hasValidTag, parseRefreshToken, type RefreshTokenParts } from './refresh-token.ts';
import type { RefreshVerdict } from './ports.ts';
import type { Service } from './service.ts';
import { settle, type Answer } from './settle.ts';
import { refreshStateless } from './stateless-refresh.ts';

/** A token request after its form was parsed and its client authenticated. */
export type TokenRequest =
  | {
      grantType: 'refresh_token';
      refreshToken: string;
      scope?: string;
      resources: readonly string[];
      attempt?: string;
      /** Named by a back end that signs users in itself. */
      device?: DeviceMark;
    }
  | {
      grantType: 'authorization_code';
      code: string;
      redirectUri?: string;
      codeVerifier?: string;
      resources: readonly string[];
      attempt?: string;
    }
  | { grantType: 'client_credentials'; scope?: string; resources: readonly string[] };

export interface TokenCall {
  client: AuthenticatedClient;
  /** The key that was proved with the request, if one was (RFC 9449). */
  proven?: ProvenKey | undefined;
  address: string;
  correlationId: string;
  /** Whether the caller closed the connection without waiting for the answer; asked before a theft is concluded. */
  hasLeft?: (() => Promise<boolean>) | undefined;
}

/** At most so many families per user, client and device, and per user. The oldest sign-in gives way. */
const familyCaps = { perDevice: 10, perUser: 200 };

/**
 * The token endpoint: (1) load facts, (2) draw ids and time, (3) decide, (4) commit, (5) mint. A lost race runs 1 to 4 again.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.2 RFC 6749 section 3.2}
 */
export async function answerTokenRequest(
  service: Service,
  request: TokenRequest,
  call: TokenCall,
): Promise<Answer<TokenAnswer>> {
  const { client, correlationId, proven } = call;
  // RFC 9449 section 5.2: MUST be rejected without a proof.
  if (client.metadata.dpop_bound_access_tokens === true && proven === undefined)
    return { ok: false, refusal: { reason: 'proof_required' } };
  if (!client.metadata.grant_types.includes(request.grantType) && request.grantType !== 'refresh_token') {
    return { ok: false, refusal: { reason: 'grant_type_not_allowed' } };
  }
  const tokenId = service.draw.handle();
  const restoreEpoch = service.keyring.restoreEpoch();
  const operation = { correlationId, once: client.once, proofOnce: proven?.once };
  const answer = await settle(service, operation, phasesOf(service, request, call, tokenId));
  if (request.grantType === 'refresh_token') service.meter.refreshed(verdictOf(answer, request.refreshToken));
  const isEpochOver = restoreEpoch !== service.keyring.restoreEpoch();
  // A family recognised under the epoch before must not get a token of the new one: its token is looked at again.
  if (answer.ok && isEpochOver && request.grantType === 'refresh_token') {
    return answerTokenRequest(service, request, { ...call, client: { ...client, once: undefined } });
  }
  if (answer.ok) {
    const minted = await mintTokens(service, answer.value, tokenId, service.clock.now());
    const isKept = answer.value.stateless?.isNew === false && request.grantType === 'refresh_token';
    return { ok: true, value: isKept ? { ...minted, refresh_token: request.refreshToken } : minted };
  }
  service.log.info('token_refused', {
    ...answer.refusal,
    shown: undefined,
    client: client.metadata.client_id,
    correlationId,
  });
  return limitGuessing(service, answer, call);
}

/** What a refresh came to, in the few words that are counted. */
function verdictOf(answer: Answer<TokenGrant>, presented: string): RefreshVerdict {
  if (answer.ok) {
    if (answer.value.stateless !== undefined) return 'use';
    const { family, generation } = answer.value.refresh ?? {};
    if (family === undefined || generation !== family.generation) return 'rotate';
    return parseRefreshToken(presented)?.generation === generation ? 'use' : 'retry';
  }
  switch (answer.refusal.reason) {
    case 'reuse_detected':
      return 'reuse';
    case 'history_lost':
      return 'ahead';
    case 'grant_ended':
      return 'ended';
    case 'token_unknown':
      return 'unknown';
    default:
      return 'refused';
  }
}

function phasesOf(
  service: Service,
  request: TokenRequest,
  call: TokenCall,
  tokenId: string,
): (run: number) => Promise<Decision<TokenGrant>> {
  switch (request.grantType) {
    case 'refresh_token':
      return refreshPhases(service, request, call);
    case 'authorization_code':
      return codePhases(service, request, call, tokenId);
    case 'client_credentials': {
      const { metadata, isConfidential } = call.client;
      return async () =>
        (await isInService(service, call.client))
          ? decideClientCredentials(
              { ...request, proofKey: call.proven?.jkt },
              metadata,
              isConfidential,
              service.catalogue,
            )
          : refused({ reason: 'client_disabled' });
    }
  }
}

/** Refresh tokens and codes cannot be guessed; whoever tries gets slower answers, and valid tokens are never limited. */
function limitGuessing(
  { limits }: Service,
  answer: Answer<TokenAnswer> & { ok: false },
  { client, address }: TokenCall,
): Answer<TokenAnswer> {
  const { reason } = answer.refusal;
  if (reason !== 'token_unknown' && reason !== 'code_unknown') return answer;
  const key = `${client.metadata.client_id} ${address} grants`;
  if (limits.clientErrors.take(key)) return answer;
  return {
    ok: false,
    refusal: { reason: 'rate_limited', retryAfterSeconds: limits.clientErrors.retryAfterSeconds(key) },
  };
}

function refreshPhases(
  service: Service,
  request: TokenRequest & { grantType: 'refresh_token' },
  { client, proven, correlationId, hasLeft }: TokenCall,
): (run: number) => Promise<Decision<TokenGrant>> {
  const operation = service.draw.operation();
  const attempt = request.attempt === undefined ? undefined : digest(request.attempt);
  const parts = parseRefreshToken(request.refreshToken);
  return async () => {
    if (parts === undefined) return refreshStateless(service, request, { client, proven });
    const facts = await readFamily(service, parts);
    if (facts === undefined) return refused({ reason: 'token_unknown' });
    const { id } = facts.family;
    const decision = decideRefresh(
      {
        facts,
        generation: parts.generation,
        client: client.metadata,
        isClientAuthenticated: client.isConfidential,
        catalogue: service.catalogue,
        request,
        proofKey: proven?.jkt,
        device: await fitOf(service, request.device, facts.family),
        attempt,
        operation,
        keyId: service.keyring.refreshKeyId(),
        recentRetries: service.retries.recent(id),
      },
      service.clock.now(),
    );
    if (decision.kind === 'refused' && decision.refusal.reason === 'reuse_detected' && (await hasLeft?.())) {
      // A request that lay in a node that stood still, while its client repeated it elsewhere and went on: nobody's theft.
      service.log.warn('late_request', { client: client.metadata.client_id, correlationId });
      return refused({ reason: 'contended', retryAfterSeconds: 1 });
    }
    if (decision.kind === 'granted' && parts.generation < facts.family.generation) service.retries.add(id);
    return decision;
  };
}

/** The family as it is now; read once more where the token is ahead of it, before anybody says that history was lost. */
async function readFamily(service: Service, parts: RefreshTokenParts): Promise<FamilyFacts | undefined> {
  const facts = await recogniseFamily(service, parts);
  return facts !== undefined && parts.generation > facts.family.generation ? recogniseFamily(service, parts) : facts;
}

/** The family of a refresh token whose tag is right; anything else is unknown, and nobody learns which. */
export async function recogniseFamily(
  { keyring, store }: Service,
  parts: RefreshTokenParts,
): Promise<FamilyFacts | undefined> {
  const facts = await store.families.find(parts.familyId);
  if (facts === undefined) return undefined;
  const isRight = () => {
    const key = keyring.refreshKey(parts.keyId);
    const { salt } = facts.family;
    return key !== undefined && hasValidTag(parts, { key, salt, restoreEpoch: keyring.restoreEpoch() });
  };
  if (isRight()) return facts;
  // Another node may have made this token with a key or a restore epoch that was not read here yet.
  await keyring.lookAgain();
  return isRight() ? facts : undefined;
}

/** A family must be born under the present epoch: its first token would be lost as soon as this node heard of a later one. */
async function followEpoch({ store, keyring }: Service): Promise<void> {
  if ((await store.upkeep.restoreEpoch()) !== keyring.restoreEpoch()) await keyring.reload();
}

function codePhases(
  service: Service,
  request: TokenRequest & { grantType: 'authorization_code' },
  { client, proven }: TokenCall,
  accessTokenId: string,
): () => Promise<Decision<TokenGrant>> {
  const { store, draw, keyring, catalogue, clock } = service;
  const hash = digest(request.code);
  const operation = draw.operation();
  const newborn = { id: draw.familyId(), salt: draw.handle(), keyId: keyring.refreshKeyId() };
  const attempt = request.attempt === undefined ? undefined : digest(request.attempt);
  const answer = request.codeVerifier === undefined ? undefined : s256(request.codeVerifier);
  return async () => {
    const code = await store.codes.find(hash);
    if (code === undefined) return refused({ reason: 'code_unknown' });
    const { userId, clientId, deviceId } = code;
    const familyId = code.redemption?.familyId;
    const [user, clientState, consent, device, session, born, surplus] = await Promise.all([
      store.users.find(userId),
      store.clients.find(clientId),
      store.consents.find(userId, clientId),
      store.devices.find(deviceId),
      store.sessions.find(code.sessionId),
      familyId === undefined ? undefined : store.families.find(familyId),
      store.families.findSurplus({ userId, clientId, deviceId }, familyCaps),
      followEpoch(service),
    ]);
    if (clientState === undefined) return refused({ reason: 'client_disabled' });
    return decideCodeExchange(
      {
        facts: { code, user, client: clientState, consent, device, session, family: born?.family, surplus },
        client: client.metadata,
        catalogue,
        redirectUri: request.redirectUri,
        ...(answer !== undefined && { isVerifierRight: isSameDigest(answer, code.codeChallenge ?? '') }),
        resources: request.resources,
        proofKey: proven?.jkt,
        attempt,
        operation,
        newborn,
        accessTokenId,
      },
      clock.now(),
    );
  };
}
