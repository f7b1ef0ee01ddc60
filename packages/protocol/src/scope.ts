import type { Grant } from '@ostiary/model';
import { openIdScopes, scopeTokenPattern, type ApiId, type ApiMetadata, type ClientMetadata } from '@ostiary/wire';
import type { Refusal } from './refusal.ts';

export type ApiCatalogue = ReadonlyMap<ApiId, ApiMetadata>;

/** Scopes by whom they belong to: OpenID Connect itself, or an API. */
export interface ResolvedScopes {
  scopes: string[];
  apis: Record<ApiId, string[]>;
  /** Asked for, but not understood or not allowed to this client: left out of the grant, told in the log. */
  ignored: string[];
}

const maxScopes = 100;

/** Splits a `scope` value. @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3} */
export function parseScope(value: string | undefined): string[] | undefined {
  if (value === undefined) return [];
  const tokens = value.split(' ').filter((token) => token !== '');
  if (tokens.length > maxScopes || !tokens.every((token) => scopeTokenPattern.test(token))) return undefined;
  return [...new Set(tokens)];
}

/**
 * Finds the owner of each requested scope among the APIs the client may use. A scope that is not understood is ignored
 * (OpenID Connect Core 3.1.2.1: SHOULD be ignored); one that two of the client's APIs own needs `resource`.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}
 */
export function resolveScopes(
  requested: readonly string[],
  resources: readonly string[],
  client: ClientMetadata,
  catalogue: ApiCatalogue,
): { ok: true; value: ResolvedScopes } | { ok: false; refusal: Refusal } {
  const named = new Set<string>(resources);
  const usable = usableApis(client, catalogue).filter((api) => named.size === 0 || named.has(api.identifier));
  if (named.size > usable.length) return { ok: false, refusal: { reason: 'target_unknown' } };
  const value: ResolvedScopes = { scopes: [], apis: {}, ignored: [] };
  for (const api of usable) if (named.has(api.identifier)) value.apis[api.identifier] = [];
  for (const scope of requested) {
    if (Object.hasOwn(openIdScopes, scope)) {
      value.scopes.push(scope);
      continue;
    }
    const owners = usable.filter((api) => allowedScopes(client, api).includes(scope));
    const owner = owners[0];
    if (owner === undefined) value.ignored.push(scope);
    else if (owners.length > 1 && named.size === 0) return { ok: false, refusal: { reason: 'target_ambiguous' } };
    else for (const each of owners) (value.apis[each.identifier] ??= []).push(scope);
  }
  return { ok: true, value };
}

/** APIs that exist and that the client is registered for. */
function usableApis(client: ClientMetadata, catalogue: ApiCatalogue): ApiMetadata[] {
  return apiIds(client.apis).flatMap((id) => catalogue.get(id) ?? []);
}

/** Scopes of one API that the client may have now. */
export function allowedScopes(client: ClientMetadata, api: ApiMetadata): string[] {
  return (client.apis[api.identifier] ?? []).filter((scope) => Object.hasOwn(api.scopes, scope));
}

/** The keys of a record by API, typed. */
export function apiIds(apis: Record<ApiId, unknown>): ApiId[] {
  return Object.keys(apis) as ApiId[];
}

/** All scope names of a grant, each once. */
export function scopeNames(grant: Pick<Grant, 'scopes' | 'apis'>): string[] {
  return [...new Set([...grant.scopes, ...Object.values(grant.apis).flat()])];
}
