import { openIdScopes, scopeTokenPattern } from '@ostiary/wire';
import type { ConfiguredApi } from '../configured-api.ts';
import { error, fieldPath } from '../problem.ts';
import type { Problem } from '../problem.ts';
import { secretProblems } from './secrets.ts';

/**
 * What an API is called and what may be asked of it.
 * @see {@link https://www.rfc-editor.org/rfc/rfc8707#section-2 RFC 8707 section 2}
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#section-3.3 RFC 6749 section 3.3}
 */
export function checkApi(
  { at, metadata, secret }: ConfiguredApi,
  { issuer, isDevelopment }: { issuer: string | undefined; isDevelopment: boolean },
): Problem[] {
  const scopes = Object.keys(metadata.scopes).flatMap((name) =>
    scopeFaults(name).map((message) => error(`${at}.${fieldPath(['scopes', name])}`, message)),
  );
  return [
    ...identifierFaults(metadata.identifier, issuer).map((message) => error(`${at}.identifier`, message)),
    ...scopes,
    ...(secret === undefined ? [] : secretProblems(secret, `${at}.secret`, isDevelopment)),
  ];
}

function identifierFaults(identifier: string, issuer: string | undefined): string[] {
  if (!URL.canParse(identifier) || /[^\x21-\x7e]/.test(identifier))
    return ['must be an absolute URI, such as "https://api.example.com"'];
  if (identifier.includes('#')) return ['must not have a fragment; remove "#" and what follows it'];
  if (identifier === issuer) return ['must not be the issuer, whose own tokens carry that audience; use another URI'];
  return [];
}

function scopeFaults(name: string): string[] {
  if (Object.hasOwn(openIdScopes, name)) return ['is a scope of OpenID Connect and belongs to the issuer; rename it'];
  if (!scopeTokenPattern.test(name))
    return ['a scope name is visible ASCII without space, quotation mark and backslash; rename it'];
  return [];
}
