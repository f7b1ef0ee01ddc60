// #region sign-in
const issuer = 'http://localhost:4000';
const clientId = 'example-spa';
const redirectUri = 'http://localhost:3000/callback';

/** Leaves the page; the browser comes back to /callback. */
export async function signIn(): Promise<void> {
  const verifier = randomText();
  const state = randomText();
  sessionStorage.setItem('example-spa.sign-in', JSON.stringify({ verifier, state }));
  const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: 'openid profile offline_access read:reports',
    state,
    code_challenge: base64url(new Uint8Array(challenge)),
    code_challenge_method: 'S256',
  });
  location.assign(`${issuer}/authorize?${request}`);
}

/** Runs on the page /callback. */
export async function finishSignIn(): Promise<void> {
  const answer = new URLSearchParams(location.search);
  history.replaceState(null, '', location.pathname);
  const expected: { verifier?: string; state?: string } = JSON.parse(
    sessionStorage.getItem('example-spa.sign-in') ?? '{}',
  );
  sessionStorage.removeItem('example-spa.sign-in');
  const isOurs = expected.state !== undefined && answer.get('state') === expected.state && answer.get('iss') === issuer;
  if (!isOurs) throw new Error('this answer belongs to no sign-in of this tab');
  const code = answer.get('code');
  if (code === null) throw new Error(`${answer.get('error')}: ${answer.get('error_description')}`);
  const { status, body } = await postToken({
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: expected.verifier ?? '',
  });
  if (status !== 200) throw new Error(`${body.error}: ${body.error_description}`);
  write(tokensOf(body));
}

function randomText(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
// #endregion sign-in

// #region renew
interface Tokens {
  accessToken: string;
  expiresAtMs: number;
  refreshToken?: string;
  /** Names the renewal under way; stands here from before it is sent until its answer is stored. */
  attempt?: string;
}

/** `later`: nothing is known, keep everything and try again. `sign-in`: the session has ended. */
type Renewal = { kind: 'ready'; accessToken: string } | { kind: 'later' } | { kind: 'sign-in'; cause?: string };

/** Gives an access token that lives another minute at least, renewed if need be; one tab at a time. */
export function getAccessToken(): Promise<Renewal> {
  return navigator.locks.request('example-spa.renew', renewWhenDue);
}

async function renewWhenDue(): Promise<Renewal> {
  // Read in the same task that sends: another tab may have renewed meanwhile.
  const stored = read();
  if (stored !== undefined && stored.expiresAtMs - Date.now() > 60_000)
    return { kind: 'ready', accessToken: stored.accessToken };
  if (stored?.refreshToken === undefined) return { kind: 'sign-in' };
  const attempt = stored.attempt ?? randomText();
  write({ ...stored, attempt });
  const { refreshToken } = stored;
  const { status, body } = await postToken({ grant_type: 'refresh_token', refresh_token: refreshToken, attempt });
  if (status === 200) {
    const tokens = { refreshToken, ...tokensOf(body) };
    write(tokens);
    return { kind: 'ready', accessToken: tokens.accessToken };
  }
  if (status !== 400 || body.error !== 'invalid_grant') return { kind: 'later' };
  localStorage.removeItem('example-spa.tokens');
  return { kind: 'sign-in', cause: body.error_cause };
}

interface TokenAnswer {
  access_token?: string;
  expires_in?: number;
  refresh_token?: string;
  error?: string;
  error_description?: string;
  error_cause?: string;
}

/** Status 0: no answer came, or none that can be read. */
async function postToken(form: Record<string, string>): Promise<{ status: number; body: TokenAnswer }> {
  try {
    const response = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, ...form }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: await response.json() };
  } catch {
    return { status: 0, body: { error: 'no_answer' } };
  }
}

function tokensOf({ access_token, expires_in = 0, refresh_token }: TokenAnswer): Tokens {
  if (access_token === undefined) throw new Error('an answer without an access token');
  const tokens = { accessToken: access_token, expiresAtMs: Date.now() + expires_in * 1000 };
  // Without a refresh token in the answer the old one stays.
  return refresh_token === undefined ? tokens : { ...tokens, refreshToken: refresh_token };
}

function read(): Tokens | undefined {
  const text = localStorage.getItem('example-spa.tokens');
  return text === null ? undefined : JSON.parse(text);
}

function write(tokens: Tokens): void {
  localStorage.setItem('example-spa.tokens', JSON.stringify(tokens));
}
// #endregion renew
