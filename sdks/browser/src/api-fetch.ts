import type { Parts } from './parts.ts';

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
  // Asked for a newer sign-in or more permissions, another token of the same kind would not help: see `challengeOf`.
  const isEnough = /\binsufficient_/.test(response.headers.get('www-authenticate') ?? '');
  if (!isRefused || isEnough) return response;
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
