import type { Ended } from '@ostiary/model';
import { latenessSeconds, revocationEntry } from '@ostiary/protocol';
import type { Store } from '@ostiary/storage';
import { idPrefix, revocationBatchType } from '@ostiary/wire';
import { digest } from '../digest.ts';
import type { Keyring } from '../keys/keyring.ts';
import { signJwt } from '../mint.ts';
import type { Clock, Log, Meter, Timer } from '../ports.ts';
import { RevocationFeed } from './feed.ts';

interface FeedParts {
  issuer: string;
  /** Random, for this run of this node. */
  id: string;
  store: Store;
  keyring: Keyring;
  clock: Clock;
  timer: Timer;
  log: Log;
  meter: Meter;
}

/** The feed of this node, on its store and keys. */
export function openFeed({ store, keyring, ...parts }: FeedParts): RevocationFeed {
  const { issuer } = parts;
  return new RevocationFeed({
    ...parts,
    horizonMs: () => (keyring.longestTokenSeconds() + latenessSeconds) * 1000,
    async read(sinceMs, limit) {
      const terms = { issuer, longestTokenSeconds: keyring.longestTokenSeconds(), hash: digest };
      const ended = await store.revocations.endedSince(sinceMs, limit);
      return ended.filter((each) => !isOfStateless(each)).map((each) => revocationEntry(each, terms));
    },
    sign: async (payload) => signJwt(keyring.signingKey('ES256'), revocationBatchType, payload),
  });
}

/** Of an access token, the id has no prefix and is shorter, whatever it begins with. */
const familyIdLength = idPrefix.family.length + 22;

/** A refresh token that is its own record has the id of a family: no access token carries it as `jti`. */
function isOfStateless(ended: Ended): boolean {
  return ended.kind === 'token' && ended.tokenId.startsWith(idPrefix.family) && ended.tokenId.length === familyIdLength;
}
