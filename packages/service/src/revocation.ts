import { decideRevocation, granted, type RevocableToken } from '@ostiary/protocol';
import type { AccessTokenClaims } from '@ostiary/wire';
import type { AuthenticatedClient } from './client-authentication.ts';
import { verifyOwnToken } from './own-token.ts';
import { parseRefreshToken } from './refresh-token.ts';
import type { Service } from './service.ts';
import { settle, type Answer } from './settle.ts';
import { recogniseStateless } from './stateless-token.ts';
import { recogniseFamily } from './token.ts';

/**
 * Revokes a refresh token (its family) or an access token (its `jti`). Unknown tokens and tokens of others answer as success
 * does; a store that fails answers 503, never 200.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7009#section-2.2 RFC 7009 section 2.2}
 */
export async function revokeToken(
  service: Service,
  token: string,
  { client, correlationId }: { client: AuthenticatedClient; correlationId: string },
): Promise<Answer<undefined>> {
  return settle(service, { correlationId, once: client.once }, async () => {
    const recognised = await recognise(service, token);
    const plan = decideRevocation(recognised, client.metadata, service.clock.now());
    return granted(undefined, plan);
  });
}

/** The kind shows in the token itself, so that a wrong `token_type_hint` does no harm. */
async function recognise(service: Service, token: string): Promise<RevocableToken | undefined> {
  const parts = parseRefreshToken(token);
  if (parts !== undefined) {
    const facts = await recogniseFamily(service, parts);
    return facts && { kind: 'refresh', family: facts.family };
  }
  const stateless = await recogniseStateless(service, token);
  if (stateless !== undefined) return { kind: 'stateless', token: stateless };
  const claims = await readAccessToken(service, token);
  return claims && { kind: 'access', claims };
}

/** Claims of an access token that this issuer signed, expired or not. */
export async function readAccessToken(service: Service, token: string): Promise<AccessTokenClaims | undefined> {
  const claims = await verifyOwnToken(service, token, 'at+jwt');
  return claims !== undefined && areAccessClaims(claims) ? claims : undefined;
}

/** A missing or odd `exp` would never be over. */
function areAccessClaims(claims: Record<string, unknown>): claims is Record<string, unknown> & AccessTokenClaims {
  const { exp, iat, jti, sub, client_id: clientId, scope } = claims;
  const areTimes = [exp, iat].every((time) => Number.isSafeInteger(time));
  return areTimes && [jti, sub, clientId, scope].every((text) => typeof text === 'string');
}
