// #region example
import { defineConfig } from 'ostiary';

export default defineConfig({
  issuer: 'https://id.example.com',
  storage: { postgres: { url: { env: 'DATABASE_URL' }, ca: './database-ca.pem' } },
});
// #endregion example
