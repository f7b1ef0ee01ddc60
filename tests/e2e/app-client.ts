import { createHash, randomBytes } from 'node:crypto';
import type { ClientConfig } from 'ostiary';

/** A public client of the Lab's API, for an app at `origin`. */
export function appClient(clientId: string, origin: string, more: Partial<ClientConfig> = {}): ClientConfig {
  return {
    client_id: clientId,
    client_name: `App ${clientId}`,
    type: 'spa',
    redirect_uris: [`${origin}/callback`, `${origin}/silent`],
    post_logout_redirect_uris: [`${origin}/`],
    allowedOrigins: [origin],
    apis: { 'https://api.lab.example': ['read:reports', 'eq1'] },
    ...more,
  };
}

/** An authorization request, and the verifier that its code is redeemed with. */
export interface AuthorizationRequest {
  url: string;
  verifier: string;
  clientId: string;
  redirectUri: string;
}

export function authorizationRequest(
  issuer: string,
  { clientId, redirectUri, ...more }: { clientId: string; redirectUri: string } & Record<string, string>,
): AuthorizationRequest {
  const verifier = randomBytes(32).toString('base64url');
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid read:reports',
    state: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url: `${issuer}/authorize?${parameters.toString()}`, verifier, clientId, redirectUri };
}
