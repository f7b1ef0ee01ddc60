import type { SessionRecord } from '@ostiary/session';
import type { AskOptions } from './authorization.ts';
import type { Parts } from './parts.ts';
import type { Outcome, Redeemed } from './outcome.ts';

/** A way to the provider and back that does not leave the page: a hidden frame, a popup. */
export interface Messenger {
  /** Asks the provider for a new session. Called within the click that asked for it. */
  ask(parts: Parts, how: AskOptions): Promise<Redeemed>;
}

/** One that needs nobody: a hidden frame. */
export interface SilentMessenger extends Messenger {
  /** Renews the session that is `seen`, or comes back to one that the provider still knows, without a word to the user. */
  renew(parts: Parts, seen: SessionRecord | undefined): Promise<Outcome>;
}

export interface SignInOptions extends AskOptions {
  /** Without leaving the page: `popup()` of `@ostiary/browser/popup`. */
  by?: Messenger;
}
