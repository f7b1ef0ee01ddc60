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
      allowOfflineAccess: true,
    },
    // #endregion api
  ],
  clients: [
    // #region spa
    {
      client_id: 'example-spa',
      client_name: 'Example',
      type: 'spa',
      redirect_uris: ['http://localhost:3000/callback'],
      post_logout_redirect_uris: ['http://localhost:3000/'],
      allowedOrigins: ['http://localhost:3000'],
      apis: { 'https://api.example.com': ['read:reports'] },
    },
    // #endregion spa
    // #region web
    {
      client_id: 'example-web',
      client_name: 'Example Web',
      type: 'web',
      client_secret: { env: 'EXAMPLE_WEB_SECRET' },
      redirect_uris: ['http://localhost:3001/callback'],
      post_logout_redirect_uris: ['http://localhost:3001/'],
      apis: { 'https://api.example.com': ['read:reports'] },
    },
    // #endregion web
    // #region service
    {
      client_id: 'example-job',
      type: 'service',
      client_secret: { env: 'EXAMPLE_JOB_SECRET' },
      apis: { 'https://api.example.com': ['read:reports'] },
    },
    // #endregion service
  ],
});
