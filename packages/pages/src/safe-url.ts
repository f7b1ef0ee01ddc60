const webSchemes = new Set(['http:', 'https:']);

/** Where a refused address leads: nowhere. */
export const blockedUrl = 'about:blank#blocked';

/**
 * An address that may stand in `href`, `src` or `action`: http, https, a path of this server, or an app's private scheme, which
 * must hold a dot (RFC 8252 section 7.1). Everything else, `javascript:` and `data:` above all, becomes `about:blank#blocked`.
 */
export function safeUrl(address: string): string {
  if (isOwnPath(address)) return address;
  const scheme = URL.canParse(address) ? new URL(address).protocol : '';
  return webSchemes.has(scheme) || scheme.includes('.') ? address : blockedUrl;
}

function isOwnPath(address: string): boolean {
  // Browsers read `//host` and `/\host` as another server, and drop tabs and newlines before they look.
  return /^\/(?![/\\])/u.test(address) && !/[\p{Cc}\\]/u.test(address);
}
