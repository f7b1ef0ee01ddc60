import type { Settings } from '../settings.ts';

/**
 * Where to go after a sign-in: an address below the app's own origin, whatever was asked for. What leads elsewhere becomes the
 * app's home, so that a link to the login is no open redirect (RFC 9700, section 4.11).
 */
export function safeReturnTo(
  { baseURL, origin }: Pick<Settings, 'baseURL' | 'origin'>,
  asked: string | undefined,
): string {
  if (asked === undefined || hasControls(asked)) return baseURL;
  try {
    const url = new URL(asked, `${origin}/`);
    // Read again as a browser will: what looks like a path must not become a host.
    const isOurs =
      url.origin === origin && url.username === '' && url.password === '' && !url.pathname.startsWith('//');
    return isOurs ? url.href : baseURL;
  } catch {
    return baseURL;
  }
}

/** Browsers drop some of these before they read an address, and read others as slashes. */
function hasControls(text: string): boolean {
  return /[\s\\\p{Cc}]/u.test(text);
}
