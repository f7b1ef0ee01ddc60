// #region embed
import { defineConfig, openOstiary } from 'ostiary/embed';

export const ostiary = await openOstiary({
  config: defineConfig({
    issuer: 'https://id.example.com',
    storage: 'sqlite:./data/ostiary.db',
    apis: [{ identifier: 'https://api.example.com', name: 'Reports', allowOfflineAccess: true }],
    clients: [
      {
        client_id: 'example-service',
        type: 'web',
        client_secret: { env: 'EXAMPLE_SERVICE_SECRET' },
        apis: { 'https://api.example.com': [] },
        refresh: { absoluteSeconds: 31_536_000 },
        generateTokens: { claims: ['role'] },
      },
    ],
  }),
});

/** Tokens for a user whom this program has authenticated: an access token for an hour, a refresh token for a year. */
export function tokensFor(username: string, role: string) {
  return ostiary.generateTokens({ username, clientId: 'example-service', claims: { role } });
}
// #endregion embed
