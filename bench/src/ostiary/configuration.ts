import {
  ACCESS_TOKEN_SECONDS,
  API,
  API_SCOPE,
  REDIRECT_URI,
  REFRESH_ABSOLUTE_SECONDS,
  REFRESH_IDLE_SECONDS,
  SERVICE_CLIENT,
  SPA_ORIGIN,
} from '../subject.ts';

export const SPA_CLIENTS = ['bench-spa-1', 'bench-spa-2', 'bench-spa-3', 'bench-spa-4'];
export const USERS = Array.from({ length: 9 }, (_, index) => ({
  username: `user-${index}@bench.example`,
  password: `bench-password-of-user-${index}`,
}));

/** The configuration file of the server under measurement: one API, a few browser clients, a service, and users who sign in. */
export function configuration(issuer: string, storage: unknown): Record<string, unknown> {
  return {
    issuer,
    storage,
    // Every server under measurement counts, as it does in use; none takes the port of another.
    operations: { port: 0 },
    apis: [
      {
        identifier: API,
        name: 'Bench API',
        scopes: { [API_SCOPE]: 'Read reports' },
        accessTokenSeconds: ACCESS_TOKEN_SECONDS,
        accessTokenBrowserSeconds: ACCESS_TOKEN_SECONDS,
        accessTokenAlg: 'ES256',
        allowOfflineAccess: true,
      },
    ],
    clients: [...SPA_CLIENTS.map(spa), service()],
    users: USERS,
  };
}

function spa(clientId: string): Record<string, unknown> {
  return {
    client_id: clientId,
    client_name: clientId,
    type: 'spa',
    redirect_uris: [REDIRECT_URI],
    allowedOrigins: [SPA_ORIGIN],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
    apis: { [API]: [API_SCOPE] },
    refresh: {
      rotation: 'on',
      boundTo: 'session',
      idleSeconds: REFRESH_IDLE_SECONDS,
      absoluteSeconds: REFRESH_ABSOLUTE_SECONDS,
      retrySeconds: 60,
    },
  };
}

function service(): Record<string, unknown> {
  return {
    client_id: SERVICE_CLIENT.clientId,
    client_secret: SERVICE_CLIENT.clientSecret,
    client_name: 'Bench service',
    type: 'service',
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    apis: { [API]: [API_SCOPE] },
  };
}
