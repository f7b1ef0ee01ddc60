import { generateKeyPairSync } from 'node:crypto';
import {
  ACCESS_TOKEN_SECONDS,
  API,
  API_SCOPE,
  REDIRECT_URI,
  REFRESH_ABSOLUTE_SECONDS,
  REFRESH_IDLE_SECONDS,
  SERVICE_CLIENT,
} from '../subject.ts';

export const SPA = 'bench-spa';

/** oidc-provider as a careful user would set it up for the same work: ES256 throughout, JWT access tokens for one API, rotation on. */
export function configuration(): Record<string, unknown> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'peer-1', alg: 'ES256', use: 'sig' }] },
    cookies: { keys: ['not used: nobody signs in here'] },
    scopes: ['openid', 'offline_access', API_SCOPE],
    clients: [spa(), service()],
    clientBasedCORS: () => true,
    rotateRefreshToken: true,
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    ttl: {
      AccessToken: ACCESS_TOKEN_SECONDS,
      ClientCredentials: ACCESS_TOKEN_SECONDS,
      IdToken: 3600,
      AuthorizationCode: 60,
      Grant: REFRESH_ABSOLUTE_SECONDS,
      RefreshToken: REFRESH_IDLE_SECONDS,
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => API,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: API_SCOPE,
          audience: API,
          accessTokenFormat: 'jwt',
          accessTokenTTL: ACCESS_TOKEN_SECONDS,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

function spa(): Record<string, unknown> {
  return {
    client_id: SPA,
    token_endpoint_auth_method: 'none',
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  };
}

function service(): Record<string, unknown> {
  return {
    client_id: SERVICE_CLIENT.clientId,
    client_secret: SERVICE_CLIENT.clientSecret,
    token_endpoint_auth_method: 'client_secret_basic',
    redirect_uris: [],
    grant_types: ['client_credentials'],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
  };
}
