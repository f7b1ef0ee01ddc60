import { isOver } from '@ostiary/session';
import type { JwtClaims, SessionState } from '@ostiary/session';
import type { Client } from '../client.ts';
import type { SignInOptions } from '../messenger.ts';
import { SessionError } from '../session-error.ts';
import type { SignedIn } from '../sign-in.ts';

/** What a component sees of the session. */
export interface SessionSnapshot {
  user: JwtClaims | undefined;
  isSignedIn: boolean;
  /** Not known yet whether somebody is signed in: on a server always. */
  isLoading: boolean;
  state: SessionState;
  /** Why the last sign-in did not succeed. */
  error: SessionError | undefined;
}

/** The contract that bindings for a component library stand on: a snapshot that changes only with the session. */
export interface SessionSource {
  snapshot(): SessionSnapshot;
  subscribe(listener: () => void): () => void;
  /** Takes the provider's answer from the address, or finds the session again. Once, however often it is called. */
  begin(onSignedIn: (signedIn: SignedIn) => void): void;
  /** Leaves for the provider, once, however many components want it. */
  leave(options: SignInOptions | undefined): void;
}

/** What a server shows, and a page before it was brought to life. */
export const unknownSession: SessionSnapshot = {
  user: undefined,
  isSignedIn: false,
  isLoading: true,
  state: { kind: 'signedOut', reason: 'neverSignedIn' },
  error: undefined,
};

const sources = new WeakMap<Client, SessionSource>();

/** The one source of a client, also for components that are mounted twice. */
export function sourceOf(client: Client): SessionSource {
  const known = sources.get(client);
  if (known !== undefined) return known;
  const source = openSource(client);
  sources.set(client, source);
  return source;
}

function openSource(client: Client): SessionSource {
  const listeners = new Set<() => void>();
  let hasBegun = false;
  let isLeaving = false;
  let isLoading = true;
  let error: SessionError | undefined;
  const take = (): SessionSnapshot => {
    const { user, isSignedIn, state } = client;
    return { user, isSignedIn, isLoading: isLoading && !isSignedIn, state, error };
  };
  let latest = take();
  const changed = () => {
    latest = take();
    for (const listener of listeners) listener();
  };
  const failed = (fault: unknown) => {
    if (!(fault instanceof SessionError)) throw fault;
    // To a question without words, that nobody is signed in is a good answer.
    if (fault.error !== 'login_required') error = fault;
  };
  client.onState((state) => {
    if (!isOver(state)) error = undefined;
    changed();
  });
  return {
    snapshot: () => latest,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    begin(onSignedIn) {
      if (hasBegun) return;
      hasBegun = true;
      void found(client, onSignedIn)
        .catch(failed)
        .finally(() => {
          isLoading = false;
          changed();
        });
    },
    leave(options) {
      if (isLeaving) return;
      isLeaving = true;
      const stays = () => {
        isLeaving = false;
        changed();
      };
      // A browser takes its time to leave; asked again meanwhile, it would begin anew. It may bring the page back as it was.
      globalThis.addEventListener?.('pageshow', ({ persisted }) => persisted && stays());
      void client.signIn(options).catch((fault: unknown) => {
        failed(fault);
        stays();
      });
    },
  };
}

/** A session that a sign-in brought, that is kept where looking takes time, or that the provider still knows. */
async function found(client: Client, onSignedIn: (signedIn: SignedIn) => void): Promise<void> {
  const signedIn = await client.handleCallback();
  if (signedIn !== undefined) return onSignedIn(signedIn);
  if (!client.isSignedIn) await client.getAccessToken().catch(() => undefined);
}
