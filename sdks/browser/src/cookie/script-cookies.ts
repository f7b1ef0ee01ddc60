import type { OpenStore } from '../store.ts';
import { openCookieStore } from './cookie-store.ts';

export interface ScriptCookieOptions {
  /** How long the browser keeps the session, in seconds, from its last renewal. Default: until the browser is closed. */
  maxAgeSeconds?: number;
}

/**
 * Keeps the session in cookies that script writes: `createClient({ storage: scriptCookies() })`. Choose it only where cookies
 * are all there is.
 *
 * Its risk is greater than that of local storage. Any script that ever runs in this origin can read a refresh token and use it
 * elsewhere, because a cookie that script writes is readable by script: nothing here is `HttpOnly`. And the tokens go with
 * every request to this origin, to its servers, proxies and their logs. So a client wants it together with `dpop()`, or
 * `scriptsMayTakeRefreshTokens`. Servers refuse requests whose cookies are too large, often from 8 KB: keep tokens small. The
 * cookies are `SameSite=Strict`, and over https `Secure` with the prefix `__Host-`, so that no other host can plant them.
 * Browsers drop cookies that script wrote after some time (Safari: seven days; all: 400). Where cookies are refused, the page's
 * memory serves. A session that a server keeps behind an `HttpOnly` cookie is another thing, and the better one.
 */
export function scriptCookies({ maxAgeSeconds }: ScriptCookieOptions = {}): OpenStore {
  return (name) =>
    openCookieStore(
      name,
      {
        read: () => document.cookie,
        write: (cookie) => (document.cookie = cookie),
        isSecure: location.protocol === 'https:',
        alone: (work) => (navigator.locks ? navigator.locks.request(`${name}.cookie`, work) : Promise.resolve(work())),
      },
      maxAgeSeconds,
    );
}
