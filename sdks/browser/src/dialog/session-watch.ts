import type { EndReason, JwtClaims, SessionState } from '@ostiary/session';
import type { Client } from '../client.ts';
import type { Channel } from '../environment.ts';

/** What the user may answer. `dismissed`: has read that the end is fixed. */
export type DialogAnswer = 'continued' | 'dismissed' | 'signedOut' | 'signIn';

/** How the dialog is shown. */
export interface DialogView {
  readonly isOpen: boolean;
  /** Opens the dialog, or changes what it shows. */
  show(shown: { secondsLeft: number; canExtend: boolean }): void;
  /** An answer is under way, or was of no effect. */
  setProgress(progress: 'asking' | 'unanswered'): void;
  /** Gives the focus back. */
  close(): void;
  onAnswer(listener: (answer: DialogAnswer) => void): void;
}

export interface SessionWatchPorts {
  view: DialogView;
  channel(onMessage: (message: unknown) => void): Channel | undefined;
  isVisible(): boolean;
  /** Calls back when the page may be seen again; returns what ends it. */
  onVisible(callBack: () => void): () => void;
  onEnded?: ((reason: EndReason, user: JwtClaims | undefined) => void) | undefined;
  signIn?: (() => void | Promise<void>) | undefined;
}

export interface WatchedClient extends Pick<Client, 'state' | 'user' | 'onState' | 'extend' | 'signOut'> {
  signIn(): Promise<void>;
}

/** Shows the dialog while the end of the session is near and nobody has answered, in whichever tab. Returns what ends it. */
export function watchSession(client: WatchedClient, ports: SessionWatchPorts): () => void {
  const { view, isVisible } = ports;
  let isDismissed = false;
  let { user } = client;
  const look = (state: SessionState) => {
    if (state.kind === 'ended') ports.onEnded?.(state.reason, user);
    user = client.user ?? user;
    if (state.kind !== 'expiring') isDismissed = false;
    if (state.kind !== 'expiring' || isDismissed) return view.close();
    if (view.isOpen || isVisible()) view.show(state);
  };
  const who = () => JSON.stringify([user?.iss, user?.aud, user?.sub]);
  const channel = ports.channel((message) => void hear(message as Partial<Told>).catch(() => {}));
  const tell = (answer: Told['answer']) => channel?.post({ answer, who: who() } satisfies Told);

  /** A tab that shares the session finds it extended; one with a session of its own extends that. */
  const hear = async (told: Partial<Told>) => {
    const { state } = client;
    if (told.who !== who() || state.kind !== 'expiring') return;
    if (told.answer === 'continued') return state.canExtend ? client.extend() : undefined;
    isDismissed = true;
    view.close();
  };
  const answered: Record<DialogAnswer, () => Promise<void>> = {
    async continued() {
      view.setProgress('asking');
      await client.extend();
      tell('continued');
    },
    async dismissed() {
      isDismissed = true;
      view.close();
      tell('dismissed');
    },
    async signedOut() {
      await client.signOut();
    },
    async signIn() {
      await (ports.signIn ?? client.signIn)();
    },
  };
  view.onAnswer((answer) => void answered[answer]().catch(() => view.isOpen && view.setProgress('unanswered')));
  const stops = [client.onState(look), ports.onVisible(() => look(client.state))];
  // What ended before this began is not news.
  if (client.state.kind === 'expiring') look(client.state);
  return () => {
    for (const stop of stops) stop();
    channel?.close();
    view.close();
  };
}

interface Told {
  answer: 'continued' | 'dismissed';
  /** Whose session: two apps of one origin do not answer for each other. */
  who: string;
}
