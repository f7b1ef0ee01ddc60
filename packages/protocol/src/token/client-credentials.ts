import type { ClientMetadata } from '@ostiary/wire';
import { termsOf } from '../access.ts';
import { granted, refused, type Decision } from '../decision.ts';
import { apiIds, allowedScopes, parseScope, resolveScopes, type ApiCatalogue } from '../scope.ts';
import type { TokenGrant } from './grant.ts';

/**
 * Decides a token for the client itself. No refresh token (RFC 6749 section 4.4.3). Without `scope` and `resource` it is for
 * the client's only API with all its scopes; a client of several APIs must say which.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-4.4 RFC 6749 section 4.4}
 */
export function decideClientCredentials(
  request: { scope?: string; resources: readonly string[]; proofKey?: string },
  client: ClientMetadata,
  isClientAuthenticated: boolean,
  catalogue: ApiCatalogue,
): Decision<TokenGrant> {
  // RFC 6749 section 4.4: MUST only be used by confidential clients.
  if (!isClientAuthenticated) return refused({ reason: 'grant_type_not_allowed' });
  const requested = parseScope(request.scope);
  if (requested === undefined) return refused({ reason: 'scope_malformed' });
  const resources =
    request.resources.length > 0 || requested.length > 0 ? request.resources : apiIds(client.apis).slice(0, 2);
  if (request.resources.length === 0 && resources.length > 1) return refused({ reason: 'target_missing' });
  const resolved = resolveScopes(requested, resources, client, catalogue);
  if (!resolved.ok) return refused(resolved.refusal);
  const { apis, ignored, scopes: openIdScopes } = resolved.value;
  if (ignored.length + openIdScopes.length > 0) return refused({ reason: 'scope_not_covered' });
  const targets = apiIds(apis).flatMap((id) => catalogue.get(id) ?? []);
  if (targets.length === 0) return refused({ reason: 'target_unknown' });
  const scopes = targets.flatMap((api) =>
    requested.length === 0 ? allowedScopes(client, api) : (apis[api.identifier] ?? []),
  );
  const access = termsOf(targets, [...new Set(scopes)], client);
  if (!access.ok) return refused({ reason: 'target_algs_differ' });
  const { proofKey } = request;
  return granted({
    clientId: client.client_id,
    subject: client.client_id,
    access: access.access,
    ...(proofKey !== undefined && { proofKey }),
  });
}
