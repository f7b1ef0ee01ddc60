// #region page
import { createDirectClient } from '@ostiary/browser/direct';

/** The page's session with your back end, which hands on the answers of the JSON call. */
export const client = createDirectClient({
  signInUrl: 'http://localhost:3000/api/sign-in',
  refreshUrl: 'http://localhost:3000/api/refresh',
  deviceName: 'Reports in this browser',
});

/** Hands what the user typed to the back end. `false`: name or password is wrong. */
export async function signIn(form: Record<string, string>): Promise<boolean> {
  try {
    await client.signIn(form);
    return true;
  } catch (fault) {
    if (fault instanceof Error && 'error' in fault && fault.error === 'access_denied') return false;
    throw fault; // Nothing is known: say so, and let the user try again.
  }
}
// #endregion page
