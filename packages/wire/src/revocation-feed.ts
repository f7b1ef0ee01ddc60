/**
 * One thing that ended before the access tokens that stand on it did. `exp` (s): when the last token that it can concern has
 * expired; it may be forgotten then. Whoever meets a `k` that they do not know passes over the entry. Of two entries with the same
 * `k` and `h` the later one counts.
 */
export type RevocationEntry =
  /** Tokens whose `fam` is `h`. */
  | { k: 'fam'; h: string; exp: number }
  /** Tokens whose `sid` is `h` and that have no `fam`. */
  | { k: 'sid'; h: string; exp: number }
  /** Tokens whose `dev` is `h`. */
  | { k: 'dev'; h: string; exp: number }
  /** The token whose `jti` is `h`. */
  | { k: 'jti'; h: string; exp: number }
  /** Tokens of the user whose `uep` is below this one. `h` = base64url(SHA-256(iss + "|" + sub)). */
  | { k: 'usr'; h: string; uep: number; exp: number }
  /** Tokens of the user and client issued at or before `iat` (s). `h` = base64url(SHA-256(iss + "|" + sub + "|" + client_id)). */
  | { k: 'con'; h: string; iat: number; exp: number }
  /** Tokens of the client `h` issued at or before `iat` (s). */
  | { k: 'cli'; h: string; iat: number; exp: number };

/** `typ` of the JWS that carries a batch. */
export const revocationBatchType = 'revocations+jwt';

/** Name of the server-sent event that carries a batch. */
export const revocationEventName = 'revocations';

/** Payload of a batch. */
export interface RevocationBatch {
  iss: string;
  /** When it was made, in seconds. */
  iat: number;
  /** Random id of the feed: of one run of one node. */
  feed: string;
  /** One more than that of the batch before it in this feed. A full batch has that of the batch whose effect it includes. */
  seq: number;
  /** Whether it holds everything, in place of what was known, or only what is new. */
  full: boolean;
  entries: RevocationEntry[];
}

/** Answer of the feed to whoever does not ask for an event stream. */
export interface RevocationAnswer {
  /** A compact JWS. */
  batch: string;
  /** For `since` in the next request. */
  next: string;
}
