import { askBy } from '../ask.ts';
import type { NoAnswer, Opener } from '../ask.ts';
import type { Environment } from '../environment.ts';
import type { Messenger } from '../messenger.ts';
import type { Parts } from '../parts.ts';
import type { PopupWindow } from './popup-window.ts';

export interface WindowOptions {
  open: () => PopupWindow | undefined;
  redirectUri: string | undefined;
  signal: AbortSignal | undefined;
  timeoutMs: number;
}

const lookEveryMs = 300;
/** A window that is being isolated seems away for a moment before it seems gone: only one that was away for a while was closed. */
const looksThatCount = 3;
/** An answer that is on its way when the window closes arrives within this. */
const lastWordMs = 1_000;

/** What ends the window that a client waits for, when another takes its place. */
const endWaiting = new WeakMap<Parts, () => void>();

/** Asks in a window, which is opened before anything is waited for: browsers open none later. */
export function windowMessenger({ open, redirectUri, signal, timeoutMs }: WindowOptions): Messenger {
  return {
    async ask(parts, how) {
      const opened = open();
      endWaiting.get(parts)?.();
      const ended = new AbortController();
      const giveUp = () => ended.abort();
      endWaiting.set(parts, giveUp);
      if (signal?.aborted) giveUp();
      signal?.addEventListener('abort', giveUp);
      const opener: Opener = async (request) =>
        opened ? answerIn(parts.environment, opened, { ...request, signal: ended.signal, timeoutMs }) : blocked;
      try {
        return await askBy(parts, opener, how, redirectUri);
      } finally {
        signal?.removeEventListener('abort', giveUp);
        opened?.close();
      }
    },
  };
}

const blocked: NoAnswer = { code: 'popup_blocked', description: 'the browser did not open a window' };
const closed: NoAnswer = { code: 'popup_closed', description: 'the window was closed' };

/**
 * Waits for the answer on a channel, which reaches this page whether or not the provider cut the tie between it and the
 * window. A window that was seen at the provider and is gone was closed; one that was gone at the first look may be isolated.
 */
function answerIn(
  environment: Environment,
  opened: PopupWindow,
  { url, state, signal, timeoutMs }: Parameters<Opener>[0] & { signal: AbortSignal; timeoutMs: number },
): ReturnType<Opener> {
  return new Promise((resolve) => {
    let looksAway = 0;
    let cancel = () => {};
    const end = (answer: URLSearchParams | NoAnswer) => {
      cancel();
      channel?.close();
      signal.removeEventListener('abort', giveUp);
      resolve(answer);
    };
    const giveUp = () => end(closed);
    const channel = environment.channel(answerChannel(state), (message) => {
      if (typeof message !== 'string') return;
      channel?.post(true);
      end(new URLSearchParams(message));
    });
    const untilMs = environment.monotonicMs() + timeoutMs;
    const look = () => {
      if (environment.monotonicMs() >= untilMs) return giveUp();
      const where = opened.look();
      if (where === 'away') looksAway += 1;
      const isClosed = where === 'gone' && looksAway >= looksThatCount;
      cancel = isClosed ? environment.setTimer(lastWordMs, giveUp) : environment.setTimer(lookEveryMs, look);
    };
    signal.addEventListener('abort', giveUp);
    if (signal.aborted) return giveUp();
    opened.go(url);
    look();
  });
}

/** The channel on which the answer to one request is told. */
export function answerChannel(state: string): string {
  return `ostiary.answer.${state}`;
}
