import type { Grant } from '@ostiary/model';
import type { ApiId, ApiMetadata, ClientMetadata, SigningAlg } from '@ostiary/wire';
import { allowedScopes, apiIds, parseScope, scopeNames, type ApiCatalogue } from './scope.ts';

/** What one access token will say: whom it is for, what it allows, how long it lives. */
export interface Access {
  /** APIs the token is for; empty = the issuer itself (userinfo). */
  audience: ApiId[];
  scopes: string[];
  lifetimeSeconds: number;
  alg: SigningAlg;
}

export type AccessResult =
  | { ok: true; access: Access }
  /** Nothing is left of what the user granted: the grant itself cannot stand. */
  | { ok: false; reason: 'permission_removed' }
  /** The request asks for more than there is, or for what does not go together. */
  | { ok: false; reason: NotCovered };

export type NotCovered = 'scope_not_covered' | 'target_not_covered' | 'target_algs_differ';

/** What a token request asks for of a grant; it may narrow, never widen. */
export interface AccessRequest {
  scope?: string;
  resources: readonly string[];
}

/** Lifetime and algorithm of a token that is for the issuer alone. */
const issuerToken = { accessTokenSeconds: 3600, accessTokenBrowserSeconds: 3600, accessTokenAlg: 'ES256' } as const;

/**
 * Cuts a grant down to what the client may still have now and to what this request asks for.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-6 RFC 6749 section 6}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2.2 RFC 8707 section 2.2}
 */
export function accessOf(
  grant: Pick<Grant, 'scopes' | 'apis'>,
  request: AccessRequest,
  client: ClientMetadata,
  catalogue: ApiCatalogue,
  use: 'once' | 'offline',
): AccessResult {
  const grantedApis = apiIds(grant.apis);
  const standing = grantedApis.flatMap((id) => standingApi(id, grant.apis[id] ?? [], client, catalogue, use));
  if (grantedApis.length > 0 && standing.length === 0) return { ok: false, reason: 'permission_removed' };
  if (!request.resources.every((resource) => Object.hasOwn(grant.apis, resource)))
    return { ok: false, reason: 'target_not_covered' };
  const chosen =
    request.resources.length === 0
      ? standing
      : standing.filter(({ api }) => request.resources.includes(api.identifier));
  if (request.resources.length > 0 && chosen.length === 0) return { ok: false, reason: 'target_not_covered' };
  const asked = parseScope(request.scope);
  if (asked === undefined || !isCovered(asked, grant)) return { ok: false, reason: 'scope_not_covered' };
  const available = [...new Set([...grant.scopes, ...chosen.flatMap(({ scopes }) => scopes)])];
  const scopes = asked.length === 0 ? available : available.filter((scope) => asked.includes(scope));
  // RFC 6749 section 3.3: a scope has at least one name, so a token that lost all it was asked for is not issued.
  if (asked.length > 0 && scopes.length === 0) return { ok: false, reason: 'scope_not_covered' };
  return termsOf(
    chosen.map(({ api }) => api),
    scopes,
    client,
  );
}

function isCovered(asked: readonly string[], grant: Pick<Grant, 'scopes' | 'apis'>): boolean {
  if (asked.length === 0) return true;
  const covered = scopeNames(grant);
  return asked.every((scope) => covered.includes(scope));
}

interface StandingApi {
  api: ApiMetadata;
  scopes: string[];
}

/** What is left of the scopes granted for one API: nothing when the API, its offline switch or all permissions are gone. */
function standingApi(
  id: ApiId,
  grantedScopes: readonly string[],
  client: ClientMetadata,
  catalogue: ApiCatalogue,
  use: 'once' | 'offline',
): StandingApi[] {
  const api = catalogue.get(id);
  if (api === undefined || client.apis[id] === undefined) return [];
  if (use === 'offline' && !api.allowOfflineAccess) return [];
  const allowed = allowedScopes(client, api);
  const scopes = grantedScopes.filter((scope) => allowed.includes(scope));
  return grantedScopes.length > 0 && scopes.length === 0 ? [] : [{ api, scopes }];
}

/** With several APIs the strictest lifetime counts, and they must agree on the algorithm. */
export function termsOf(apis: readonly ApiMetadata[], scopes: string[], client: ClientMetadata): AccessResult {
  const sources = apis.length === 0 ? [issuerToken] : apis;
  const algs = new Set<SigningAlg>(sources.map((source) => source.accessTokenAlg));
  const [alg] = algs;
  if (alg === undefined || algs.size > 1) return { ok: false, reason: 'target_algs_differ' };
  const lifetimes = sources.map((source) =>
    client.type === 'spa' ? source.accessTokenBrowserSeconds : source.accessTokenSeconds,
  );
  const audience = apis.map((api) => api.identifier);
  return { ok: true, access: { audience, scopes, lifetimeSeconds: Math.min(...lifetimes), alg } };
}
