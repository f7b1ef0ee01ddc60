import { decode, isDue, isExpired, isOver, subjectOf } from '@ostiary/session';
import type { JwtClaims, SessionRecord, SessionState } from '@ostiary/session';
import { fetchWithToken } from './api-fetch.ts';
import { browserEnvironment } from './environment.ts';
import type { Environment } from './environment.ts';
import { keepUp } from './keep-up.ts';
import type { ClientSettings } from './settings.ts';
import type { SignInOptions, SilentMessenger } from './messenger.ts';
import type { Parts } from './parts.ts';
import { discovery } from './provider.ts';
import { openRenewal } from './renewal.ts';
import { openServerTime } from './server-time.ts';
import { openSession } from './session.ts';
import { SessionError } from './session-error.ts';
import { leaveForSignIn, signInBy, takeCallback } from './sign-in.ts';
import type { SignedIn } from './sign-in.ts';
import { leaveSession } from './sign-out.ts';
import type { SignOutOptions } from './sign-out.ts';
import { openStore } from './store.ts';
import { openTabs, passing } from './tabs.ts';
import type { TabMessage } from './tabs.ts';

export interface ClientOptions extends ClientSettings {
  /** Renews without a refresh token: `silentFrame()` of `@ostiary/browser/frame`. */
  silentSignIn?: SilentMessenger;
}

export interface Client {
  /** Claims of the signed-in user, from the ID token. */
  readonly user: JwtClaims | undefined;
  readonly isSignedIn: boolean;
  readonly state: SessionState;
  /** Calls back at every change of state; returns what ends it. */
  onState(listener: (state: SessionState) => void): () => void;
  /** Leaves for the provider, or asks it by a messenger while the page stays. */
  signIn(options?: SignInOptions): Promise<void>;
  /** Takes the provider's answer from the address. On other pages: `undefined`. */
  handleCallback(href?: string): Promise<SignedIn | undefined>;
  /** An access token that is not about to end. Throws `SessionError`. */
  getAccessToken(): Promise<string>;
  /** `fetch` with an access token; `challengeOf` of `@ostiary/browser/challenge` reads what an API asks for. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Renews now, and so extends a session that may be extended. */
  extend(): Promise<void>;
  signOut(options?: SignOutOptions): Promise<void>;
  /** Ends timers, channels and listeners; the session stays as it is. */
  close(): void;
  /** Other names of `signIn`, `handleCallback` and `getAccessToken`. */
  loginWithRedirect(options?: SignInOptions): Promise<void>;
  handleRedirectCallback(href?: string): Promise<SignedIn | undefined>;
  getTokenSilently(): Promise<string>;
}

/** A client of one provider in this page. Create one and keep it; on a server it may be created, and is signed out. */
export function createClient(options: ClientOptions, environment: Environment = browserEnvironment()): Client {
  const parts = assemble(options, environment);
  const { session, time, tabs } = parts;
  const renewal = openRenewal(parts);
  const stop = environment.isPage ? keepUp(parts, renewal) : () => {};
  const getAccessToken = async () => {
    const record = (await session.read()) ?? (await renewal.renew(undefined));
    if (!isDue(record.tokens, time.now())) return record.tokens.accessToken;
    const { accessToken } = record.tokens;
    const renewed = await renewal.renew(accessToken).catch((fault: unknown) => {
      if (isOver(session.state()) || isExpired(record.tokens, time.now())) throw fault;
      return record;
    });
    return renewed.tokens.accessToken;
  };
  const renewed = async (stale: string) => (await renewal.renew(stale)).tokens.accessToken;
  const client: Omit<Client, 'loginWithRedirect' | 'handleRedirectCallback' | 'getTokenSilently'> = {
    get user() {
      return decode(session.seen()?.tokens.idToken ?? '');
    },
    get isSignedIn() {
      return !isOver(session.state());
    },
    get state() {
      return session.state();
    },
    onState: (listener) => session.onState(listener),
    signIn: (how = {}) => (how.by ? signInBy(parts, how.by, how) : leaveForSignIn(parts, how)),
    handleCallback: (href = environment.location.href()) => takeCallback(parts, href),
    getAccessToken,
    fetch: (input, init) => fetchWithToken(parts, { getAccessToken, renewed }, new Request(input, init)),
    extend: async () => void (await renewed(session.seen()?.tokens.accessToken ?? '')),
    signOut: (how = {}) => leaveSession(parts, how),
    close() {
      stop();
      tabs.close();
    },
  };
  return Object.assign(client, {
    loginWithRedirect: client.signIn,
    handleRedirectCallback: client.handleCallback,
    getTokenSilently: getAccessToken,
  });
}

function assemble(options: ClientOptions, environment: Environment): Parts {
  checkOptions(options);
  const name = `ostiary.${options.clientId}@${options.issuer}`;
  const time = openServerTime(environment);
  const { storage = 'memory', silentSignIn } = options;
  const kind = environment.isPage ? storage : 'memory';
  const named = typeof kind === 'function' ? kind(name) : kind;
  const store = typeof named === 'string' ? openStore(environment, named, name) : named;
  const session = openSession(store, time);
  const tabs = openTabs(environment, name, (message) => void hear(parts, message));
  const parts: Parts = {
    options,
    environment,
    provider: discovery(environment, options.issuer),
    time,
    session,
    tabs,
    proof: options.proof,
    silently: silentSignIn && ((seen) => silentSignIn.renew(parts, seen)),
    name,
  };
  return parts;
}

function checkOptions({ storage, scriptsMayTakeRefreshTokens, proof, transport }: ClientOptions): void {
  const isLasting = storage === 'local' || typeof storage === 'function';
  if (isLasting && !proof && !transport && !scriptsMayTakeRefreshTokens) {
    throw new SessionError('misconfigured', 'this storage needs dpop() or scriptsMayTakeRefreshTokens');
  }
}

/** Newer tokens, or the name of the attempt that another tab makes with the same. */
function isNewer({ tokens, attempt, generation }: SessionRecord, than: SessionRecord): boolean {
  const isLater = attempt !== undefined || tokens.obtainedAtMs > than.tokens.obtainedAtMs;
  return generation > than.generation || (generation === than.generation && isLater);
}

/** What another tab told. */
async function hear({ session, tabs, options, environment }: Parts, message: TabMessage): Promise<void> {
  switch (message.kind) {
    case 'signedOut':
      return session.leave('elsewhere');
    case 'signedIn': {
      const seen = session.seen();
      // Local storage shows late what a tab in another process wrote; and the session in it is the new one's.
      const isShared = options.storage === 'local';
      if (isShared) await passing(environment, 100);
      const now = await session.read();
      const isOther = !isShared && now?.id !== message.id && now?.id === seen?.id;
      if (now && isOther && subjectOf(now) !== message.sub) await session.leave('elsewhere');
      return;
    }
    case 'ended':
      if (session.lastId() !== message.id) return;
      await session.update((current) => (current?.id === message.id ? undefined : current));
      return session.happened(message);
    case 'renewed': {
      const { record } = message;
      await session.read();
      const now = await session.update((current) =>
        current?.id === record.id && isNewer(record, current) ? record : current,
      );
      if (now === record && record.attempt === undefined) session.happened({ kind: 'renewed' });
      return;
    }
    case 'asked': {
      const record = session.seen();
      if (record?.id === message.id) tabs.tell({ kind: 'renewed', record });
    }
  }
}
