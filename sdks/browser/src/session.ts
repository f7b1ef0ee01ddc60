import { isOver, nextState } from '@ostiary/session';
import type { SessionEvent, SessionRecord, SessionState } from '@ostiary/session';
import type { ServerTime } from './server-time.ts';
import type { SessionStore } from './store.ts';

/** The session of this page: what the store holds, as last seen, and where it stands. */
export interface Session {
  /** As last read or written. */
  seen(): SessionRecord | undefined;
  /** Id of the session that this page had last, also when it is gone. */
  lastId(): string | undefined;
  read(): Promise<SessionRecord | undefined>;
  update(change: (current: SessionRecord | undefined) => SessionRecord | undefined): Promise<SessionRecord | undefined>;
  /** Nobody is signed in from now on. */
  leave(where: 'here' | 'elsewhere'): Promise<void>;
  state(): SessionState;
  happened(event: SessionEvent): void;
  onState(listener: (state: SessionState) => void): () => void;
}

export function openSession(store: SessionStore, time: ServerTime): Session {
  let seen: SessionRecord | undefined;
  let lastId: string | undefined;
  let state: SessionState = { kind: 'signedOut', reason: 'neverSignedIn' };
  const listeners = new Set<(state: SessionState) => void>();
  const see = (record: SessionRecord | undefined) => {
    seen = record;
    if (record !== undefined) {
      lastId = record.id;
      time.resume(record.offsetMs, record.tokens.obtainedAtMs);
    }
    return record;
  };
  const happened = (event: SessionEvent) => {
    const next = nextState(state, event);
    if (JSON.stringify(next) === JSON.stringify(state)) return;
    state = next;
    for (const listener of listeners) listener(next);
  };
  /** Other tabs and earlier pages change the store too. */
  const noticed = (record: SessionRecord | undefined) => {
    const isAnother = record?.id !== seen?.id;
    const isRenewed = !isAnother && record?.tokens.accessToken !== seen?.tokens.accessToken;
    see(record);
    if (isRenewed) happened({ kind: 'renewed' });
    if (isAnother && !isOver(state)) happened({ kind: 'signedOut', where: 'elsewhere' });
    if (record !== undefined && isOver(state)) happened({ kind: 'signedIn' });
    return record;
  };
  // A store that answers at once is seen at once: the first look of an app needs no wait.
  const early = store.read();
  if (!(early instanceof Promise)) noticed(early);
  return {
    seen: () => seen,
    lastId: () => lastId,
    read: async () => noticed(await store.read()),
    update: async (change) => see(await store.update(change)),
    async leave(where) {
      see(await store.update(() => undefined));
      happened({ kind: 'signedOut', where });
    },
    state: () => state,
    happened,
    onState(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
