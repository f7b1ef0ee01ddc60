import {
  granted,
  introspect,
  isAccessTokenActive,
  refused,
  type AccessTokenFacts,
  type IntrospectedToken,
  type Introspector,
  type Refusal,
} from '@ostiary/protocol';
import type {
  AccessTokenClaims,
  ClientId,
  DeviceId,
  FamilyId,
  IntrospectionAnswer,
  SessionId,
  UserId,
} from '@ostiary/wire';
import type { AuthenticatedCaller } from './caller-authentication.ts';
import { isInService } from './client-authentication.ts';
import type { ProvenKey } from './dpop/proof.ts';
import { parseRefreshToken } from './refresh-token.ts';
import { readAccessToken } from './revocation.ts';
import type { Service } from './service.ts';
import { settle, type Answer } from './settle.ts';
import { loadStatelessFacts } from './stateless-refresh.ts';
import { recogniseStateless } from './stateless-token.ts';
import { recogniseFamily } from './token.ts';
import { claimsFor } from './mint.ts';

/**
 * Tells an authenticated client or API about a token meant for it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2 RFC 7662 section 2}
 */
export async function introspectToken(
  service: Service,
  token: string,
  { caller, correlationId }: { caller: AuthenticatedCaller; correlationId: string },
): Promise<Answer<IntrospectionAnswer>> {
  const client = caller.kind === 'client' ? caller.client : undefined;
  // RFC 7662 section 2.1: the caller MUST be authorized, which a public client cannot be.
  if (client?.isConfidential === false) return { ok: false, refusal: { reason: 'introspection_not_allowed' } };
  return settle(service, { correlationId, once: client?.once }, async () => {
    if (client !== undefined && !(await isInService(service, client))) return refused({ reason: 'client_disabled' });
    const presented = await present(service, token);
    return granted(introspect(presented, introspector(caller), service.settings.issuer, service.clock.now()));
  });
}

function introspector(caller: AuthenticatedCaller): Introspector {
  return caller.kind === 'api'
    ? { kind: 'api', identifier: caller.api.identifier }
    : { kind: 'client', client: caller.client.metadata };
}

async function present(service: Service, token: string): Promise<IntrospectedToken | undefined> {
  const parts = parseRefreshToken(token);
  if (parts !== undefined) {
    const facts = await recogniseFamily(service, parts);
    const policy = facts && service.clients.get(facts.family.clientId)?.metadata.refresh;
    return facts && policy && { kind: 'refresh', facts, generation: parts.generation, policy };
  }
  const stateless = await recogniseStateless(service, token);
  if (stateless !== undefined) {
    const facts = await loadStatelessFacts(service, stateless);
    return facts && { kind: 'stateless', facts };
  }
  const claims = await readAccessToken(service, token);
  const facts = claims && (await loadFacts(service, claims));
  return facts && { kind: 'access', facts };
}

/** The state behind an access token of our own. */
async function loadFacts({ store }: Service, claims: AccessTokenClaims): Promise<AccessTokenFacts | undefined> {
  const { fam, sid, dev } = claims;
  const [userId, clientId] = [claims.sub as UserId, claims.client_id as ClientId];
  const isAlone = claims.uep !== undefined && fam === undefined;
  const [isRevoked, client, user, family, session, device, consent] = await Promise.all([
    store.revokedTokens.has(claims.jti),
    store.clients.find(clientId),
    claims.uep === undefined ? undefined : store.users.find(userId),
    fam === undefined ? undefined : store.families.find(fam as FamilyId),
    isAlone && sid !== undefined ? store.sessions.find(sid as SessionId) : undefined,
    isAlone && dev !== undefined ? store.devices.find(dev as DeviceId) : undefined,
    isAlone ? store.consents.find(userId, clientId) : undefined,
  ]);
  return client && { claims, isRevoked, client, user, family, session, device, consent };
}

/**
 * Claims about the user behind an access token with the scope `openid`.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#UserInfo OpenID Connect Core 5.3}
 */
export async function readUserInfo(
  service: Service,
  token: string,
  { proven, correlationId }: { proven?: ProvenKey | undefined; correlationId: string },
): Promise<Answer<Record<string, unknown>>> {
  return settle(service, { correlationId, proofOnce: proven?.once }, async () => {
    const claims = await readAccessToken(service, token);
    const facts = claims && (await loadFacts(service, claims));
    if (facts?.user === undefined || !isAccessTokenActive(facts, service.clock.now()))
      return refused({ reason: 'access_token_invalid' });
    const misuse = bindingFlaw(facts.claims, proven);
    if (misuse !== undefined) return refused({ reason: misuse });
    const scopes = facts.claims.scope.split(' ');
    if (!scopes.includes('openid')) return refused({ reason: 'scope_openid_missing' });
    return granted({ ...claimsFor(scopes, facts.user.claims), sub: facts.user.id });
  });
}

/**
 * A bound token MUST come with a proof of its key, and only a bound one may.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9449#section-7.1 RFC 9449 sections 7.1 and 7.2}
 */
function bindingFlaw({ cnf }: AccessTokenClaims, proven: ProvenKey | undefined): Refusal['reason'] | undefined {
  if (cnf === undefined) return proven === undefined ? undefined : 'access_token_unbound';
  return cnf.jkt === proven?.jkt ? undefined : 'access_token_bound';
}
