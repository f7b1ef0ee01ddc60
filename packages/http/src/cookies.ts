import type { HttpContext } from './context.ts';

type CookieKind = 'session' | 'device';

/** Browsers keep a cookie 400 days at most. */
const deviceCookieSeconds = 400 * 24 * 3600;

/** Over https the prefix keeps sub-domains and plain http from setting our cookies; on http the port keeps issuers apart. */
function cookieName(kind: CookieKind, { isSecure, port }: HttpContext): string {
  return isSecure ? `__Host-ostiary-${kind}` : `ostiary-${kind}-${port}`;
}

export function readCookie(request: Request, kind: CookieKind, context: HttpContext): string | undefined {
  const header = request.headers.get('cookie');
  if (header === null) return undefined;
  const start = `${cookieName(kind, context)}=`;
  for (const part of header.split(';')) {
    const pair = part.trim();
    if (pair.startsWith(start)) return pair.slice(start.length) || undefined;
  }
  return undefined;
}

export function sessionCookie(value: string, context: HttpContext): string {
  return setCookie('session', value, context.service.settings.session.absoluteSeconds, context);
}

export function deviceCookie(value: string, context: HttpContext): string {
  return setCookie('device', value, deviceCookieSeconds, context);
}

export function expiredSessionCookie(context: HttpContext): string {
  return setCookie('session', '', 0, context);
}

function setCookie(kind: CookieKind, value: string, maxAgeSeconds: number, context: HttpContext): string {
  const secure = context.isSecure ? '; Secure' : '';
  return `${cookieName(kind, context)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${secure}`;
}
