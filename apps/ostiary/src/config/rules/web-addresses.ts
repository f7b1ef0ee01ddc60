import type { ClientType } from '@ostiary/wire';
import type { ConfiguredClient } from '../configured-client.ts';
import { isLoopbackHost } from '../loopback.ts';
import { error, fieldPath } from '../problem.ts';
import type { Problem } from '../problem.ts';

/**
 * Addresses that a browser is sent to, and origins that may call.
 * @see {@link https://www.rfc-editor.org/rfc/rfc9700#section-4.1 RFC 9700 section 4.1}
 * @see {@link https://www.rfc-editor.org/rfc/rfc8252#section-7.1 RFC 8252 section 7.1}
 */
export function checkWebAddresses({ at, metadata }: ConfiguredClient): Problem[] {
  const redirects = (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((field) =>
    metadata[field].flatMap((uri, index) =>
      [...redirectFaults(uri, metadata.type), ...queryFaults(uri, field)].map((message) =>
        error(`${at}.${fieldPath([field, index])}`, message),
      ),
    ),
  );
  const origins = metadata.allowedOrigins.flatMap((origin, index) =>
    originFaults(origin).map((message) => error(`${at}.${fieldPath(['allowedOrigins', index])}`, message)),
  );
  return [...redirects, ...origins, ...checkThatThereIsOne({ at, metadata })];
}

function checkThatThereIsOne({ at, metadata }: Pick<ConfiguredClient, 'at' | 'metadata'>): Problem[] {
  if (metadata.redirect_uris.length > 0) return [];
  // Its codes go to no address.
  if (metadata.directSignIn === true || metadata.generateTokens !== undefined) return [];
  if (metadata.grant_types.includes('authorization_code'))
    return [error(`${at}.redirect_uris`, 'the authorization_code grant needs one; add where sign-in returns to')];
  if (!metadata.response_types.includes('id_token')) return [];
  return [error(`${at}.redirect_uris`, 'the response type id_token needs one; add where sign-in returns to')];
}

/** What is wrong with an address that a client of this type may be reached at. */
export function redirectFaults(uri: string, type: ClientType): string[] {
  if (!URL.canParse(uri)) return ['must be an absolute URI, such as "https://app.example.com/callback"'];
  // URL parsers forgive backslashes, tabs and spaces, and each in its own way.
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\'))
    return ['must be plain ASCII without spaces or backslashes; percent-encode the rest'];
  const url = new URL(uri);
  return [
    ...(uri.includes('#') ? ['must not have a fragment; remove "#" and what follows it'] : []),
    ...(uri.includes('*') ? ['must not have a wildcard; register every address, they are compared exactly'] : []),
    ...(url.username !== '' || url.password !== '' ? ['must not carry a user name or password; remove them'] : []),
    ...schemeFaults(url, type),
    ...(isWeb(url) && !/^https?:\/\/[^/]/i.test(uri) ? ['must have "//" and a host after the scheme'] : []),
  ];
}

/** What an answer adds to the query that was registered (RFC 6749 section 4.1.2, RFC 9207; RP-Initiated Logout section 3). */
const answerNames = {
  redirect_uris: ['code', 'id_token', 'state', 'iss', 'error', 'error_description', 'error_uri'],
  post_logout_redirect_uris: ['state'],
};

/** A parameter that stands there twice is read by some clients as the first, by others as the last. */
function queryFaults(uri: string, field: keyof typeof answerNames): string[] {
  if (!URL.canParse(uri)) return [];
  const { searchParams } = new URL(uri);
  return answerNames[field]
    .filter((name) => searchParams.has(name))
    .map((name) => `must not have the parameter "${name}", which the answer brings; remove it`);
}

/** Schemes that browsers act on themselves, or that cannot carry an answer. */
const neverSchemes = ['javascript', 'data', 'file', 'blob', 'vbscript', 'about', 'ftp', 'ws', 'wss'];

function schemeFaults(url: URL, type: ClientType): string[] {
  const scheme = url.protocol.slice(0, -1);
  if (scheme === 'https') return [];
  if (scheme === 'http')
    return isLoopbackHost(url.hostname)
      ? []
      : ['must begin with https://; http:// is for localhost, 127.0.0.1 and [::1] only'];
  if (neverSchemes.includes(scheme)) return [`the scheme ${scheme}: is never allowed; use https:`];
  if (type !== 'native') return [`the scheme ${scheme}: is for clients of type native only; use https:`];
  // RFC 8252 section 7.1: a domain name that the app's maker controls, reversed, keeps two apps apart.
  return scheme.includes('.')
    ? []
    : [`the scheme ${scheme}: must be a domain name of yours, reversed, such as "com.example.app:"`];
}

function originFaults(origin: string): string[] {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || !isWeb(url) || url.origin !== origin) {
    const meant = url !== undefined && isWeb(url) ? url.origin : 'https://app.example.com';
    return [`must be an origin (scheme, host and port, nothing after them), such as "${meant}"`];
  }
  return schemeFaults(url, 'spa');
}

function isWeb(url: URL): boolean {
  return url.protocol === 'https:' || url.protocol === 'http:';
}
