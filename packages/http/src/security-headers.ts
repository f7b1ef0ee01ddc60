import { formPostScriptHashSource } from '@ostiary/pages';
import type { HttpContext } from './context.ts';

/** Headers of every answer. */
export function baseHeaders({ isSecure }: Pick<HttpContext, 'isSecure'>): Record<string, string> {
  return {
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    ...(isSecure && { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' }),
  };
}

/** Policy of a page without script. Browsers apply `form-action` to redirects after a POST too, so the client's address is in it. */
export function pagePolicy(formTargets: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self' https:",
    `form-action ${["'self'", ...formTargets.flatMap(policySource)].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Policy of the page that posts an answer to the client by itself: one script, known by its hash. */
export function formPostPolicy(target: string): string {
  const formAction = policySource(target).join(' ');
  return [
    "default-src 'none'",
    `script-src ${formPostScriptHashSource}`,
    `form-action ${formAction}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** An origin, or the scheme of an app's private address. Nothing that could end the directive passes. */
function policySource(uri: string): string[] {
  const match = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#;,\s'"]+))?/i.exec(uri);
  if (match?.[1] === undefined) return [];
  return match[1].startsWith('http') ? (match[2] === undefined ? [] : [`${match[1]}://${match[2]}`]) : [`${match[1]}:`];
}
