import { decode } from '@ostiary/session';
import type { JwtClaims } from '@ostiary/session';
import type { ClientSettings } from './settings.ts';
import type { Environment } from './environment.ts';
import type { Provider } from './provider.ts';
import { SessionError } from './session-error.ts';

/** What a sign-in may ask for beyond what the client is configured with. */
export interface AskOptions {
  /** Handed back by `handleCallback`. Default: the address of now. */
  returnTo?: string;
  prompt?: 'none' | 'login' | 'consent' | 'select_account';
  loginHint?: string;
  acrValues?: string;
  maxAgeSeconds?: number;
  /** In place of the configured scope. */
  scope?: string;
}

/** One way to the provider and back: kept until its answer was taken. */
export interface Transaction {
  state: string;
  nonce: string;
  verifier: string;
  /** Names the redemption of the code, so that a repeated one is recognised. */
  attempt: string;
  redirectUri: string;
  returnTo: string;
  maxAgeSeconds?: number | undefined;
}

/** Draws what protects a sign-in, and builds the address that begins it. [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) */
export async function beginAuthorization(
  { environment, options }: { environment: Environment; options: ClientSettings },
  provider: Provider,
  { returnTo = environment.location.href(), prompt, loginHint, acrValues, maxAgeSeconds, scope }: AskOptions,
  redirectUri = options.redirectUri,
): Promise<{ url: string; transaction: Transaction }> {
  const [state, nonce, verifier, attempt] = [16, 16, 32, 24].map((bytes) => environment.random(bytes)) as [
    string,
    string,
    string,
    string,
  ];
  const parameters = {
    response_type: 'code',
    client_id: options.clientId,
    redirect_uri: redirectUri,
    scope: scope ?? options.scope ?? 'openid',
    resource: options.audience,
    state,
    nonce,
    code_challenge: await environment.digest(verifier),
    code_challenge_method: 'S256',
    prompt,
    login_hint: loginHint,
    acr_values: acrValues,
    max_age: maxAgeSeconds,
    dpop_jkt: await options.proof?.thumbprint(),
  };
  const transaction: Transaction = {
    state,
    nonce,
    verifier,
    attempt,
    redirectUri,
    returnTo,
    maxAgeSeconds,
  };
  return { url: addressWith(provider.authorization_endpoint, parameters), transaction };
}

/** An address with the parameters that are there. */
export function addressWith(endpoint: string, parameters: Record<string, string | number | undefined>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url.href;
}

/** The form that redeems a code. [RFC 6749, section 4.1.3](https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3) */
export function redemptionForm(clientId: string, code: string, transaction: Transaction): Record<string, string> {
  return {
    grant_type: 'authorization_code',
    client_id: clientId,
    code,
    redirect_uri: transaction.redirectUri,
    code_verifier: transaction.verifier,
    attempt: transaction.attempt,
  };
}

/** Refuses an answer that another provider gave. [RFC 9207, section 2.4](https://www.rfc-editor.org/rfc/rfc9207#section-2.4) */
export function checkIssuer(provider: Provider, parameters: URLSearchParams): void {
  const iss = parameters.get('iss');
  const isDue = provider.authorization_response_iss_parameter_supported === true;
  if (iss === provider.issuer || (iss === null && !isDue)) return;
  throw new SessionError('bad_response', `issuer ${iss}`);
}

const toleranceSeconds = 300;

/**
 * Checks the claims of an ID token that came from the token endpoint itself, where TLS vouches for it
 * ([OpenID Connect Core 1.0, section 3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)).
 */
export function checkIdToken(
  idToken: string | undefined,
  expected: { issuer: string; clientId: string; nonce: string; nowMs: number; maxAgeSeconds?: number | undefined },
): JwtClaims | undefined {
  if (idToken === undefined) return undefined;
  const claims = decode(idToken);
  const { issuer, clientId, nonce, nowMs, maxAgeSeconds } = expected;
  const isOver = (seconds: unknown) => !((Number(seconds) + toleranceSeconds) * 1000 >= nowMs);
  const faults = {
    iss: claims?.iss !== issuer,
    aud: ![claims?.aud].flat().includes(clientId),
    nonce: claims?.nonce !== nonce,
    exp: isOver(claims?.exp),
    auth_time: maxAgeSeconds !== undefined && isOver(Number(claims?.['auth_time']) + maxAgeSeconds),
  };
  const [fault] = Object.entries(faults).find(([, isFault]) => isFault) ?? [];
  if (fault !== undefined) throw new SessionError('bad_response', `ID token: ${fault}`);
  return claims;
}
