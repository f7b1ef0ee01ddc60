import type { Ended } from '@ostiary/model';
import type { RevocationEntry } from '@ostiary/wire';
import { cutoffSeconds, latenessSeconds } from './cutoff.ts';

/** What entries depend on besides what ended. */
export interface EntryTerms {
  issuer: string;
  /** The longest life of an access token, in seconds. */
  longestTokenSeconds: number;
  /** SHA-256, base64url: nobody who reads the feed learns who its users are. */
  hash(text: string): string;
}

/**
 * What ended, as whoever checks access tokens needs to know it. Together with `isAccessTokenActive`, which says the same at
 * introspection.
 */
export function revocationEntry(ended: Ended, { issuer, longestTokenSeconds, hash }: EntryTerms): RevocationEntry {
  if (ended.kind === 'token') return { k: 'jti', h: ended.tokenId, exp: Math.ceil(ended.expiresAtMs / 1000) };
  const exp = Math.ceil(ended.atMs / 1000) + latenessSeconds + longestTokenSeconds;
  switch (ended.kind) {
    case 'family':
      return { k: 'fam', h: ended.id, exp };
    case 'session':
      return { k: 'sid', h: ended.id, exp };
    case 'device':
      return { k: 'dev', h: ended.id, exp };
    case 'user':
      return { k: 'usr', h: hash(`${issuer}|${ended.id}`), uep: ended.epoch, exp };
    case 'consent':
      return { k: 'con', h: hash(`${issuer}|${ended.userId}|${ended.clientId}`), iat: cutoffSeconds(ended), exp };
    case 'client':
      return { k: 'cli', h: ended.id, iat: cutoffSeconds(ended), exp };
  }
}
