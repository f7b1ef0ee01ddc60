/**
 * What the parties saw of an issuer, with times. Tokens are compared as they are; nothing in them is decoded, so that a
 * fault in our own reading of tokens cannot hide one in the making of them.
 */
export interface Operation {
  kind: 'refresh' | 'revoke';
  family: string;
  /** Whoever holds the tokens by right, or somebody who copied one. */
  actor: 'client' | 'thief';
  /** The node that was asked, counted from 0. */
  node: number;
  presented: string;
  /** Milliseconds of one clock that only goes forward, before sending and after the outcome was known. */
  invokedMs: number;
  endedMs: number;
  outcome: Outcome;
}

export type Outcome =
  | { kind: 'successor'; token: string }
  /** A revocation was acknowledged. */
  | { kind: 'done' }
  /** The server said no for good: `invalid_grant`. */
  | { kind: 'refused'; cause: string }
  /** No answer, or one that says nothing about the token (503, 429): it may have been carried out or not. */
  | { kind: 'unknown'; why: string }
  /** An answer that must never come: a 500, a word that fits no request of ours. */
  | { kind: 'wrong'; answer: string };

/** One line of refresh tokens from its first one on. */
export interface Birth {
  family: string;
  token: string;
}

/** What the store says of a family at the end. */
export interface FamilyState {
  generation: number;
  endCause?: string;
  /** Audit records of its birth and of its end. */
  births: number;
  ends: number;
}

export interface History {
  births: readonly Birth[];
  operations: readonly Operation[];
  /** By family; absent: no row. */
  states: ReadonlyMap<string, FamilyState>;
  /** Families whose client did not keep to the retry rule, and may be refused for that. */
  excused?: ReadonlySet<string>;
}
