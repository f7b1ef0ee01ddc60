import type { Messenger } from '../messenger.ts';
import { openPopup } from './popup-window.ts';
import { answerChannel, windowMessenger } from './window-messenger.ts';

export interface PopupOptions {
  /** A registered address of this app that calls `answerFromPopup()`. Default: the client's `redirectUri`. */
  redirectUri?: string;
  /** Of the window, in pixels. Default: 480 by 680. */
  width?: number;
  height?: number;
  /** Ends the waiting when the app's own "Cancel" is pressed. */
  signal?: AbortSignal;
  /** Default: 10 minutes. */
  timeoutMs?: number;
}

/**
 * Signs in by a window of its own, so that the page stays, with all that stands in its forms:
 * `client.signIn({ by: popup() })`. Call it while a click is handled: the window is opened at once, and a browser opens none
 * at other times. The page at `redirectUri` calls `answerFromPopup()`.
 *
 * `signIn` throws `SessionError` with `code: 'interaction_required'` and `error`: `popup_blocked` when the browser opened no
 * window, `popup_closed` when the user closed it, `signal` was aborted, or another sign-in by popup took its place. A provider
 * may isolate its pages from whoever opened them (`Cross-Origin-Opener-Policy`; Ostiary does): the answer comes all the same,
 * but no page can see then that the window was closed. Show a "Cancel" beside the window, and give its `signal`.
 */
export function popup({
  redirectUri,
  width = 480,
  height = 680,
  signal,
  timeoutMs = 600_000,
}: PopupOptions = {}): Messenger {
  return windowMessenger({ open: () => openPopup(width, height), redirectUri, signal, timeoutMs });
}

const takenWithinMs = 3_000;

/**
 * For the page at the popup's `redirectUri`: hands the provider's answer to the page that waits for it, and closes this
 * window. Call it before `handleCallback()` where one page serves both:
 * `if (!(await answerFromPopup())) await client.handleCallback()`.
 *
 * @returns whether this was the window of a popup whose page took the answer. `false` at once on every other page; after 3
 *   seconds when nobody waits any more: say so to the user, and let them sign in anew
 */
export async function answerFromPopup(): Promise<boolean> {
  const { href } = location;
  const { search, searchParams } = new URL(href);
  const state = searchParams.get('state');
  if (state === null || !(searchParams.has('code') || searchParams.has('error')) || isOwnRedirect(state)) return false;
  const isTaken = await told(answerChannel(state), search);
  if (!isTaken) return false;
  // The code leaves the address, should the browser keep the window.
  history.replaceState(null, '', location.pathname);
  window.close();
  return true;
}

/** A sign-in by redirect leaves its note in this tab; one by popup leaves none. */
function isOwnRedirect(state: string): boolean {
  try {
    return Object.keys(sessionStorage).some((key) => key.endsWith(`.${state}`));
  } catch {
    return false;
  }
}

function told(name: string, search: string): Promise<boolean> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(name);
    const end = (isTaken: boolean) => {
      clearTimeout(timer);
      channel.close();
      resolve(isTaken);
    };
    const timer = setTimeout(() => end(false), takenWithinMs);
    channel.addEventListener('message', () => end(true));
    channel.postMessage(search);
  });
}
