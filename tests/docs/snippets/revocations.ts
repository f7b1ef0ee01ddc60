// #region read
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';

const issuer = 'http://localhost:4000';
const audience = 'https://api.example.com';
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));

interface Entry {
  k: string;
  h: string;
  exp: number;
  iat?: number;
  uep?: number;
}

interface Batch extends JWTPayload {
  feed: string;
  seq: number;
  full: boolean;
  entries: Entry[];
}

const entries = new Map<string, Entry>();
let next: string | undefined;
let newest = 0;
/** By a clock that nobody sets. What is older than 30 seconds is no answer. */
let heardAtMs = -Infinity;

/** Asks what ended since it was asked last. Throws when that cannot be known; the next call goes on from there. */
export async function pull(secret: string): Promise<void> {
  const askedAtMs = performance.now();
  const credentials = Buffer.from(`${encodeURIComponent(audience)}:${encodeURIComponent(secret)}`).toString('base64');
  const query = next === undefined ? '' : `?since=${next}`;
  const response = await fetch(`${issuer}/revocations${query}`, { headers: { Authorization: `Basic ${credentials}` } });
  if (!response.ok) throw new Error(`the feed answered ${response.status}`);
  const answer = (await response.json()) as { batch: string; next: string };
  const expected = { issuer, typ: 'revocations+jwt', algorithms: ['ES256'] };
  const { payload } = await jwtVerify<Batch>(answer.batch, keys, expected);
  const { iat = 0, full, feed, seq } = payload;
  // An old copy, or a batch that does not follow on the last one: everything is asked for again.
  const isOld = iat < newest - 10;
  if (isOld || (!full && `${feed}:${seq - 1}` !== next)) {
    next = undefined;
    throw new Error('the feed does not go on where it was');
  }
  if (full) entries.clear();
  for (const entry of payload.entries) entries.set(`${entry.k} ${entry.h}`, entry);
  for (const [key, entry] of entries) if (entry.exp <= iat) entries.delete(key);
  [next, newest, heardAtMs] = [answer.next, Math.max(newest, iat), askedAtMs];
}

/** Whether a token, whose signature was checked, ended before its time. */
export function hasEnded(claims: JWTPayload): boolean {
  if (performance.now() - heardAtMs > 30_000) throw new Error('nothing was heard of the feed for 30 seconds');
  const { sub = '', iat = 0, jti, fam, sid, dev, uep, client_id } = claims;
  const find = (kind: string, handle: unknown) => entries.get(`${kind} ${String(handle)}`);
  const hash = (...parts: unknown[]) => createHash('sha256').update(parts.join('|')).digest('base64url');
  const byHandle = [find('jti', jti), fam === undefined ? find('sid', sid) : find('fam', fam), find('dev', dev)];
  return (
    byHandle.some((entry) => entry !== undefined) ||
    Number(uep) < (find('usr', hash(issuer, sub))?.uep ?? 0) ||
    iat <= (find('con', hash(issuer, sub, client_id))?.iat ?? -1) ||
    iat <= (find('cli', client_id)?.iat ?? -1)
  );
}
// #endregion read
