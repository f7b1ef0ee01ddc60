import { latenessSeconds, revocationEntry } from '@ostiary/protocol';
import type { Store } from '@ostiary/storage';
import { revocationBatchType } from '@ostiary/wire';
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
      return ended.map((each) => revocationEntry(each, terms));
    },
    sign: async (payload) => signJwt(keyring.signingKey('ES256'), revocationBatchType, payload),
  });
}
