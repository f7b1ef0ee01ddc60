import type { Parts } from './parts.ts';

/** What an API asked for beyond a token that is not over. */
export type Challenge =
  /** [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470): a newer or stronger sign-in. */
  | { kind: 'insufficientUserAuthentication'; acrValues?: string; maxAgeSeconds?: number }
  /** [RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): a permission. */
  | { kind: 'insufficientScope'; scope?: string };

/** Reads what an API's refusal asks for; `undefined` when it asks for nothing that signing in would give. */
export function challengeOf(response: Response): Challenge | undefined {
  const header = response.headers.get('www-authenticate') ?? '';
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`, 'i').exec(header)?.[1];
  const maxAge = value('max_age');
  const [acrValues, scope] = [value('acr_values'), value('scope')];
  switch (value('error')) {
    case 'insufficient_user_authentication':
      return {
        kind: 'insufficientUserAuthentication',
        ...(acrValues !== undefined && { acrValues }),
        ...(maxAge !== undefined && { maxAgeSeconds: Number(maxAge) }),
      };
    case 'insufficient_scope':
      return { kind: 'insufficientScope', ...(scope !== undefined && { scope }) };
    default:
      return undefined;
  }
}

interface TokenSource {
  getAccessToken(): Promise<string>;
  /** A token that is not the one given. */
  renewed(stale: string): Promise<string>;
}

/**
 * `fetch` with an access token. It is renewed before it is sent when its end is near, and once when the API refuses it; then
 * the request is sent again. A second refusal is handed back.
 */
export async function fetchWithToken(parts: Parts, tokens: TokenSource, request: Request): Promise<Response> {
  const again = request.clone();
  const token = await tokens.getAccessToken();
  const response = await send(parts, request, token);
  const isRefused = response.status === 401 || (response.status === 403 && parts.options.renewOn403 === true);
  if (!isRefused || challengeOf(response) !== undefined) return response;
  const fresh = (await nonceOnly(parts, response, token)) ?? (await tokens.renewed(token).catch(() => undefined));
  return fresh === undefined ? response : send(parts, again, fresh);
}

async function send({ environment, proof, time, session }: Parts, request: Request, token: string): Promise<Response> {
  const isBound = proof !== undefined && session.seen()?.tokens.tokenType.toLowerCase() === 'dpop';
  request.headers.set('Authorization', `${isBound ? 'DPoP' : 'Bearer'} ${token}`);
  if (isBound) {
    const { method, url } = request;
    request.headers.set('DPoP', await proof.prove({ method, url, nowMs: time.now(), accessToken: token }));
  }
  const response = await environment.fetch(request);
  const nonce = response.headers.get('dpop-nonce');
  if (nonce !== null) proof?.learnNonce(request.url, nonce);
  return response;
}

/** The API wants its nonce in the proof, not another token ([RFC 9449, section 9](https://www.rfc-editor.org/rfc/rfc9449#section-9)). */
async function nonceOnly({ proof }: Parts, response: Response, token: string): Promise<string | undefined> {
  const isNonce = /error="?use_dpop_nonce/.test(response.headers.get('www-authenticate') ?? '');
  return proof !== undefined && isNonce ? token : undefined;
}
