import { withFreshToken } from './fresh-tokens.ts';
import { TokenRefused } from './grant-error.ts';
import type { Parts } from './parts.ts';
import { checkSafe } from './safe-url.ts';

/** Sends a request with an access token of the grant; after a 401 once more, with a new one. */
export async function fetchWithGrant(parts: Parts, id: string, request: Request): Promise<Response> {
  checkSafe(request.url);
  let isSecond = false;
  return withFreshToken(parts, id, { forSeconds: 0 }, async (accessToken) => {
    const authorized = request.clone();
    authorized.headers.set('authorization', `Bearer ${accessToken}`);
    const response = await parts.environment.fetch(authorized);
    if (response.status !== 401 || isSecond) return response;
    isSecond = true;
    await response.body?.cancel();
    throw new TokenRefused();
  });
}
