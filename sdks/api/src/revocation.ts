import type { RevocationKind } from './feed/batch.ts';
import type { RevocationFeed } from './feed/feed.ts';
import type { Introspector } from './introspection.ts';
import type { AccessTokenClaims } from './jwt/claims.ts';
import type { Refusal } from './refusal.ts';

/** Where an API learns what was revoked. */
export interface RevocationPolicy {
  feed: RevocationFeed;
  /** How long a request waits for the first full batch. */
  waitMs: number;
  /** Asked about each token while the feed is stale; without one they are refused. */
  whenStale: Introspector | undefined;
}

const words: Record<RevocationKind, string> = {
  fam: 'the session of the app has ended',
  sid: 'the session has ended',
  dev: 'the device was removed',
  jti: 'it was taken back',
  usr: 'the user signed out everywhere or may not sign in',
  con: 'the user withdrew the consent',
  cli: 'the client was disabled',
};

/** Refused requests may come back after so many seconds. */
const retryAfterSeconds = 5;

/** Whether everything that a token stands on still stands. Nothing is accepted by what was known once. */
export function judgeRevocation(
  token: string,
  claims: AccessTokenClaims,
  policy: RevocationPolicy,
): Refusal | undefined | Promise<Refusal | undefined> {
  const { feed, waitMs } = policy;
  if (feed.isFresh()) return judgeByFeed(claims, feed);
  if (feed.isLoaded) return judgeWithoutFeed(token, policy);
  return feed
    .loadedWithin(waitMs)
    .then(() => (feed.isFresh() ? judgeByFeed(claims, feed) : judgeWithoutFeed(token, policy)));
}

function judgeByFeed(claims: AccessTokenClaims, feed: RevocationFeed): Refusal | undefined {
  const kind = feed.kindFor(claims);
  return kind && { reason: 'revoked', detail: words[kind] };
}

async function judgeWithoutFeed(token: string, { whenStale }: RevocationPolicy): Promise<Refusal | undefined> {
  if (whenStale === undefined) return { reason: 'revocations_unknown', retryAfterSeconds };
  const answer = await whenStale.introspect(token);
  return answer.ok ? undefined : answer.refusal;
}
