import { redirectTo } from '../answers.ts';
import type { House } from '../house.ts';
import type { LogoutOptions } from '../options.ts';
import type { BrowserSession } from '../session/browser-session.ts';
import { claimsOf } from '../session/web-session.ts';
import { addressWith } from '../sign-in/login.ts';

/** Ends the session: first here, then its refresh tokens at the provider, then, where the app wants it, the user's session there. */
export async function signOut(house: House, session: BrowserSession, options: LogoutOptions = {}): Promise<Response> {
  return redirectTo(await endSession(house, session, options));
}

/** The same; returns where the browser should go. */
export async function endSession(house: House, session: BrowserSession, options: LogoutOptions = {}): Promise<string> {
  const { settings, tokenEndpoint } = house;
  const seen = session.seen();
  await session.end();
  if (seen !== undefined) settings.tell({ kind: 'signedOut', sub: claimsOf(seen).sub, by: 'user' });
  const refreshToken = seen?.record.tokens.refreshToken;
  if (refreshToken !== undefined) await tokenEndpoint.revoke(refreshToken);
  const returnTo = new URL(options.returnTo ?? settings.postLogoutRedirect, `${settings.baseURL}/`).href;
  const { idpLogout = false, auth0Logout = false } = settings.options;
  if (!idpLogout && !auth0Logout) return returnTo;
  return providerLogout(house, {
    returnTo: tidy(returnTo, options, settings.postLogoutRedirect),
    idToken: seen?.record.tokens.idToken,
    options,
  }).catch(() => returnTo);
}

/** Registered addresses are compared letter by letter: without a path they have no slash. */
function tidy(url: string, { returnTo }: LogoutOptions, usual: string): string {
  const asked = returnTo ?? usual;
  return /^https?:/.test(asked) ? asked : url;
}

async function providerLogout(
  { settings, provider }: House,
  { returnTo, idToken, options }: { returnTo: string; idToken: string | undefined; options: LogoutOptions },
): Promise<string> {
  const { issuer, clientId, options: configured } = settings;
  const more = { ...configured.logoutParams, ...options.logoutParams };
  if (configured.auth0Logout) return addressWith(`${issuer}/v2/logout`, { client_id: clientId, returnTo, ...more });
  const { end_session_endpoint } = await provider.metadata();
  if (end_session_endpoint === undefined) return returnTo;
  // OpenID Connect RP-Initiated Logout 1.0, section 2
  const parameters = { client_id: clientId, post_logout_redirect_uri: returnTo, id_token_hint: idToken, ...more };
  return addressWith(end_session_endpoint, parameters);
}
