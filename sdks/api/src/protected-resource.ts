import type { ApiSettings } from './settings.ts';
import { signingAlgs } from './jwt/algorithms.ts';

/** The metadata of a protected resource ([RFC 9728, section 2](https://www.rfc-editor.org/rfc/rfc9728#section-2)). */
export interface ResourceMetadata {
  resource: string;
  authorization_servers: readonly string[];
  bearer_methods_supported: readonly string[];
  scopes_supported?: readonly string[];
  resource_name?: string;
  resource_documentation?: string;
  dpop_signing_alg_values_supported?: readonly string[];
  dpop_bound_access_tokens_required?: boolean;
}

/** The document, and the address where clients look for it. */
export interface ProtectedResource {
  metadata: ResourceMetadata;
  url: string;
}

/** Throws a TypeError when the API has no address that clients could ask. */
export function protectedResourceOf(settings: ApiSettings): ProtectedResource | undefined {
  const { resource, issuerBaseURL, dpop, allowTokenInForm, allowTokenInQuery } = settings;
  if (resource === undefined) return undefined;
  const [audience = ''] = [settings.audience].flat();
  const { identifier = audience, name, scopes, documentation } = resource;
  const methods = ['header', ...(allowTokenInForm ? ['body'] : []), ...(allowTokenInQuery ? ['query'] : [])];
  return {
    url: metadataAddress(identifier),
    metadata: {
      resource: identifier,
      authorization_servers: [issuerBaseURL],
      bearer_methods_supported: methods,
      ...(scopes && { scopes_supported: scopes }),
      ...(name !== undefined && { resource_name: name }),
      ...(documentation !== undefined && { resource_documentation: documentation }),
      ...(dpop !== false && {
        dpop_signing_alg_values_supported: signingAlgs,
        dpop_bound_access_tokens_required: dpop?.required ?? false,
      }),
    },
  };
}

/** The well-known path goes between host and path ([RFC 9728, section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3)). */
function metadataAddress(identifier: string): string {
  if (!URL.canParse(identifier))
    throw new TypeError(`resource.identifier must be the address of the API: ${identifier}`);
  const { origin, pathname, search } = new URL(identifier);
  return `${origin}/.well-known/oauth-protected-resource${pathname === '/' ? '' : pathname}${search}`;
}
