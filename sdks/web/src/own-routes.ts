import { answerLogoutToken } from './sign-out/back-channel.ts';
import type { Visit } from './visit.ts';

/** Answers what is asked of the app's own sign-in routes; `undefined` for everything else. */
export async function answerOwnRoute(visit: Visit): Promise<Response | undefined> {
  const { request, house } = visit;
  const { routes, baseURL } = house.settings;
  const { pathname } = new URL(request.url);
  const isGet = request.method === 'GET';
  if (isGet && pathname === routes.login) return visit.login({ returnTo: baseURL });
  if (isGet && pathname === routes.logout) return visit.logout();
  if (routes.isCallbackOurs && pathname === routes.callback && (isGet || request.method === 'POST'))
    return visit.callback();
  if (request.method === 'POST' && pathname === routes.backchannelLogout) return answerLogoutToken(house, request);
  return undefined;
}
