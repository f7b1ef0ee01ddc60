import { isOver } from '@ostiary/session';
import type { JwtClaims, SessionState } from '@ostiary/session';
import { browserEnvironment } from '../environment.ts';
import type { Environment } from '../environment.ts';
import { SessionError } from '../session-error.ts';
import { BffSession } from './bff-session.ts';

export interface BffClientOptions {
  /** Where the backend is: the prefix of `createBff` or `bff`. Default: `/bff`. */
  prefix?: string;
  /** The session's end is announced so long before, in seconds. Default: 120. */
  warnSeconds?: number;
}

/** The session of a page whose tokens its backend keeps. The verbs are those of `Client`; `sessionDialog` takes it too. */
export interface BffClient {
  /** Claims of the signed-in user, as last heard. */
  readonly user: JwtClaims | undefined;
  readonly isSignedIn: boolean;
  readonly state: SessionState;
  /** Calls back at every change of state, with its cause; returns what ends it. */
  onState(listener: (state: SessionState) => void): () => void;
  /** Asks the backend who is signed in. Throws `SessionError` (`try_later`) when it does not answer. */
  load(): Promise<JwtClaims | undefined>;
  /** Leaves for the login; `returnTo` is a path of this app. Default: the address of now. */
  signIn(options?: { returnTo?: string }): Promise<void>;
  /** Signs out here and in all tabs, then leaves for where the backend says. */
  signOut(): Promise<void>;
  /** `fetch` through the backend: `client.fetch('/bff/api/reports')`. A refused call looks whether the session has ended. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Uses the session, and so extends one that may be extended. */
  extend(): Promise<void>;
  /** Ends timers, channels and listeners. */
  close(): void;
}

/** A client of the backend of this page. Call `load()` once at start. */
export function createBffClient(
  { prefix = '/bff', warnSeconds = 120 }: BffClientOptions = {},
  environment: Environment = browserEnvironment(),
): BffClient {
  const session = new BffSession(prefix, warnSeconds, environment);
  const channel = environment.channel(`ostiary.bff ${prefix}`, (message) =>
    message === 'signedOut' ? session.left('elsewhere') : session.askQuietly(),
  );
  const stopWaking = environment.onWake(() => isOver(session.state) || session.askQuietly());
  return {
    get user() {
      return session.user;
    },
    get isSignedIn() {
      return !isOver(session.state);
    },
    get state() {
      return session.state;
    },
    onState(listener) {
      session.listeners.add(listener);
      return () => void session.listeners.delete(listener);
    },
    load: () => session.ask(false),
    async signIn({ returnTo = environment.location.href() } = {}) {
      environment.location.assign(`${prefix}/login?returnTo=${encodeURIComponent(returnTo)}`);
    },
    async signOut() {
      const answer = await session.call('/logout', { method: 'POST' });
      const location = answer?.body['location'];
      if (typeof location !== 'string') throw new SessionError('try_later', `${prefix}/logout`);
      session.left('here');
      channel?.post('signedOut');
      environment.location.assign(location);
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      request.headers.set('X-CSRF', '1');
      const answer = await environment.fetch(request);
      if (answer.status === 401) await session.ask(false).catch(() => {});
      return answer;
    },
    async extend() {
      await session.ask(true);
      channel?.post('changed');
    },
    close() {
      session.stop();
      stopWaking();
      channel?.close();
    },
  };
}
