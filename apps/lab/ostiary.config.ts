import { defineConfig } from 'ostiary';

/** The issuer that the Lab talks to. Demonstration accounts and secrets: for loopback only. */
export default defineConfig({
  issuer: 'http://localhost:4000',
  storage: 'sqlite:./data/ostiary.db',
  session: { idleSeconds: 259_200, absoluteSeconds: 2_592_000 },
  apis: [
    {
      identifier: 'https://api.lab.example',
      name: 'Lab API',
      secret: 'lab-api-demo-secret',
      scopes: {
        'read:reports': 'Read your expense reports',
        'read:feed': 'Read your feed',
        eq1: 'Use equipment 1',
      },
      accessTokenSeconds: 3600,
      accessTokenBrowserSeconds: 3600,
      accessTokenAlg: 'ES256',
      allowOfflineAccess: true,
    },
  ],
  clients: [
    {
      client_id: 'lab-spa',
      client_name: 'Lab SPA',
      type: 'spa',
      redirect_uris: ['http://localhost:4001/callback'],
      post_logout_redirect_uris: ['http://localhost:4001/'],
      allowedOrigins: ['http://localhost:4001'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      apis: { 'https://api.lab.example': ['read:reports', 'eq1'] },
      refresh: {
        rotation: 'on',
        boundTo: 'session',
        idleSeconds: 1_209_600,
        absoluteSeconds: 7_776_000,
        retrySeconds: 60,
      },
    },
    {
      client_id: 'lab-silent',
      client_name: 'Lab SPA without refresh tokens',
      type: 'spa',
      redirect_uris: [
        'http://localhost:4001/silent/callback',
        'http://localhost:4001/silent/frame',
        'http://127.0.0.1:4001/silent/callback',
        'http://127.0.0.1:4001/silent/frame',
      ],
      post_logout_redirect_uris: ['http://localhost:4001/silent', 'http://127.0.0.1:4001/silent'],
      allowedOrigins: ['http://localhost:4001', 'http://127.0.0.1:4001'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      apis: { 'https://api.lab.example': ['read:reports'] },
    },
    {
      client_id: 'lab-web',
      client_name: 'Lab Web',
      type: 'web',
      client_secret: 'lab-web-secret',
      redirect_uris: ['http://localhost:4002/callback', 'http://localhost:4002/watch/callback'],
      post_logout_redirect_uris: ['http://localhost:4002/', 'http://localhost:4002'],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code', 'code id_token'],
      apis: { 'https://api.lab.example': ['read:reports', 'read:feed', 'eq1'] },
      refresh: {
        rotation: 'off',
        boundTo: 'offline',
        idleSeconds: 1_209_600,
        absoluteSeconds: 7_776_000,
        retrySeconds: 60,
      },
    },
  ],
  users: [
    {
      username: 'ada@example.com',
      password: 'ada-demo-password',
      claims: { name: 'Ada', email: 'ada@example.com' },
    },
    {
      username: 'bob@example.com',
      password: 'bob-demo-password',
      claims: { name: 'Bob', email: 'bob@example.com' },
    },
  ],
});
