/**
 * What an absent user allowed a client to do, as an application may see it: no tokens. Times are whole milliseconds since
 * 1970 by the issuer's clock; absent = never, or not known.
 */
export interface Grant {
  id: string;
  clientId: string;
  /** Whose it is (`sub`), where that is known. */
  subject?: string | undefined;
  /** What was granted last, words with spaces between, where that is known. */
  scope?: string | undefined;
  state: GrantState;
  /** When the tokens came. */
  obtainedAtMs: number;
  /** When the access token ends. */
  expiresAtMs?: number | undefined;
  /** When the refresh token ends if it is not used before. */
  refreshExpiresAtMs?: number | undefined;
  /** When the grant ends however much it is used. */
  sessionExpiresAtMs?: number | undefined;
  /** When a worker acts next: renews, or tries again. */
  dueAtMs?: number | undefined;
  /** How many tries have failed since the last that did not. */
  failures: number;
  /** What the last of them was. */
  problem?: Problem | undefined;
}

export type GrantState =
  | { kind: 'active' }
  /** The server ended it. `cause` is the server's word (`consent_withdrawn`), or `expired`, or `grant_ended`. */
  | { kind: 'needs_reconnect'; cause: string; atMs: number }
  /** Forgotten here; the server is still to be told. */
  | { kind: 'leaving' };

/** Trouble of the moment, or of the configuration (`misconfigured`, `interactionNeeded`): nothing is lost by either. */
export interface Problem {
  kind: 'offline' | 'serverBusy' | 'unreadable' | 'misconfigured' | 'interactionNeeded';
  /** In the words of the server, or of the SDK. */
  detail?: string | undefined;
}

/** A grant as it is stored. */
export interface KeptGrant extends Grant {
  /** The tokens, sealed; empty once the grant has ended. */
  sealed: string;
  /** Name of the renewal under way: kept before it is sent, gone with its answer. */
  attempt?: string | undefined;
  /** Raised with every lease and hand-over: who holds an older number writes nothing. */
  fence: number;
}

/** What an application may see. */
export function visible(kept: KeptGrant): Grant {
  const { sealed: _sealed, attempt: _attempt, fence: _fence, ...grant } = kept;
  return grant;
}
