// #region sign-in
import * as client from 'openid-client';

const callback = 'http://localhost:3001/callback';
let discovered: client.Configuration | undefined;

/** Discovers the issuer at the first use: the app may be up before it. */
async function configuration(): Promise<client.Configuration> {
  discovered ??= await client.discovery(
    new URL('http://localhost:4000'),
    'example-web',
    undefined,
    client.ClientSecretBasic(process.env.EXAMPLE_WEB_SECRET),
    { execute: [client.allowInsecureRequests] }, // for http on localhost alone: leave it out with https
  );
  return discovered;
}

/** What to keep in the browser's session at the app until the person comes back. */
export interface PendingSignIn {
  verifier: string;
  state: string;
  nonce: string;
}

/** Redirect the browser to `url`. */
export async function startSignIn(): Promise<{ url: URL; pending: PendingSignIn }> {
  const pending = {
    verifier: client.randomPKCECodeVerifier(),
    state: client.randomState(),
    nonce: client.randomNonce(),
  };
  const url = client.buildAuthorizationUrl(await configuration(), {
    redirect_uri: callback,
    scope: 'openid profile email offline_access read:reports',
    code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: 'S256',
    state: pending.state,
    nonce: pending.nonce,
  });
  return { url, pending };
}

/** Who is signed in, and the tokens. Keep it on the server, under a new session id. */
export interface SignedIn {
  sub: string;
  name: unknown;
  idToken: string | undefined;
  accessToken: string;
  expiresAtMs: number;
  refreshToken: string | undefined;
}

/** Runs at /callback, with the whole address that the browser came to. */
export async function finishSignIn(address: URL, { verifier, state, nonce }: PendingSignIn): Promise<SignedIn> {
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
  const answer = await client.authorizationCodeGrant(await configuration(), address, checks);
  const claims = answer.claims();
  if (claims === undefined) throw new Error('an answer without an ID token');
  return { sub: claims.sub, name: claims['name'], ...tokensOf(answer) };
}

function tokensOf(answer: client.TokenEndpointResponse): Omit<SignedIn, 'sub' | 'name'> {
  return {
    idToken: answer.id_token,
    accessToken: answer.access_token,
    expiresAtMs: Date.now() + (answer.expires_in ?? 0) * 1000,
    refreshToken: answer.refresh_token,
  };
}
// #endregion sign-in

// #region renew
/** The session with fresh tokens, or undefined when the person must sign in again. */
export async function renew(session: SignedIn): Promise<SignedIn | undefined> {
  if (session.refreshToken === undefined) return undefined;
  try {
    const answer = await client.refreshTokenGrant(await configuration(), session.refreshToken);
    const { refreshToken = session.refreshToken, ...tokens } = tokensOf(answer);
    return { ...session, ...tokens, refreshToken };
  } catch (fault) {
    if (fault instanceof client.ResponseBodyError && fault.error === 'invalid_grant') return undefined;
    // Network, time-out, 429, 5xx: keep the session and try again later.
    throw fault;
  }
}
// #endregion renew

// #region sign-out
/** Ends the refresh token, and gives the address to redirect the browser to. Forget the session at the app first. */
export async function signOut({ refreshToken, idToken }: SignedIn): Promise<URL> {
  const config = await configuration();
  if (refreshToken !== undefined) await client.tokenRevocation(config, refreshToken);
  return client.buildEndSessionUrl(config, {
    post_logout_redirect_uri: 'http://localhost:3001/',
    ...(idToken !== undefined && { id_token_hint: idToken }),
  });
}
// #endregion sign-out
