import type { Grant, Problem } from './grant.ts';

/** What a worker tells. Each is told by the worker that found it, once. */
export interface WorkerEvents {
  /** New tokens are stored. */
  renewed: { grant: Grant };
  /** The new token has less than the one before: `lost` names the scopes that are gone. */
  narrowed: { grant: Grant; lost: string[] };
  /** The server ended the grant. Its tokens are erased; nothing is tried again until new ones are handed over. */
  needsReconnect: { grant: Grant; cause: string };
  /** A try failed and nothing is lost; the grant says when the next one is. */
  failed: { grant: Grant; problem: Problem };
  /** The store does not answer; the worker asks again. */
  storeFailed: { fault: unknown };
}

export type Listener<Kind extends keyof WorkerEvents> = (event: WorkerEvents[Kind]) => void;

export interface Bulletin {
  emit<Kind extends keyof WorkerEvents>(kind: Kind, event: WorkerEvents[Kind]): void;
  /** Calls back at every event of a kind; returns what ends it. */
  on<Kind extends keyof WorkerEvents>(kind: Kind, listener: Listener<Kind>): () => void;
}

export function openBulletin(): Bulletin {
  const listeners: { [Kind in keyof WorkerEvents]: Set<Listener<Kind>> } = {
    renewed: new Set(),
    narrowed: new Set(),
    needsReconnect: new Set(),
    failed: new Set(),
    storeFailed: new Set(),
  };
  return {
    emit(kind, event) {
      // In a turn of their own: what a listener throws is the application's, and disturbs no renewal.
      for (const listener of listeners[kind]) queueMicrotask(() => listener(event));
    },
    on(kind, listener) {
      // The same listener may be added twice.
      const own = (event: WorkerEvents[typeof kind]) => listener(event);
      listeners[kind].add(own);
      return () => void listeners[kind].delete(own);
    },
  };
}
