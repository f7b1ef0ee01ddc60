// #region dialog
import { createClient } from '@ostiary/browser';
import { keepForm, restoreForm, sessionDialog } from '@ostiary/browser/dialog';

export const client = createClient({
  issuer: 'http://localhost:4000',
  clientId: 'example-spa',
  redirectUri: 'http://localhost:3000/callback',
  scope: 'openid profile offline_access read:reports',
  storage: 'session',
  renew: 'onUse',
});

/** Runs when a page with a form is shown, after `handleCallback`. Returns what stops it. */
export function watch(form: HTMLFormElement, show: (words: string) => void): () => void {
  restoreForm(form, { owner: client.user?.sub });
  return sessionDialog(client, {
    onEnded(reason, user) {
      const isKept = keepForm(form, { owner: user?.sub });
      show(isKept ? 'Your session has ended. Sign in again to find your work.' : 'Your session has ended.');
    },
  });
}
// #endregion dialog
