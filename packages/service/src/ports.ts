import type { Refusal } from '@ostiary/protocol';

/** Time in milliseconds since the epoch. In development a clock that can be moved. */
export interface Clock {
  now(): number;
}

/** Lets time pass. */
export interface Timer {
  /** Milliseconds that never go back, from an unknown beginning. */
  nowMs(): number;
  /** Calls once, after so many milliseconds. Keeps no process alive. */
  after(milliseconds: number, act: () => void): void;
}

/** Unpredictable bytes (at least 128 bits of strength). */
export interface Random {
  bytes(length: number): Uint8Array;
}

/** Seals what must not lie in the store in the clear, under the master key. `context` is bound to the sealed value. */
export interface KeyWrapper {
  seal(plain: Uint8Array, context: string): string;
  /** Throws when the value was sealed under another master key or context. */
  open(sealed: string, context: string): Uint8Array;
}

/** One line of the program's log. Fields are an allow-list: never a token, secret, password or full URL. */
export type LogFields = Record<string, string | number | boolean | undefined>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** Posts forms to addresses of the configuration: no redirect is followed, no body is read, and nothing takes longer than a few seconds. */
export interface Courier {
  /** The status of the answer, or why there was none. Never rejects. */
  post(url: string, form: URLSearchParams): Promise<{ status: number } | { fault: 'timeout' | 'unreachable' }>;
}

/** What a refresh came to: see the engine's verdicts. `ended`: it or its family was over. `refused`: it changed nothing. */
export type RefreshVerdict = 'rotate' | 'retry' | 'use' | 'reuse' | 'ahead' | 'ended' | 'unknown' | 'refused';

/** What a try to sign in came to. */
export type SignInOutcome = 'signed_in' | 'wrong_credentials' | 'too_many_attempts' | 'unavailable';

/** What an attempt to tell a client that a session ended came to; one that was postponed is made again. */
export type LogoutTelling = 'told' | 'postponed' | 'given_up';

/**
 * What is counted for whoever operates the server. Calls are cheap and must not throw. Every word comes from a list in the code,
 * never from a request: no ids, names, addresses or tokens.
 */
export interface Meter {
  /** An answer went out. `route` is a path that the server has, or `other`. */
  answered(answer: { route: string; status: number; milliseconds: number }): void;
  /** A request was turned down, for one of the engine's reasons. */
  refused(reason: Refusal['reason']): void;
  refreshed(verdict: RefreshVerdict): void;
  triedToSignIn(outcome: SignInOutcome): void;
  toldOfLogout(outcome: LogoutTelling): void;
  /** A batch of the feed of revocations was made, with so many entries; heartbeats have none. */
  published(entries: number): void;
}
