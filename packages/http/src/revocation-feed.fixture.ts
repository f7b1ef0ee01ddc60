import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify } from 'node:crypto';
import type { RegisteredApi, Timer } from '@ostiary/service';
import type { AccessTokenClaims, Digest, PublicJwk, RevocationBatch, RevocationEntry } from '@ostiary/wire';
import { api, basic, labApi } from './issuer.fixture.ts';

export const apiSecret = 'secret of the Lab API';

/** The Lab's API with a secret of its own. */
export function labApiWithSecret(changes: Partial<RegisteredApi> = {}): RegisteredApi {
  return { ...labApi(), secretHash: createHash('sha256').update(apiSecret).digest('base64url') as Digest, ...changes };
}

/** How the Lab's API says who it is. */
export const byApi: { authorization: string } = basic(api, apiSecret);

/** A timer that a test moves. */
export interface HandTimer extends Timer {
  /** Lets so much time pass: what is due is called, in order. */
  pass(milliseconds: number): void;
}

export function handTimer(): HandTimer {
  let nowMs = 0;
  let due: { atMs: number; act: () => void }[] = [];
  return {
    nowMs: () => nowMs,
    after: (milliseconds, act) => void due.push({ atMs: nowMs + milliseconds, act }),
    pass(milliseconds) {
      nowMs += milliseconds;
      const now = due.filter(({ atMs }) => atMs <= nowMs).toSorted((a, b) => a.atMs - b.atMs);
      due = due.filter(({ atMs }) => atMs > nowMs);
      for (const { act } of now) act();
    },
  };
}

/** What an event of the stream holds. */
export interface FeedEvent {
  id: string;
  event: string;
  batch: RevocationBatch;
  /** As it was signed. */
  text: string;
}

/** A reader of the event stream. */
export interface StreamReader {
  /** The next event; undefined when the stream has ended. */
  next(): Promise<FeedEvent | undefined>;
  leave(): Promise<void>;
}

export function readStream(response: Response): StreamReader {
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = (response.body ?? assert.fail('a stream has a body')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  return {
    async next() {
      for (;;) {
        const end = text.indexOf('\n\n');
        if (end >= 0) {
          const event = eventIn(text.slice(0, end));
          text = text.slice(end + 2);
          return event;
        }
        const { done, value } = await reader.read();
        if (done) return undefined;
        text += decoder.decode(value, { stream: true });
      }
    },
    leave: () => reader.cancel(),
  };
}

function eventIn(text: string): FeedEvent {
  const fields = new Map(
    text.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const data = fields.get('data') ?? '';
  return { id: fields.get('id') ?? '', event: fields.get('event') ?? '', batch: batchIn(data), text: data };
}

/** The payload of a batch, unverified. */
export function batchIn(jws: string): RevocationBatch {
  return JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString()) as RevocationBatch;
}

/** Whether a batch has the header that it should, and is signed by one of these keys. */
export function isSignedBy(jws: string, keys: readonly PublicJwk[]): boolean {
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const { alg, typ, kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as Record<string, string>;
  const key = keys.find((each) => each.kid === kid);
  if (key === undefined || alg !== 'ES256' || typ !== 'revocations+jwt') return false;
  const publicKey = createPublicKey({ key: { ...key }, format: 'jwk' });
  const input = Buffer.from(`${header}.${payload}`);
  const dsaEncoding = 'ieee-p1363' as const;
  return verify('sha256', input, { key: publicKey, dsaEncoding }, Buffer.from(signature, 'base64url'));
}

/** What a reader concludes about a token, from entries in the order in which they came. */
export function isRefused(entries: readonly RevocationEntry[], claims: AccessTokenClaims): boolean {
  const latest = new Map(entries.map((entry) => [`${entry.k} ${entry.h}`, entry]));
  return [...latest.values()].some((entry) => concerns(entry, claims));
}

function concerns(entry: RevocationEntry, { iss, sub, client_id: clientId, ...claims }: AccessTokenClaims): boolean {
  const hash = (...parts: string[]) => createHash('sha256').update(parts.join('|')).digest('base64url');
  switch (entry.k) {
    case 'fam':
      return claims.fam === entry.h;
    case 'sid':
      return claims.sid === entry.h && claims.fam === undefined;
    case 'dev':
      return claims.dev === entry.h;
    case 'jti':
      return claims.jti === entry.h;
    case 'usr':
      return claims.uep !== undefined && claims.uep < entry.uep && hash(iss, sub) === entry.h;
    case 'con':
      return claims.iat <= entry.iat && hash(iss, sub, clientId) === entry.h;
    case 'cli':
      return claims.iat <= entry.iat && clientId === entry.h;
  }
}
