import type { Family } from '@ostiary/model';
import type { AccessTokenClaims, ClientMetadata } from '@ostiary/wire';
import { draft, type PlanDraft } from '../decision.ts';
import { ending } from './refresh.ts';
import type { StatelessToken } from './stateless-token.ts';

/** What was presented for revocation, after signature or tag were checked. */
export type RevocableToken =
  | { kind: 'refresh'; family: Family }
  | { kind: 'stateless'; token: StatelessToken }
  | { kind: 'access'; claims: AccessTokenClaims };

/**
 * Decides a revocation. Another client's token stays untouched, and the answer does not tell (RFC 7009 section 2.1); a spent
 * refresh token revokes its family as the newest does: whoever holds it was the client's.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.1 RFC 7009 section 2.1}
 */
export function decideRevocation(
  token: RevocableToken | undefined,
  client: ClientMetadata,
  nowMs: number,
): PlanDraft | undefined {
  if (token === undefined) return undefined;
  if (token.kind === 'refresh') {
    const { family } = token;
    if (family.clientId !== client.client_id || family.endCause !== undefined) return undefined;
    return draft(ending(family, 'revoked_by_client', nowMs));
  }
  if (token.kind === 'stateless') return endOfStateless(token.token, client, nowMs);
  const { claims } = token;
  if (claims.client_id !== client.client_id || claims.exp * 1000 <= nowMs) return undefined;
  return draft({
    inserts: [{ kind: 'revokedToken', tokenId: claims.jti, expiresAtMs: claims.exp * 1000, atMs: nowMs }],
  });
}

/** There is no row to end: the token is remembered until it would have been over. */
function endOfStateless(token: StatelessToken, client: ClientMetadata, nowMs: number): PlanDraft | undefined {
  const { id, userId, clientId, deviceId, expiresAtMs } = token;
  if (clientId !== client.client_id || expiresAtMs <= nowMs) return undefined;
  return draft({
    inserts: [{ kind: 'revokedToken', tokenId: id, expiresAtMs, atMs: nowMs }],
    events: [{ kind: 'family_ended', userId, clientId, deviceId, familyId: id, cause: 'revoked_by_client' }],
  });
}
