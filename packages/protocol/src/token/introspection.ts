import type { Client, Consent, Device, FamilyFacts, SessionState, UserState } from '@ostiary/model';
import type { AccessTokenClaims, ApiId, ClientMetadata, IntrospectionAnswer } from '@ostiary/wire';
import { scopeNames } from '../scope.ts';
import { cutoffSeconds } from './cutoff.ts';
import { effectiveLimits, expiryOf } from './lifetime.ts';
import { introspectStateless, type StatelessFacts } from './stateless.ts';
import { lostGround } from './verdict.ts';

/** State behind an access token whose signature, type and issuer were checked. */
export interface AccessTokenFacts {
  claims: AccessTokenClaims;
  isRevoked: boolean;
  client: Client;
  /** Absent for tokens of client_credentials. */
  user?: UserState;
  /** Present when the token descends from a family, which stands on the rest. */
  family?: FamilyFacts;
  session?: SessionState;
  device?: Pick<Device, 'removedAtMs'>;
  consent?: Pick<Consent, 'version' | 'givenAtMs' | 'withdrawnAtMs'>;
}

/** A token shown for introspection, or to an endpoint of the issuer. */
export type IntrospectedToken =
  | { kind: 'access'; facts: AccessTokenFacts }
  | { kind: 'stateless'; facts: StatelessFacts }
  | { kind: 'refresh'; facts: FamilyFacts; generation: number; policy: ClientMetadata['refresh'] };

const inactive = { active: false } as const;

/**
 * Whether an access token still counts: not over, not taken back, and everything it stands on stands. The feed of revocations
 * says the same, by `revocationEntry`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7662#section-2.2 RFC 7662 section 2.2}
 */
export function isAccessTokenActive(facts: AccessTokenFacts, nowMs: number): boolean {
  const { claims, client, user, family } = facts;
  if (facts.isRevoked || claims.exp * 1000 <= nowMs || isFromBefore(claims, client)) return false;
  // Of the client itself.
  if (claims.uep === undefined) return true;
  if (user === undefined || user.isDisabled || user.epoch !== claims.uep) return false;
  if (claims.fam === undefined) return standsAlone(facts);
  return family !== undefined && family.family.endCause === undefined && lostGround(family) === undefined;
}

/** Enabling a client again revives nothing. */
function isFromBefore({ iat }: AccessTokenClaims, { isDisabled, epoch, changedAtMs }: Client): boolean {
  return isDisabled || (epoch > 0 && iat <= cutoffSeconds({ isOver: false, atMs: changedAtMs }));
}

/** Without a family, a token stands on the sign-in, the device and the consent themselves. */
function standsAlone({ claims, session, device, consent }: AccessTokenFacts): boolean {
  // What a stateless refresh token made names no session and no device: neither ends it.
  const isSignedIn = claims.sid === undefined || (session !== undefined && session.endCause === undefined);
  if (!isSignedIn || device?.removedAtMs !== undefined) return false;
  if (consent === undefined || consent.version === 0) return true;
  const isGivenAgain = consent.withdrawnAtMs === undefined;
  return isGivenAgain && claims.iat > cutoffSeconds({ isOver: false, atMs: consent.givenAtMs });
}

/** Who asks about a token: a client, or an API about tokens whose audience it is. */
export type Introspector = { kind: 'client'; client: ClientMetadata } | { kind: 'api'; identifier: ApiId };

/** What the caller may learn: everything else about a token is `{"active":false}` and nothing more. */
export function introspect(
  token: IntrospectedToken | undefined,
  caller: Introspector,
  issuer: string,
  nowMs: number,
): IntrospectionAnswer {
  if (token === undefined) return inactive;
  if (token.kind === 'stateless')
    return caller.kind === 'client' ? introspectStateless(token.facts, caller.client, issuer, nowMs) : inactive;
  return token.kind === 'access'
    ? ofAccessToken(token.facts, caller, nowMs)
    : ofRefreshToken(token, caller, { issuer, nowMs });
}

function ofAccessToken(facts: AccessTokenFacts, caller: Introspector, nowMs: number): IntrospectionAnswer {
  const { claims } = facts;
  if (!isFor(claims, caller) || !isAccessTokenActive(facts, nowMs)) return inactive;
  const { iss, sub, client_id, scope, iat, aud, exp, jti, auth_time, acr, sid, cnf } = claims;
  const shared = { iss, sub, client_id, scope, iat, aud, exp, jti, auth_time, acr, sid };
  // RFC 9449 section 6.2.
  return cnf === undefined
    ? { active: true, token_type: 'Bearer', ...shared }
    : { active: true, token_type: 'DPoP', ...shared, cnf };
}

/** A client's own, or one for an API that it may use; of an API, what names it as audience and nothing else. */
function isFor({ aud, client_id: clientId }: AccessTokenClaims, caller: Introspector): boolean {
  const audience = [aud].flat();
  if (caller.kind === 'api') return audience.includes(caller.identifier);
  const { client } = caller;
  return clientId === client.client_id || audience.some((api) => client.apis[api as ApiId] !== undefined);
}

/** A refresh token is shown to its own client alone, and only the newest of its family is active. */
function ofRefreshToken(
  { facts, generation, policy }: IntrospectedToken & { kind: 'refresh' },
  caller: Introspector,
  { issuer, nowMs }: { issuer: string; nowMs: number },
): IntrospectionAnswer {
  const { family } = facts;
  if (caller.kind === 'api' || family.clientId !== caller.client.client_id) return inactive;
  if (generation !== family.generation || family.endCause !== undefined) return inactive;
  if (expiryOf(family, policy, nowMs) !== undefined || lostGround(facts) !== undefined) return inactive;
  const { idleSeconds, absoluteSeconds } = effectiveLimits(family, policy);
  const endMs = Math.min(
    idleSeconds === undefined ? Infinity : family.usedAtMs + idleSeconds * 1000,
    absoluteSeconds === undefined ? Infinity : family.createdAtMs + absoluteSeconds * 1000,
  );
  return {
    active: true,
    token_type: 'refresh_token',
    iss: issuer,
    sub: family.userId,
    client_id: family.clientId,
    scope: scopeNames(family.terms.grant).join(' '),
    iat: Math.floor(family.rotatedAtMs / 1000),
    ...(Number.isFinite(endMs) && { exp: Math.floor(endMs / 1000) }),
  };
}
