// #region create
import { createClient, SessionError } from '@ostiary/browser';
import { challengeOf } from '@ostiary/browser/challenge';

export const client = createClient({
  issuer: 'http://localhost:4000',
  clientId: 'example-spa',
  redirectUri: 'http://localhost:3000/callback',
  scope: 'openid profile offline_access read:reports',
  storage: 'session',
});
// #endregion create

// #region sign-in
/** Leaves the page; the browser comes back to /callback. */
export async function signIn(): Promise<void> {
  await client.signIn({ returnTo: '/reports?year=2026' });
}

/** Runs when a page starts. On every page but /callback it does nothing. */
export async function start(): Promise<string | undefined> {
  const signedIn = await client.handleCallback();
  if (signedIn !== undefined) history.replaceState(null, '', signedIn.returnTo);
  return client.isSignedIn ? String(client.user?.['name']) : undefined;
}
// #endregion sign-in

// #region call
export type Reports = { kind: 'reports'; text: string } | { kind: 'sign-in' | 'later' | 'forbidden' };

export async function loadReports(): Promise<Reports> {
  try {
    const response = await client.fetch('https://api.example.com/reports');
    if (response.ok) return { kind: 'reports', text: await response.text() };
    return { kind: challengeOf(response)?.kind === 'insufficientScope' ? 'forbidden' : 'later' };
  } catch (error) {
    if (error instanceof SessionError && error.code === 'sign_in_required') return { kind: 'sign-in' };
    return { kind: 'later' };
  }
}
// #endregion call

// #region states
/** What a status line may say. Returns what ends it. */
export function showState(show: (words: string) => void): () => void {
  return client.onState((state) => {
    if (state.kind === 'degraded') show('No connection. Your work is safe.');
    if (state.kind === 'expiring') show(`Signed out in ${state.secondsLeft} seconds.`);
    if (state.kind === 'ended') show('Your session has ended. Sign in again.');
    if (state.kind === 'active' || state.kind === 'signedOut') show('');
  });
}
// #endregion states

// #region sign-out
export async function signOut(): Promise<void> {
  await client.signOut({ returnTo: 'http://localhost:3000/' });
}
// #endregion sign-out
