// #region example
import { defineConfig } from 'ostiary';

export default defineConfig({
  issuer: 'https://id.example.com',
  storage: 'sqlite:./data/ostiary.db',
  session: { idleSeconds: 259_200, absoluteSeconds: 2_592_000 },
  apis: [
    {
      identifier: 'https://api.example.com',
      name: 'Reports',
      scopes: { 'read:reports': 'Read your reports' },
      accessTokenSeconds: 900,
      allowOfflineAccess: true,
    },
  ],
  clients: [
    {
      client_id: 'reports-spa',
      client_name: 'Reports',
      type: 'spa',
      redirect_uris: ['https://reports.example.com/callback'],
      post_logout_redirect_uris: ['https://reports.example.com/'],
      allowedOrigins: ['https://reports.example.com'],
      apis: { 'https://api.example.com': ['read:reports'] },
      refresh: { idleSeconds: 604_800, absoluteSeconds: 2_592_000 },
    },
    {
      client_id: 'reports-web',
      type: 'web',
      client_secret: { env: 'REPORTS_WEB_SECRET' },
      redirect_uris: ['https://web.example.com/callback'],
      apis: { 'https://api.example.com': ['read:reports'] },
    },
  ],
  users: [
    {
      username: 'ada@example.com',
      password: { file: './ada.password' },
      claims: { name: 'Ada', email: 'ada@example.com' },
    },
  ],
});
// #endregion example
