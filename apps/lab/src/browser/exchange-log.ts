import { isJsonObject } from './jwt.ts';

export type Purpose =
  | 'discovery'
  | 'authorize'
  /** An authorization request in a hidden frame. */
  | 'frame'
  | 'callback'
  | 'code'
  | 'refresh'
  | 'call'
  | 'revoke'
  | 'sign-out'
  | 'clock';

/** Names and values, already safe to show. */
export type Shown = [name: string, value: string][];

export type Outcome =
  | { kind: 'answer'; status: number; headers: Shown; body: string }
  /** The server answered, but the app never got to see it. */
  | { kind: 'lost'; status: number; headers: Shown; body: string }
  | { kind: 'failed'; message: string }
  /** The browser itself went there, or came back from there. */
  | { kind: 'navigated' };

/** What an exchange did to the tokens: all that the timeline knows. */
export type Fact =
  | { kind: 'signed-in'; tokens: TokenFact }
  | { kind: 'renewed'; tokens: TokenFact; repeats: boolean }
  | { kind: 'answer-lost'; generation: number; successor: string }
  | { kind: 'called'; api: 'reports' | 'legacy'; status: number }
  | { kind: 'ended'; cause: 'signed-out' | 'invalid_grant' | 'login_required'; reason: string }
  | { kind: 'clock-moved'; fromMs: number; toMs: number };

export interface TokenFact {
  accessFingerprint: string;
  accessExpiresAtMs: number | undefined;
  refreshFingerprint: string | undefined;
  refreshExpiresAtMs: number | undefined;
  generation: number;
}

export interface Exchange {
  number: number;
  /** By the issuer's clock, when it was over. */
  atMs: number;
  purpose: Purpose;
  method: string;
  /** Without its query, which is among the fields. */
  url: string;
  headers: Shown;
  fields: Shown;
  outcome: Outcome;
  fact?: Fact;
}

/** What the timeline needs of an exchange. */
export type Told = Pick<Exchange, 'number' | 'atMs' | 'fact'>;

const CAPACITY = 80;

export function addExchange(log: Exchange[], exchange: Omit<Exchange, 'number'>): Exchange[] {
  const number = (log.at(-1)?.number ?? 0) + 1;
  return [...log, { ...exchange, number }].slice(-CAPACITY);
}

export function noteFact(log: Exchange[], number: number, fact: Fact): Exchange[] {
  return log.map((exchange) => (exchange.number === number ? { ...exchange, fact } : exchange));
}

const SECRETS = new Set([
  'access_token',
  'attempt',
  'authorization',
  'client_secret',
  'code',
  'code_verifier',
  'id_token',
  'id_token_hint',
  'refresh_token',
  'token',
]);

/** Enough of a secret to recognise it, too little to use it. */
export function shortenSecret(value: string): string {
  if (value.length < 24) return `… (${value.length} characters)`;
  return `${value.slice(0, 8)}…${value.slice(-4)} (${value.length} characters)`;
}

export function showPairs(pairs: Iterable<[string, string]>): Shown {
  return [...pairs].map(([name, value]) => [name, SECRETS.has(name.toLowerCase()) ? shortenSecret(value) : value]);
}

/** A URL without its query, and the query as fields. */
export function showUrl(url: URL): { url: string; fields: Shown } {
  return { url: url.origin + url.pathname, fields: showPairs(url.searchParams) };
}

/** A body for reading: JSON is indented and its secrets shortened, anything else is cut. */
export function showBody(text: string): string {
  try {
    return JSON.stringify(withoutSecrets(JSON.parse(text)), null, 2);
  } catch {
    return text.length > 400 ? `${text.slice(0, 400)}…` : text;
  }
}

function withoutSecrets(value: unknown): unknown {
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRETS.has(name) && typeof inner === 'string' ? shortenSecret(inner) : inner,
    ]),
  );
}
