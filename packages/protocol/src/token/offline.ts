import type { Consent, Grant } from '@ostiary/model';
import type { ApiMetadata, ClientMetadata } from '@ostiary/wire';
import { apiIds, type ApiCatalogue } from '../scope.ts';

/** Which condition for a refresh token was missing: the answer to "why did I get none?". */
export type MissingForOffline =
  | 'scope_offline_access_not_requested'
  | 'grant_type_refresh_token_not_registered'
  | 'consent_to_offline_access_missing'
  | 'api_does_not_allow_offline_access';

/**
 * A refresh token is issued only with `offline_access`, the user's consent to it, a client that may refresh, and the
 * switch of every API it would be for.
 * @see {@link https://openid.net/specs/openid-connect-core-1_0.html#OfflineAccess OpenID Connect Core 11}
 */
export function missingForOffline(
  grant: Pick<Grant, 'scopes' | 'apis'>,
  client: ClientMetadata,
  consent: Pick<Consent, 'scopes'>,
  catalogue: ApiCatalogue,
): MissingForOffline | undefined {
  if (!grant.scopes.includes('offline_access')) return 'scope_offline_access_not_requested';
  if (!client.grant_types.includes('refresh_token')) return 'grant_type_refresh_token_not_registered';
  if (!consent.scopes.includes('offline_access')) return 'consent_to_offline_access_missing';
  const apis = apiIds(grant.apis).flatMap((id): ApiMetadata[] =>
    [catalogue.get(id)].filter((api) => api !== undefined),
  );
  return apis.every((api) => api.allowOfflineAccess) ? undefined : 'api_does_not_allow_offline_access';
}
