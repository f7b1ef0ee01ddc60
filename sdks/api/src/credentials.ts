import type { Refusal } from './refusal.ts';

/** What of a request decides about it. */
export interface RequestFacts {
  /** The header `Authorization`. */
  authorization?: string | undefined;
  /** The header `DPoP`. */
  dpop?: string | undefined;
  method: string;
  /** The address that the client asked for, absolute. */
  url: string;
  /** Tokens that were sent as `access_token` in a form. */
  formTokens?: readonly string[];
}

/** A token and the scheme it was sent with. */
export interface Credentials {
  scheme: 'Bearer' | 'DPoP';
  token: string;
}

/** Where a token may stand besides the header. */
export interface TokenPlaces {
  isQueryAllowed: boolean;
  isFormAllowed: boolean;
}

export type CredentialsResult = { ok: true; value: Credentials } | { ok: false; refusal: Refusal };

/**
 * Finds the one token of a request.
 * @see {@link https://www.rfc-editor.org/rfc/rfc6750#section-2 RFC 6750 section 2}
 */
export function readCredentials(facts: RequestFacts, places: TokenPlaces): CredentialsResult {
  const elsewhere = [...tokensInQuery(facts.url), ...(facts.formTokens ?? [])];
  if (elsewhere.length === 0) return inHeader(facts.authorization);
  // RFC 6750 section 2: clients MUST NOT use more than one method in one request.
  if (elsewhere.length > 1 || isOurs(facts.authorization)) return refused('tokens_several');
  const isAllowed = facts.formTokens?.length ? places.isFormAllowed : places.isQueryAllowed;
  const [token = ''] = elsewhere;
  if (!isAllowed) return refused('token_misplaced');
  return isToken(token) ? { ok: true, value: { scheme: 'Bearer', token } } : refused('token_malformed');
}

function inHeader(header: string | undefined): CredentialsResult {
  if (header === undefined) return refused('token_missing');
  const space = header.indexOf(' ');
  const scheme = schemeOf(space === -1 ? header : header.slice(0, space));
  // Credentials of another scheme are no token.
  if (scheme === undefined) return refused('token_missing');
  const token = header.slice(space + 1).trim();
  return space !== -1 && isToken(token) ? { ok: true, value: { scheme, token } } : refused('credentials_malformed');
}

function isOurs(header: string | undefined): boolean {
  return header !== undefined && schemeOf(header.split(' ', 1)[0] ?? '') !== undefined;
}

function schemeOf(word: string): Credentials['scheme'] | undefined {
  if (word === 'Bearer' || word === 'DPoP') return word;
  const lower = word.toLowerCase();
  if (lower === 'bearer') return 'Bearer';
  return lower === 'dpop' ? 'DPoP' : undefined;
}

/** `b64token` of RFC 6750 section 2.1. */
function isToken(text: string): boolean {
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(text);
}

function tokensInQuery(url: string): string[] {
  const start = url.indexOf('?');
  if (start === -1 || !url.includes('access_token', start)) return [];
  return new URLSearchParams(url.slice(start + 1).split('#', 1)[0]).getAll('access_token');
}

function refused(reason: Refusal['reason']): CredentialsResult {
  return { ok: false, refusal: { reason } };
}
