import { describeIssuer, jwksCacheSeconds } from '@ostiary/service';
import type { Hono } from 'hono';
import type { Bindings, HttpContext } from '../context.ts';

/**
 * Discovery documents and keys: public, cacheable, readable from any origin.
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig OpenID Connect Discovery 1.0 section 4}
 */
export function metadataRoutes(root: Hono<Bindings>, { service, basePath }: HttpContext): void {
  const document = JSON.stringify(describeIssuer(service));
  root.get(`${basePath}/.well-known/openid-configuration`, () => publicJson(document));
  // RFC 8414 section 3.1: the well-known string is inserted between host and path.
  root.get(`/.well-known/oauth-authorization-server${basePath}`, () => publicJson(document));
  root.get(`${basePath}/jwks`, () => publicJson(JSON.stringify(service.keyring.jwks())));
}

function publicJson(body: string): Response {
  return new Response(body, {
    headers: {
      'Content-Type': 'application/json',
      'Cache-Control': `public, max-age=${jwksCacheSeconds}`,
      'Access-Control-Allow-Origin': '*',
      'Cross-Origin-Resource-Policy': 'cross-origin',
    },
  });
}
