// #region silent
import { createClient } from '@ostiary/browser';
import { silentFrame } from '@ostiary/browser/frame';

export const client = createClient({
  issuer: 'http://localhost:4000',
  clientId: 'example-spa',
  redirectUri: 'http://localhost:3000/callback',
  scope: 'openid profile read:reports',
  silentSignIn: silentFrame(),
  beforeRedirect: () => sessionStorage.setItem('draft', document.querySelector('textarea')?.value ?? ''),
});
// #endregion silent
