import { isLoopbackHost } from '../loopback.ts';
import { error } from '../problem.ts';
import type { Problem } from '../problem.ts';

/**
 * The issuer as every token will carry it, compared byte for byte by those who check them.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8414#section-2 RFC 8414 section 2}
 */
export function checkIssuer(issuer: string): Problem[] {
  if (!URL.canParse(issuer)) return [error('issuer', 'must be an absolute URL, such as "https://id.example.com"')];
  const url = new URL(issuer);
  const problems: string[] = [];
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname)))
    problems.push('must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only');
  if (issuer.includes('?')) problems.push('must not have a query; remove "?" and what follows it');
  if (issuer.includes('#')) problems.push('must not have a fragment; remove "#" and what follows it');
  if (issuer.endsWith('/')) problems.push('must not end with a slash; remove it');
  if (url.username !== '' || url.password !== '') problems.push('must not carry a user name or password; remove them');
  if (problems.length === 0 && !isNormal(issuer, url))
    problems.push(`must be written in its normal form, "${url.href.replace(/\/$/, '')}"`);
  return problems.map((message) => error('issuer', message));
}

function isNormal(issuer: string, url: URL): boolean {
  return url.href === issuer || url.href === `${issuer}/`;
}
