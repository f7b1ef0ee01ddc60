import { redirectTo } from '../answers.ts';
import type { LoginOptions, LoginState } from '../options.ts';
import type { Visit } from '../visit.ts';
import { beginLogin } from './login.ts';
import { safeReturnTo } from './return-to.ts';

/** Sends the browser to the provider. What it wanted, a page that was asked for by GET, is gone to afterwards. */
export async function startLogin(visit: Visit, options: LoginOptions = {}, isAgain?: LoginState): Promise<Response> {
  const { house, request, native, cookies, session } = visit;
  const { settings } = house;
  const { routes, origin, options: configured } = settings;
  const asked = options.returnTo ?? (isNavigation(request) ? addressOf(request.url, origin) : undefined);
  const state = await configured.getLoginState?.(native.request, options);
  const stated = state?.['returnTo'];
  const returnTo = safeReturnTo(settings, typeof stated === 'string' ? stated : (asked ?? settings.baseURL));
  const login = isAgain ?? { ...state, returnTo };
  const { location, cookies: lines } = await beginLogin(
    house,
    {
      login,
      params: options.authorizationParams ?? {},
      isSilent: options.silent ?? false,
      isAgain: isAgain !== undefined,
      redirectUri: options.authorizationParams?.['redirect_uri'] ?? origin + routes.callback,
      replaces: session.seen()?.record.id,
    },
    cookies,
  );
  for (const line of lines) visit.addCookie(line);
  return redirectTo(location);
}

/** Whether a browser asks for a page that can be asked for again. A script that fetches one could not follow to the provider. */
export function isNavigation({ method, headers }: Request): boolean {
  const destination = headers.get('sec-fetch-dest');
  const isPage =
    destination === null
      ? (headers.get('accept') ?? '').includes('text/html')
      : ['document', 'iframe', 'frame'].includes(destination);
  return (method === 'GET' || method === 'HEAD') && isPage;
}

/** As browsers see it: a proxy may have called this app by another name. */
function addressOf(url: string, origin: string): string {
  const { pathname, search } = new URL(url);
  return origin + pathname + search;
}
