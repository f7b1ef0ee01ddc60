// #region sign-in
import { ErrorResponse, UserManager, WebStorageStateStore } from 'oidc-client-ts';

const manager = new UserManager({
  authority: 'http://localhost:4000',
  client_id: 'example-spa',
  redirect_uri: 'http://localhost:3000/callback',
  post_logout_redirect_uri: 'http://localhost:3000/',
  scope: 'openid profile offline_access read:reports',
  // One store for all tabs: with a copy in each tab, the older copy ends the session.
  userStore: new WebStorageStateStore({ store: localStorage }),
  automaticSilentRenew: false,
});

/** Leaves the page; the browser comes back to /callback. */
export async function signIn(): Promise<void> {
  await manager.signinRedirect();
}

/** Runs on the page /callback. */
export async function finishSignIn(): Promise<string | undefined> {
  const user = await manager.signinCallback();
  return user?.profile.name;
}

/** Leaves the page; the session and its refresh token end. */
export async function signOut(): Promise<void> {
  await manager.signoutRedirect();
}
// #endregion sign-in

// #region renew
/** An access token that lives another minute at least, or undefined when the person must sign in again. */
export async function getAccessToken(): Promise<string | undefined> {
  // One tab renews at a time; the others then find what it stored, or get the same successor.
  return navigator.locks.request('example-spa.renew', async () => {
    const user = await manager.getUser();
    if (user === null || (user.expires_in ?? 0) > 60) return user?.access_token;
    try {
      return (await manager.signinSilent())?.access_token;
    } catch (fault) {
      // Network, time-out, 429, 5xx: nothing is lost. Keep everything and try again later.
      if (!(fault instanceof ErrorResponse && fault.error === 'invalid_grant')) throw fault;
      await manager.removeUser();
      return undefined;
    }
  });
}
// #endregion renew
