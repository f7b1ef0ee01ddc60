import { createHash } from 'node:crypto';
import type { House } from '../house.ts';
import type { AuthorizationParams, LoginState } from '../options.ts';
import { keepTransaction } from './transaction.ts';
import type { Transaction } from './transaction.ts';

/** Marks the state of a sign-in that began because the one before was not recognised: it is not begun a third time. */
export const againMark = 'again.';

export interface LoginRequest {
  login: LoginState;
  params: AuthorizationParams;
  isSilent: boolean;
  isAgain?: boolean;
  redirectUri: string;
  /** Id of the session that stands in this browser: a new one takes its place. */
  replaces: string | undefined;
}

/** Draws what protects a sign-in, and the way to the provider. [RFC 7636](https://www.rfc-editor.org/rfc/rfc7636), [RFC 9700](https://www.rfc-editor.org/rfc/rfc9700) */
export async function beginLogin(
  { settings, provider }: House,
  { login, params, isSilent, isAgain = false, redirectUri, replaces }: LoginRequest,
  cookies: ReadonlyMap<string, string>,
): Promise<{ location: string; cookies: string[] }> {
  const { environment, clientId, authorizationParams } = settings;
  const { authorization_endpoint } = await provider.metadata();
  const asked: AuthorizationParams = { ...authorizationParams, ...params, ...(isSilent && { prompt: 'none' }) };
  const responseType = asked.response_type ?? 'code';
  const transaction: Transaction = {
    state: (isAgain ? againMark : '') + environment.random(18),
    nonce: environment.random(18),
    verifier: environment.random(32),
    attempt: environment.random(24),
    redirectUri,
    responseType,
    maxAgeSeconds: asked['max_age'] === undefined ? undefined : Number(asked['max_age']),
    isSilent,
    beganAtMs: environment.now(),
    login,
    replaces,
  };
  const url = addressWith(authorization_endpoint, {
    ...asked,
    // An API is named in two ways: `audience` is what many apps say, `resource` is the standard (RFC 8707, section 2).
    resource: asked['resource'] ?? asked.audience,
    client_id: clientId,
    redirect_uri: redirectUri,
    response_mode: asked.response_mode ?? (responseType === 'code' ? undefined : 'form_post'),
    state: transaction.state,
    nonce: transaction.nonce,
    ...(responseType !== 'id_token' && {
      code_challenge: createHash('sha256').update(transaction.verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  });
  return { location: url, cookies: await keepTransaction(settings, transaction, cookies) };
}

/** An address with the parameters that are there. */
export function addressWith(endpoint: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
