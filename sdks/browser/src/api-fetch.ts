import type { Parts } from './parts.ts';

/** What an API asked for beyond a token that is not over. */
export type Challenge =
  /** [RFC 9470](https://www.rfc-editor.org/rfc/rfc9470): a newer or stronger sign-in. */
  | { kind: 'insufficientUserAuthentication'; acrValues?: string | undefined; maxAgeSeconds?: number | undefined }
  /** [RFC 6750, section 3.1](https://www.rfc-editor.org/rfc/rfc6750#section-3.1): a permission. */
  | { kind: 'insufficientScope'; scope?: string | undefined };

/** Reads what an API's refusal asks for; `undefined` when it asks for nothing that signing in would give. */
export function challengeOf(response: Response): Challenge | undefined {
  const header = response.headers.get('www-authenticate') ?? '';
  const value = (name: string) => new RegExp(`\\b${name}="?([^",]*)"?`, 'i').exec(header)?.[1];
  const error = value('error');
  const maxAge = value('max_age');
  const maxAgeSeconds = maxAge === undefined ? undefined : Number(maxAge);
  if (error === 'insufficient_user_authentication')
    return { kind: 'insufficientUserAuthentication', acrValues: value('acr_values'), maxAgeSeconds };
  return error === 'insufficient_scope' ? { kind: 'insufficientScope', scope: value('scope') } : undefined;
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
  const token = await tokens.getAccessToken();
  const response = await send(parts, request, token);
  const isRefused = response.status === 401 || (response.status === 403 && parts.options.renewOn403);
  if (!isRefused || challengeOf(response)) return response;
  const fresh = await tokens.renewed(token).catch(() => undefined);
  return fresh === undefined ? response : send(parts, request, fresh);
}

async function send(
  { environment, proof, time, session }: Parts,
  request: Request,
  accessToken: string,
): Promise<Response> {
  const bound = session.seen()?.tokens.tokenType.toLowerCase() === 'dpop' ? proof : undefined;
  const make = (headers: Record<string, string>) => {
    const copy = request.clone();
    copy.headers.set('Authorization', `${bound ? 'DPoP' : 'Bearer'} ${accessToken}`);
    for (const name in headers) copy.headers.set(name, headers[name] ?? '');
    return environment.fetch(copy);
  };
  const { method, url } = request;
  return bound ? bound.send(make, { method, url, nowMs: time.now(), accessToken }) : make({});
}
