import type { ServerError } from '@ostiary/session';

/** What happened, for logs and alarms. No tokens, no secrets; `sub` says whose session it was. */
export type WebEvent =
  | { kind: 'signedIn'; sub: string }
  | { kind: 'signedOut'; sub: string | undefined; by: 'user' | 'provider' }
  | { kind: 'renewed'; sub: string | undefined }
  /** Nothing is lost; it is tried again. */
  | { kind: 'renewalFailed'; reason: string; sub: string | undefined }
  | { kind: 'sessionEnded'; sub: string | undefined; cause: string; error?: ServerError }
  /** A cookie session would not fit into a cookie, and went to a store. */
  | { kind: 'sessionSpilled'; bytes: number; isMemory: boolean }
  /** At start: how large the cookie is likely to be, with the limit of browsers. */
  | { kind: 'cookieEstimated'; bytes: number; limitBytes: number }
  | { kind: 'misconfigured'; message: string };
