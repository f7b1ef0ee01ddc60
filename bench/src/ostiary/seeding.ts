// Codes and families by the public endpoints alone. A sign-in costs a password hash, so only a few browsers sign in; all
// further codes come from silent authorization requests with their session cookies. The server allows ten families per
// user, client and device, so the requests go round all browsers and clients, and spent families are revoked.
import { createHash, randomBytes } from 'node:crypto';
import { API_SCOPE, REDIRECT_URI, SCOPE, SPA_ORIGIN, type Code, type Family } from '../subject.ts';
import { Browser, type Landing } from './browser.ts';
import { SPA_CLIENTS, USERS } from './configuration.ts';
import type { PageForm } from './page-form.ts';

const BROWSERS_PER_USER = 2;
const PARALLEL_REQUESTS = 8;

export type Endpoints = { authorization_endpoint: string; token_endpoint: string; revocation_endpoint: string };
export type Seeding = {
  /** One family per client, all of one user in one browser. */
  firstFamilies(): Promise<Family[]>;
  codes(count: number): Promise<Code[]>;
  discard(families: Family[]): Promise<void>;
};

type Seat = { browser: Browser; clientId: string };

/** Signs all browsers in and gives every client its consent; from then on no page is shown any more. */
export async function signInEverywhere(origin: string, endpoints: Endpoints): Promise<Seeding> {
  const seats: Seat[] = [];
  for (const user of USERS) {
    for (let copy = 0; copy < BROWSERS_PER_USER; copy++) {
      const browser = new Browser(origin);
      for (const clientId of SPA_CLIENTS) {
        await authorize({ browser, clientId }, endpoints, user);
        seats.push({ browser, clientId });
      }
    }
  }
  let turn = 0;
  const codes = (count: number): Promise<Code[]> =>
    inParallel(count, () => authorize(seats[turn++ % seats.length]!, endpoints));
  return {
    codes,
    firstFamilies: () =>
      inParallel(SPA_CLIENTS.length, async (index) => exchange(await authorize(seats[index]!, endpoints), endpoints)),
    discard: async (families) => {
      await inParallel(families.length, (index) => revoke(families[index]!, endpoints));
    },
  };
}

/** One authorization request; the pages it meets are answered for `user`, and without a user there must be none. */
async function authorize(
  { browser, clientId }: Seat,
  endpoints: Endpoints,
  user?: { username: string; password: string },
): Promise<Code> {
  const codeVerifier = randomBytes(32).toString('base64url');
  let landing: Landing = await browser.visit(authorizationUrl(endpoints, clientId, codeVerifier));
  while ('form' in landing) {
    const { form }: { form: PageForm } = landing;
    if (!user) throw new Error(`A page was shown for a silent authorization request: ${form.action.pathname}.`);
    const isSignIn = form.fields.includes('password');
    const values: Record<string, string> = isSignIn
      ? { username: user.username, password: user.password }
      : { decision: 'allow' };
    landing = await browser.submit(form, values);
  }
  const code = landing.leftFor.searchParams.get('code');
  if (code === null) throw new Error(`No code in the authorization answer: ${landing.leftFor.search}`);
  return { clientId, code, redirectUri: REDIRECT_URI, codeVerifier };
}

function authorizationUrl(endpoints: Endpoints, clientId: string, codeVerifier: string): URL {
  const url = new URL(endpoints.authorization_endpoint);
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
    code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString();
  return url;
}

async function exchange(code: Code, endpoints: Endpoints): Promise<Family> {
  const form = {
    grant_type: 'authorization_code',
    client_id: code.clientId,
    code: code.code,
    redirect_uri: code.redirectUri,
    code_verifier: code.codeVerifier,
  };
  const tokens = await post(endpoints.token_endpoint, form, SPA_ORIGIN);
  const { refresh_token: refreshToken } = JSON.parse(tokens) as { refresh_token?: string };
  if (!refreshToken) throw new Error(`No refresh token for "${SCOPE}"; is ${API_SCOPE} allowed offline access?`);
  return { clientId: code.clientId, refreshToken };
}

async function revoke({ clientId, refreshToken }: Family, endpoints: Endpoints): Promise<void> {
  await post(endpoints.revocation_endpoint, { client_id: clientId, token: refreshToken }, SPA_ORIGIN);
}

/** Posts a form as a page of `origin` does. Throws unless the answer is 200. */
export async function post(endpoint: string, form: Record<string, string>, origin: string): Promise<string> {
  const response = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form), headers: { origin } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${endpoint} answered ${response.status}: ${text.slice(0, 300)}`);
  return text;
}

async function inParallel<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  const walk = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      made[index] = await make(index);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_REQUESTS }, walk));
  return made;
}
