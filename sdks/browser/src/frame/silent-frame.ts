import type { SilentMessenger } from '../messenger.ts';
import { openHiddenFrame } from './hidden-frame.ts';
import { isSameSite, mayHoldCookie } from './same-site.ts';
import { silentMessenger } from './silent-messenger.ts';

export interface FrameOptions {
  /**
   * A registered address of this app; what it shows is loaded in the frame and runs no script, so an empty page is best. It
   * must let this app frame it (`X-Frame-Options: SAMEORIGIN`, `frame-ancestors 'self'`). Default: the client's `redirectUri`.
   */
  redirectUri?: string;
  /** Default: 10 seconds. */
  timeoutMs?: number;
}

/**
 * Renews without a refresh token: `createClient({ silentSignIn: silentFrame() })`. The provider is asked with `prompt=none` in
 * a hidden frame ([OpenID Connect Core 1.0, section 3.1.2.1](https://openid.net/specs/openid-connect-core-1_0.html#AuthRequest)),
 * as long as the user is signed in there; that sign-in's own end does not move. With tokens in memory it also finds the session
 * again after a reload.
 *
 * A provider on another site (or a page that is framed itself) is kept from its cookies by most browsers: then, once the
 * tokens are over, the whole page goes to the provider and comes back, if the client has `beforeRedirect`; without it
 * `getAccessToken` throws `interaction_required`. The provider's `login_required` ends the session only where its cookies
 * surely came along.
 *
 * The app's own policy must allow the provider and the app in frames (`frame-src`).
 *
 * What it protects from: there is no refresh token to take; what is in the page ends with the access token. What it does not: any
 * script in the page can ask for new tokens in the same way while the user is signed in at the provider.
 */
export function silentFrame({ redirectUri, timeoutMs = 10_000 }: FrameOptions = {}): SilentMessenger {
  return silentMessenger({
    open: (request) => openHiddenFrame(request, timeoutMs),
    redirectUri,
    isNear: (url) => window.top === window && isSameSite(location.href, url, mayHoldCookie),
  });
}
