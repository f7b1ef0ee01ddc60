import { json } from '../answers.ts';
import { needed } from '../session/browser-session.ts';
import { refreshed } from '../token-set.ts';
import type { Visit } from '../visit.ts';
import { replayable } from './replayable.ts';
import { targetOf } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** Headers that go to an API; no cookie, nothing about who asks, nothing between two hops. */
const sent =
  'accept accept-language content-type content-language if-match if-none-match if-modified-since if-unmodified-since if-range range prefer idempotency-key traceparent tracestate x-request-id'.split(
    ' ',
  );
/** Headers of an API that do not come to the browser: its cookies, its rules for browsers, what is between two hops or about the encoding of the way. */
const keptBack = new Set(
  'set-cookie connection keep-alive proxy-authenticate te trailer transfer-encoding upgrade content-encoding content-length authorization strict-transport-security clear-site-data'.split(
    ' ',
  ),
);

/**
 * Makes a call of the page with the user's access token, renewed before where its end is near, and once when the API refuses it.
 * Bodies are streamed both ways; a call whose body is too long to be kept is not made a second time.
 */
export async function callUpstream(
  upstreams: readonly Upstream[],
  visit: Visit,
  pathAndQuery: string,
): Promise<Response> {
  const { request, oidc, session, house } = visit;
  const { url, upstream } = targetOf(upstreams, request.method, pathAndQuery);
  needed(session);
  const token = await oidc.getAccessToken();
  await session.touch();
  const body = await replayable(request);
  const first = await send(visit, url, token, body.stream());
  const isRefused = first?.status === 401 && !/\binsufficient_/.test(first.headers.get('www-authenticate') ?? '');
  if (!isRefused || !body.isKept || !mayRenew(visit)) return answerOf(first, upstream, visit);
  await first.body?.cancel();
  const { access_token } = await refreshed(house, session, token);
  return answerOf(await send(visit, url, access_token, body.stream()), upstream, visit);
}

/** So young a token is not refused for its age: another one would be refused as well, at every call. */
const youngMs = 10_000;

function mayRenew({ session, house }: Visit): boolean {
  const { refreshToken, obtainedAtMs } = needed(session).record.tokens;
  return refreshToken !== undefined && house.settings.environment.now() - obtainedAtMs >= youngMs;
}

/** `undefined`: the API cannot be reached. */
async function send(
  { request, house }: Visit,
  url: string,
  token: string,
  body: BodyInit | undefined,
): Promise<Response | undefined> {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  for (const name of sent) {
    const value = request.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  const { method, signal } = request;
  const init = { method, headers, signal, redirect: 'manual', ...(body !== undefined && { body, duplex: 'half' }) };
  return house.settings.environment.fetch(url, init as RequestInit).catch(() => undefined);
}

function answerOf(answer: Response | undefined, upstream: Upstream, { request }: Visit): Response {
  if (answer === undefined)
    return json({ error: 'upstream_unavailable', error_description: 'the API does not answer' }, 502);
  const headers = new Headers();
  for (const [name, value] of answer.headers)
    if (!keptBack.has(name) && !name.startsWith('access-control-')) headers.append(name, value);
  const location = headers.get('location');
  if (location !== null) setLocation(headers, new URL(location, answer.url || upstream.target).href, upstream, request);
  headers.set('cache-control', forThisUser(headers.get('cache-control')));
  headers.append('vary', 'cookie');
  const isEmpty = [204, 205, 304].includes(answer.status);
  return new Response(isEmpty ? null : answer.body, { status: answer.status, headers });
}

/**
 * At an API the header `Authorization` keeps an answer out of caches that users share ([RFC 9111, section 3.5](https://www.rfc-editor.org/rfc/rfc9111#section-3.5)).
 * The page's call has none, so the answer itself must say it.
 */
function forThisUser(rule: string | null): string {
  if (!rule) return 'no-store';
  return /\b(private|no-store|public|s-maxage)\b/i.test(rule) ? rule : `private, ${rule}`;
}

/** A redirect within the API stays behind the backend; one that leads elsewhere is no affair of the page's. */
function setLocation(headers: Headers, location: string, { target, path }: Upstream, { url }: Request): void {
  const base = target.replace(/\/$/, '');
  const { pathname } = new URL(url);
  const prefix = pathname.slice(0, pathname.indexOf(`${path}`));
  if (location.startsWith(`${base}/`)) headers.set('location', prefix + path + location.slice(base.length));
  else headers.delete('location');
}
