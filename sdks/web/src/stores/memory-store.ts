import type { SessionStore, VersionedEntry } from './session-store.ts';

/** How many writes go by between two looks for what is over. */
const writesBetweenSweeps = 256;

/** Sessions in the memory of this process: gone when it ends, unknown to others. */
export function memoryStore({ now = Date.now }: { now?: () => number } = {}): SessionStore {
  const entries = new Map<string, VersionedEntry>();
  let writes = 0;
  const living = (key: string) => {
    const entry = entries.get(key);
    return entry !== undefined && entry.expiresAtMs > now() ? entry : undefined;
  };
  const sweep = () => {
    writes += 1;
    if (writes % writesBetweenSweeps !== 0) return;
    for (const [key, { expiresAtMs }] of entries) if (expiresAtMs <= now()) entries.delete(key);
  };
  return {
    read: async (key) => living(key),
    async replace(key, seen, entry) {
      if ((living(key)?.version ?? 0) !== seen) return false;
      entries.set(key, { ...entry, version: seen + 1 });
      sweep();
      return true;
    },
    async touch(key, expiresAtMs) {
      const entry = living(key);
      if (entry !== undefined) entries.set(key, { ...entry, expiresAtMs });
    },
    remove: async (key) => void entries.delete(key),
    async removeTagged(tag) {
      const found = [...entries].filter(([key, { tags }]) => tags.includes(tag) && living(key) !== undefined);
      for (const [key] of found) entries.delete(key);
      return found.length;
    },
  };
}
