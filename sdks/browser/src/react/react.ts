import { createContext, createElement, Fragment, useContext, useEffect, useMemo, useSyncExternalStore } from 'react';
import type { ReactElement, ReactNode } from 'react';
import type { Client } from '../client.ts';
import type { SignInOptions } from '../messenger.ts';
import type { SignedIn } from '../sign-in.ts';
import { sourceOf, unknownSession } from './session-source.ts';
import type { SessionSnapshot } from './session-source.ts';

export type { SessionSnapshot } from './session-source.ts';

const ClientContext = createContext<Client | undefined>(undefined);

export interface SessionProviderProps {
  /** Made once, outside of any component; a server may make it too. */
  client: Client;
  /** After a sign-in by redirect. Default: shows `returnTo` in the address bar, and tells routers by `popstate`. */
  onSignedIn?: (signedIn: SignedIn) => void;
  children?: ReactNode;
}

/** Gives the session to all components within, and takes the provider's answer on the callback page. */
export function SessionProvider({ client, onSignedIn = goBack, children }: SessionProviderProps): ReactElement {
  // The source begins once: a callback that is new with every rendering changes nothing.
  useEffect(() => sourceOf(client).begin(onSignedIn), [client]);
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The session of now, and what can be done with it. */
export interface UseSession
  extends SessionSnapshot, Pick<Client, 'signIn' | 'signOut' | 'getAccessToken' | 'fetch' | 'extend'> {}

/** The session; the component is rendered anew when it changes. Within a `SessionProvider`. */
export function useSession(): UseSession {
  const client = useClient();
  const snapshot = useSnapshot(client);
  return useMemo(() => {
    const { signIn, signOut, getAccessToken, fetch, extend } = client;
    return { ...snapshot, signIn, signOut, getAccessToken, fetch, extend };
  }, [client, snapshot]);
}

/** `useSession` with the names that people know from other libraries beside its own. */
export interface UseAuth extends UseSession {
  isAuthenticated: boolean;
  loginWithRedirect: Client['signIn'];
  logout: Client['signOut'];
  getAccessTokenSilently: Client['getAccessToken'];
}

export function useAuth(): UseAuth {
  const session = useSession();
  return {
    ...session,
    isAuthenticated: session.isSignedIn,
    loginWithRedirect: session.signIn,
    logout: session.signOut,
    getAccessTokenSilently: session.getAccessToken,
  };
}

/** Shows its children to those who are signed in. */
export function SignedIn({ children }: { children?: ReactNode }): ReactElement {
  return createElement(Fragment, null, useSession().isSignedIn ? children : null);
}

/** Shows its children to those who are known not to be signed in. */
export function SignedOut({ children }: { children?: ReactNode }): ReactElement {
  const { isSignedIn, isLoading } = useSession();
  return createElement(Fragment, null, isSignedIn || isLoading ? null : children);
}

export interface RequireSignInProps {
  children?: ReactNode;
  /** While it is not known who is there, on the way to the provider, after sign-out, and when a sign-in did not succeed. */
  fallback?: ReactNode;
  /** Beside the children when the session has ended under them: "Sign in again". Their work stays where it is. */
  whenEnded?: ReactNode;
  signIn?: SignInOptions;
}

/**
 * Shows its children to those who are signed in, and sends others to the provider. Whoever signed out stays here: another tab
 * that went to the provider at once would bring back the session that the user has just left.
 */
export function RequireSignIn({ children, fallback, whenEnded, signIn }: RequireSignInProps): ReactElement {
  const client = useClient();
  const { isSignedIn, isLoading, state, error } = useSnapshot(client);
  const isNew = state.kind === 'signedOut' && state.reason === 'neverSignedIn';
  const mustLeave = isNew && !isLoading && error === undefined;
  useEffect(() => {
    if (mustLeave) sourceOf(client).leave(signIn);
  });
  const hasEnded = state.kind === 'ended';
  const shown = isSignedIn || hasEnded ? children : fallback;
  return createElement(Fragment, null, shown, hasEnded ? whenEnded : null);
}

function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === undefined) throw new Error('there is no SessionProvider around this component');
  return client;
}

function useSnapshot(client: Client): SessionSnapshot {
  const { subscribe, snapshot } = sourceOf(client);
  return useSyncExternalStore(subscribe, snapshot, () => unknownSession);
}

function goBack({ returnTo }: SignedIn): void {
  if (new URL(returnTo, location.href).origin !== location.origin) return;
  history.replaceState(history.state, '', returnTo);
  dispatchEvent(new PopStateEvent('popstate', { state: history.state }));
}
