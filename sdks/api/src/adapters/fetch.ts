import { answerOf, type RefusedAnswer } from '../answer.ts';
import { isBound, type Guard } from '../guards.ts';
import type { ApiSettings } from '../settings.ts';
import { createAccessTokenVerifier, type AccessTokenVerifier, type Auth } from '../verifier.ts';

export {
  claimCheck,
  claimEquals,
  claimIncludes,
  requireAcr,
  requiredScopes,
  requireFreshLogin,
  scopeIncludesAny,
} from '../guards.ts';
export type { Guard } from '../guards.ts';

/** A handler that knows who asks. */
export type AuthorizedHandler = (request: Request, auth: Auth) => Response | Promise<Response>;

/** Wraps handlers, so that only requests with a good access token reach them. */
export interface Protector {
  /** `demands` are met by the token too: `requiredScopes('read:reports')`. */
  (handler: AuthorizedHandler, ...demands: readonly Guard[]): (request: Request) => Promise<Response>;
  readonly verifier: AccessTokenVerifier;
}

/**
 * Access tokens for handlers from `Request` to `Response`.
 *
 * @param settings how tokens are checked, or a verifier that does it
 */
export function auth(settings: ApiSettings | { verifier: AccessTokenVerifier }): Protector {
  const verifier = 'verifier' in settings ? settings.verifier : createAccessTokenVerifier(settings);
  const protect =
    (handler: AuthorizedHandler, ...demands: readonly Guard[]) =>
    async (request: Request) => {
      const result = await verifier.verify(request);
      if (!result.ok) return refusalResponse(result.answer);
      const refusal = firstRefusal(demands, result.auth, verifier.now());
      if (refusal !== undefined) return refusalResponse(answerOf(refusal, verifier.challenge, isBound(result.auth)));
      return withHeaders(await handler(request, result.auth), result.headers);
    };
  return Object.assign(protect, { verifier });
}

/**
 * What the API says of itself, as a response: for `/.well-known/oauth-protected-resource`, without a token.
 * [RFC 9728, section 3](https://www.rfc-editor.org/rfc/rfc9728#section-3)
 */
export function resourceMetadata({ verifier }: { verifier: AccessTokenVerifier }): Response {
  const { resourceMetadata: metadata } = verifier;
  if (metadata === undefined) throw new TypeError('resourceMetadata() needs the setting resource');
  return Response.json(metadata, { headers: { 'Access-Control-Allow-Origin': '*' } });
}

/** A refusal as a response. */
export function refusalResponse({ status, headers, body }: RefusedAnswer): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function firstRefusal(demands: readonly Guard[], token: Auth, nowMs: number): ReturnType<Guard> {
  for (const demand of demands) {
    const refusal = demand(token, nowMs);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Headers of a response may be sealed, as those of `fetch` are. */
function withHeaders(response: Response, headers: Record<string, string>): Response {
  if (Object.keys(headers).length === 0) return response;
  const copy = new Response(response.body, response);
  for (const name in headers) copy.headers.set(name, headers[name] ?? '');
  return copy;
}
