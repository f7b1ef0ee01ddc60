import { describeIssuer, jwksCacheSeconds } from '@ostiary/service';
import type { Context, Hono } from 'hono';
import { answer } from '../answers.ts';
import type { Bindings, HttpContext } from '../context.ts';

/**
 * Discovery documents and keys: public, cacheable, readable from any origin.
 * @see {@link https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig OpenID Connect Discovery 1.0 section 4}
 */
export function metadataRoutes(root: Hono<Bindings>, { service, basePath }: HttpContext): void {
  const document = JSON.stringify(describeIssuer(service));
  root.get(`${basePath}/.well-known/openid-configuration`, (c) => publicJson(c, document));
  // RFC 8414 section 3.1: the well-known string is inserted between host and path.
  root.get(`/.well-known/oauth-authorization-server${basePath}`, (c) => publicJson(c, document));
  root.get(`${basePath}/jwks`, (c) => publicJson(c, JSON.stringify(service.keyring.jwks())));
}

function publicJson(c: Context<Bindings>, body: string): Response {
  return answer(c, body, 200, {
    'Content-Type': 'application/json',
    'Cache-Control': `public, max-age=${jwksCacheSeconds}`,
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  });
}
