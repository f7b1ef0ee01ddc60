import { requestLogout } from '@ostiary/service';
import type { Hono } from 'hono';
import { knownBrowser } from '../browser.ts';
import type { Bindings, HttpContext } from '../context.ts';
import { conclude } from './end-session.ts';

/** Parameters of that address, by what RP-Initiated Logout calls them; others are left out. */
const standardNames = new Map([
  ['client_id', 'client_id'],
  ['returnTo', 'post_logout_redirect_uri'],
  ['id_token_hint', 'id_token_hint'],
  ['state', 'state'],
]);

/**
 * Sign-out at the address that client libraries for Auth0 build, by the same rules: `returnTo` is compared exactly with the client's
 * registration, and without a hint the person is asked. They build it from the host of the issuer alone, so it stands there too.
 */
export function auth0LogoutRoutes(root: Hono<Bindings>, context: HttpContext): void {
  for (const path of new Set([`${context.basePath}/v2/logout`, '/v2/logout'])) {
    root.get(path, async (c) => {
      const known = knownBrowser(c, context);
      const pairs = translated(new URL(c.req.url).searchParams);
      return conclude(c, context, known, pairs, await requestLogout(context.service, pairs, known.browser, false));
    });
  }
}

function translated(pairs: URLSearchParams): URLSearchParams {
  const known = [...pairs].flatMap(([name, value]): [string, string][] => {
    const standard = standardNames.get(name);
    return standard === undefined ? [] : [[standard, value]];
  });
  return new URLSearchParams(known);
}
