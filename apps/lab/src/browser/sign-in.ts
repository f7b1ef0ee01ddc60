import { bytesToBase64url, randomBase64url, sha256 } from './base64url.ts';

/** What the page keeps in session storage between leaving for the issuer and coming back. */
export interface SignInRequest {
  verifier: string;
  challenge: string;
  state: string;
  nonce: string;
}

export async function makeSignInRequest(): Promise<SignInRequest> {
  const verifier = randomBase64url(32);
  return {
    verifier,
    challenge: bytesToBase64url(await sha256(verifier)),
    state: crypto.randomUUID(),
    nonce: randomBase64url(16),
  };
}

interface AuthorizationTarget {
  authorizationEndpoint: string;
  clientId: string;
  redirectUri: string;
  scope: string;
}

/** [RFC 7636, section 4.3](https://www.rfc-editor.org/rfc/rfc7636#section-4.3) */
export function authorizationUrl(request: SignInRequest, target: AuthorizationTarget): URL {
  const url = new URL(target.authorizationEndpoint);
  url.searchParams.set('response_type', 'code');
  url.searchParams.set('client_id', target.clientId);
  url.searchParams.set('redirect_uri', target.redirectUri);
  url.searchParams.set('scope', target.scope);
  url.searchParams.set('state', request.state);
  url.searchParams.set('nonce', request.nonce);
  url.searchParams.set('code_challenge', request.challenge);
  url.searchParams.set('code_challenge_method', 'S256');
  return url;
}

export type Callback =
  | { kind: 'none' }
  | { kind: 'code'; code: string }
  | { kind: 'error'; error: string; description: string };

/**
 * Reads what the issuer sent back. An answer to another request (`state`) or from another issuer
 * ([RFC 9207](https://www.rfc-editor.org/rfc/rfc9207#section-2.4)) is an error, whatever it contains.
 */
export function readCallback(search: string, expected: { state: string | undefined; issuer: string }): Callback {
  const answer = new URLSearchParams(search);
  const code = answer.get('code');
  const error = answer.get('error');
  if (code === null && error === null) return { kind: 'none' };
  if (expected.state === undefined || answer.get('state') !== expected.state) {
    return { kind: 'error', error: 'wrong_state', description: 'This answer belongs to another sign-in.' };
  }
  if (answer.get('iss') !== expected.issuer) {
    return { kind: 'error', error: 'wrong_issuer', description: 'This answer came from another issuer.' };
  }
  if (error !== null) return { kind: 'error', error, description: answer.get('error_description') ?? '' };
  return { kind: 'code', code: code ?? '' };
}
