import type { SessionRecord } from '@ostiary/session';
import type { Environment } from './environment.ts';

type Maybe<Value> = Value | Promise<Value>;

/** Where a session is kept. Each kind has its risk: see the guide. */
export interface SessionStore {
  read(): Maybe<SessionRecord | undefined>;
  /**
   * Reads, changes and writes in one step that no other change divides. `change` is given what stands and returns what is to
   * stand, `undefined` for nothing. Returns what stands then.
   */
  update(change: (current: SessionRecord | undefined) => SessionRecord | undefined): Maybe<SessionRecord | undefined>;
}

/** Opens a store for the client that is called `name` in this browser: `indexedDb()` of `@ostiary/browser/indexed-db`. */
export type OpenStore = (name: string) => SessionStore;

/** `memory`: gone with the page. `session`: this tab, until it is closed. `local`: all tabs, until sign-out. */
export type StorageKind = 'memory' | 'session' | 'local';

/** A store of one of the built-in kinds. Where the browser refuses to store, the page's memory serves. */
export function openStore(environment: Environment, kind: StorageKind, key: string): SessionStore {
  let memory: SessionRecord | undefined;
  const area = () => (kind === 'memory' ? undefined : environment.storage(kind));
  let isRefused = false;
  const read = () => {
    const place = area();
    if (place === undefined || isRefused) return memory;
    return parse(place.getItem(key));
  };
  const write = (record: SessionRecord | undefined) => {
    memory = record;
    try {
      if (record === undefined) area()?.removeItem(key);
      else area()?.setItem(key, JSON.stringify(record));
      isRefused = false;
    } catch {
      isRefused = true; // Quota, private mode. What stands there is older than what memory holds.
    }
  };
  return {
    read,
    update(change) {
      const current = read();
      const next = change(current);
      if (next !== current) write(next);
      return next;
    },
  };
}

function parse(text: string | null): SessionRecord | undefined {
  try {
    const value = JSON.parse(text ?? 'null') as SessionRecord | null;
    return typeof value?.tokens?.accessToken === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
