import { sessionEnd } from '@ostiary/session';
import { errorAnswer, json, redirectTo } from '../answers.ts';
import { asSeenByBrowsers, withCookies } from '../fetch/fetch.ts';
import type { WebOptions } from '../options.ts';
import { needed } from '../session/browser-session.ts';
import { endOf } from '../session/web-session.ts';
import { endSession } from '../sign-out/sign-out.ts';
import { answerOwnRoute } from '../own-routes.ts';
import type { Visit } from '../visit.ts';
import { createWebAuth } from '../web-auth.ts';
import type { WebAuth } from '../web-auth.ts';
import { WebError } from '../web-error.ts';
import { checkOwnCall } from './own-call.ts';
import { callUpstream } from './proxy.ts';
import { checkedUpstreams } from './upstream.ts';
import type { Upstream } from './upstream.ts';

/** A backend for a single-page app: the browser holds a cookie and never sees a token ([RFC 10017, section 6.1](https://www.rfc-editor.org/rfc/rfc10017)). */
export interface BffOptions extends Omit<
  WebOptions<Request, undefined>,
  'authRequired' | 'required' | 'routes' | 'errorOnRequiredAuth'
> {
  /** Path under which everything lies. Default: `/bff`. */
  prefix?: string;
  /** The APIs that may be called, and nothing else. */
  upstreams: readonly Upstream[];
  /** Where the browser goes after a sign-out. Default: `baseURL`. */
  postLogoutRedirect?: string;
}

/** What the app's page is told about its user: the answer to `GET {prefix}/user`. */
export interface BffUser {
  /** Claims of the ID token about the user. */
  claims: Record<string, unknown>;
  /** Seconds until the session ends if it is not used. */
  session_expires_in: number;
  /** Whether using it moves that end. */
  session_can_extend: boolean;
  /** Where a link signs out: good for this session alone. */
  logout_url: string;
}

export interface Bff {
  /** Answers what lies under the prefix; `undefined` for everything else. */
  handle(request: Request): Promise<Response | undefined>;
}

/** A backend for a single-page app. Throws a `TypeError` for options that do not hold. */
export function createBff(options: BffOptions): Bff {
  const { prefix = '/bff', upstreams, postLogoutRedirect, session, ...others } = options;
  const below = (path: string) => `${prefix}/${path}`;
  const webAuth = createWebAuth({
    ...others,
    authRequired: false,
    // A cookie that no cross-site request carries, whatever its kind (RFC 10017, section 6.1.3.2).
    session: { ...session, cookie: { sameSite: 'Strict', ...session?.cookie } },
    routes: {
      login: false,
      logout: false,
      callback: below('callback'),
      backchannelLogout: below('backchannel-logout'),
      ...(postLogoutRedirect !== undefined && { postLogoutRedirect }),
    },
  } as WebOptions);
  const house: BffHouse = {
    webAuth,
    prefix: new URL(webAuth.house.settings.baseURL).pathname.replace(/\/$/, '') + prefix,
    upstreams: checkedUpstreams(upstreams),
  };
  return { handle: (request) => handle(house, asSeenByBrowsers(request, webAuth.house.settings.origin)) };
}

interface BffHouse {
  webAuth: WebAuth;
  prefix: string;
  upstreams: readonly Upstream[];
}

async function handle(house: BffHouse, request: Request): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!pathname.startsWith(`${house.prefix}/`)) return undefined;
  const visit = await house.webAuth.open(request, { request, response: undefined }).catch(errorAnswer);
  if (visit instanceof Response) return visit;
  const answer = await answerBelow(house, visit, pathname.slice(house.prefix.length)).catch(errorAnswer);
  return withCookies(answer, visit);
}

async function answerBelow(house: BffHouse, visit: Visit, path: string): Promise<Response> {
  const own = await answerOwnRoute(visit);
  if (own !== undefined) return own;
  const { request } = visit;
  const url = new URL(request.url);
  switch (`${request.method} ${path}`) {
    case 'GET /login':
      return visit.login({ returnTo: url.searchParams.get('returnTo') ?? '/' });
    case 'GET /logout':
      return logoutByLink(visit, url.searchParams.get('token'));
    default:
      checkOwnCall(request, visit.house.settings.origin);
  }
  switch (`${request.method} ${path}`) {
    case 'GET /user':
      return json(await tellUser(house, visit, url.searchParams.get('slide') !== 'false'));
    case 'POST /logout':
      return json({ location: await endSession(visit.house, visit.session) });
    default:
      return callUpstream(house.upstreams, visit, path + url.search);
  }
}

async function tellUser({ prefix }: BffHouse, { house, session, oidc }: Visit, isSliding: boolean): Promise<BffUser> {
  const { settings } = house;
  needed(session);
  if (isSliding) await session.touch();
  const seen = needed(session);
  const nowMs = settings.environment.now();
  const endsAtMs = Math.min(endOf(seen, settings.session), sessionEnd(seen.record.tokens)?.endsAtMs ?? Infinity);
  return {
    claims: oidc.user ?? {},
    session_expires_in: Math.max(0, Math.floor((endsAtMs - nowMs) / 1000)),
    session_can_extend: settings.session.isRolling && endsAtMs < seen.createdAtMs + settings.session.absoluteMs,
    logout_url: `${prefix}/logout?token=${logoutToken(house.settings, seen.record.id)}`,
  };
}

/** A link cannot carry a header: it shows that it was made for this session. */
async function logoutByLink(visit: Visit, token: string | null): Promise<Response> {
  const seen = visit.session.seen();
  if (seen === undefined) return redirectTo(visit.house.settings.postLogoutRedirect);
  if (token !== logoutToken(visit.house.settings, seen.record.id))
    throw new WebError('bad_request', 'this link does not sign this session out: use logout_url of /user');
  return visit.logout();
}

function logoutToken({ sealer }: Visit['house']['settings'], id: string): string {
  return sealer.derive('logout', id);
}
