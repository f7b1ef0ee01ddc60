import type { AuthorizationRequest } from '@ostiary/model';
import type { ApiId, ClientMetadata } from '@ostiary/wire';
import type { Refusal } from '../refusal.ts';
import { allowedScopes, apiIds, parseScope, resolveScopes, type ApiCatalogue } from '../scope.ts';
import { nowhere } from './challenge-request.ts';

/** What a back end of the house asks for on behalf of a user whom it signs in. */
export interface DirectAsk {
  /** Left out: all that the client may have. */
  scope?: string | undefined;
  resources: readonly string[];
}

/** The authorization request of a back end: no browser, no address to return to, no pages. */
export function directRequest(
  { scope, resources }: DirectAsk,
  client: ClientMetadata,
  catalogue: ApiCatalogue,
): { ok: true; value: AuthorizationRequest } | { ok: false; refusal: Refusal } {
  const asked = scope === undefined ? everything(client, catalogue) : parseScope(scope);
  if (asked === undefined) return { ok: false, refusal: { reason: 'scope_malformed' } };
  // A scope that two APIs own is asked of both, where nothing is said.
  const named = scope === undefined && resources.length === 0 ? standing(client, catalogue) : resources;
  const resolved = resolveScopes(asked, named, client, catalogue);
  if (!resolved.ok) return resolved;
  const { scopes, apis, ignored } = resolved.value;
  if (ignored.length > 0) return { ok: false, refusal: { reason: 'scope_not_covered' } };
  if (scopes.length === 0 && Object.keys(apis).length === 0) return { ok: false, refusal: { reason: 'scope_empty' } };
  return {
    ok: true,
    value: {
      clientId: client.client_id,
      redirectUri: nowhere,
      redirectUriGiven: false,
      responseMode: 'query',
      scopes,
      apis,
      prompts: [],
      acrValues: [],
      uiLocales: [],
    },
  };
}

function everything(client: ClientMetadata, catalogue: ApiCatalogue): string[] {
  const scopes = standing(client, catalogue).flatMap((id) => {
    const api = catalogue.get(id);
    return api === undefined ? [] : allowedScopes(client, api);
  });
  return [...new Set([...scopes, ...(client.grant_types.includes('refresh_token') ? ['offline_access'] : [])])];
}

function standing(client: ClientMetadata, catalogue: ApiCatalogue): ApiId[] {
  return apiIds(client.apis).filter((id) => catalogue.has(id));
}
