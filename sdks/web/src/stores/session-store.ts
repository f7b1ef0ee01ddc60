/** One entry of a store, as the store sees it: nothing in it can be read or forged without the app's secret. */
export interface StoredEntry {
  value: string;
  /** Milliseconds since 1970; over entries are as good as gone. */
  expiresAtMs: number;
  /** Hashes under which entries are found to be removed together: of a user, of a session at the provider. */
  tags: readonly string[];
}

/** An entry with the number of its last change, 1 for a new one. */
export interface VersionedEntry extends StoredEntry {
  version: number;
}

/**
 * Keeps sessions. Any number of processes may use one store at the same time: `replace` is a compare-and-set, so of two that
 * saw the same version exactly one succeeds. A write that was answered is seen by every later read. Keys are hashes.
 */
export interface SessionStore {
  read(key: string): Promise<VersionedEntry | undefined>;
  /**
   * Puts `entry` in the place of the one with this version; 0: of none, or of one that is over. Whether it did.
   *
   * @param seen version of the entry that was read
   */
  replace(key: string, seen: number, entry: StoredEntry): Promise<boolean>;
  /** Moves the end of an entry; its version stays. Nothing to move is no error. */
  touch(key: string, expiresAtMs: number): Promise<void>;
  remove(key: string): Promise<void>;
  /** Removes all entries with this tag; returns how many there were. */
  removeTagged(tag: string): Promise<number>;
}
