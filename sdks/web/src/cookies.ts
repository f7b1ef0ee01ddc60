/** Attributes of a cookie ([RFC 6265bis, section 4.1](https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis)). */
export interface CookieAttributes {
  path: string;
  domain?: string | undefined;
  isSecure: boolean;
  /** Absent: the browser's default. */
  sameSite?: 'Lax' | 'Strict' | 'None' | undefined;
  /** Absent: until the browser is closed. */
  maxAgeSeconds?: number | undefined;
}

/** Cookies of a request. Of two with one name the first counts, which the browser holds for the more specific. */
export function readCookies(header: string | null): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header?.split(';') ?? []) {
    const equals = pair.indexOf('=');
    const name = pair.slice(0, equals).trim();
    if (equals > 0 && !cookies.has(name)) cookies.set(name, pair.slice(equals + 1).trim());
  }
  return cookies;
}

/** A line of `Set-Cookie`. Scripts never see a cookie of ours. */
export function cookieLine(name: string, value: string, attributes: CookieAttributes): string {
  const { path, domain, isSecure, sameSite, maxAgeSeconds } = attributes;
  const parts = [
    `${name}=${value}`,
    `Path=${path}`,
    domain && `Domain=${domain}`,
    maxAgeSeconds === undefined ? undefined : `Max-Age=${Math.max(0, Math.floor(maxAgeSeconds))}`,
    'HttpOnly',
    isSecure && 'Secure',
    sameSite && `SameSite=${sameSite}`,
  ];
  return parts.filter(Boolean).join('; ');
}
