import { defineConfig } from 'ostiary';

export default defineConfig({
  issuer: 'http://localhost:4000',
  apis: [
    // #region api
    {
      identifier: 'https://api.example.com',
      name: 'Example API',
      scopes: { 'read:reports': 'Read your reports' },
      accessTokenSeconds: 3600,
      secret: { env: 'EXAMPLE_API_SECRET' },
    },
    // #endregion api
  ],
  clients: [
    {
      client_id: 'example-job',
      type: 'service',
      client_secret: { env: 'EXAMPLE_JOB_SECRET' },
      apis: { 'https://api.example.com': ['read:reports'] },
    },
  ],
});
