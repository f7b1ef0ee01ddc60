import type { EndReason, JwtClaims } from '@ostiary/session';
import { browserEnvironment } from '../environment.ts';
import { textsIn } from './dialog-texts.ts';
import type { DialogTexts } from './dialog-texts.ts';
import { openDialogView } from './dialog-view.ts';
import { watchSession } from './session-watch.ts';
import type { WatchedClient } from './session-watch.ts';

export { keepForm, restoreForm } from './kept-form.ts';
export type { KeptFormOptions } from './kept-form.ts';
export type { DialogTexts } from './dialog-texts.ts';

export interface SessionDialogOptions {
  /** `en` and `de` are there; of others only the time is in words, and `texts` gives the rest. Default: the page's language. */
  language?: string;
  /** In place of what the language says. */
  texts?: Partial<DialogTexts>;
  /** The session has ended, and `user` had it: keep what they were doing (`keepForm`), and tell them. */
  onEnded?: (reason: EndReason, user: JwtClaims | undefined) => void;
  /** In place of `client.signIn()`, when a user whose session cannot be extended wants to sign in again at once. */
  signIn?: () => void | Promise<void>;
}

/**
 * Asks "Your session is about to end. Continue?" while the state of the client is `expiring`
 * ([WCAG 2.2.1](https://www.w3.org/WAI/WCAG22/Understanding/timing-adjustable.html)). It is shown in every visible tab, and
 * gone from all once it is answered in one. Use it with `renew: 'onUse'`; with `renew: 'stealth'` it is seen only when
 * the end cannot be moved, or the server cannot be reached. `warnSeconds` of the client says how early: at least 20.
 *
 * Colours, corners and font are custom properties of the page: `--ostiary-dialog-background`, `-color`, `-accent`,
 * `-accent-color`, `-border`, `-radius`, `-font`, `-color-scheme`.
 *
 * @returns what removes it. On a server it does nothing
 */
export function sessionDialog(client: WatchedClient, options: SessionDialogOptions = {}): () => void {
  if (typeof document === 'undefined') return () => {};
  const { language = document.documentElement.lang, texts, onEnded, signIn } = options;
  const environment = browserEnvironment();
  return watchSession(client, {
    view: openDialogView(textsIn(language, texts)),
    channel: (onMessage) => environment.channel('ostiary.dialog', onMessage),
    isVisible: () => document.visibilityState === 'visible',
    onVisible: environment.onWake,
    onEnded,
    signIn,
  });
}
