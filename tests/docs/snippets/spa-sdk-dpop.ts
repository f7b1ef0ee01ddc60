// #region dpop
import { createClient } from '@ostiary/browser';
import { dpop } from '@ostiary/browser/dpop';
import { indexedDb } from '@ostiary/browser/indexed-db';

export const client = createClient({
  issuer: 'http://localhost:4000',
  clientId: 'example-spa',
  redirectUri: 'http://localhost:3000/callback',
  scope: 'openid profile offline_access read:reports',
  proof: dpop(),
  storage: indexedDb(),
});
// #endregion dpop
