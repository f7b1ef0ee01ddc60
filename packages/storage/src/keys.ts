import type { StoredMacKey, StoredSigningKey } from '@ostiary/model';

/** Keys at rest, sealed under the master key. */
export interface Keys {
  listSigning(): Promise<StoredSigningKey[]>;
  listMac(): Promise<StoredMacKey[]>;
  /** Inserts unless `kid` is there. Several nodes may start at once: one that loses reads what the other wrote. */
  insertSigning(key: StoredSigningKey): Promise<boolean>;
  /**
   * Inserts unless there is any key of this `alg`, atomically: of nodes that find none and start at once exactly one makes the
   * first key, and the others read it. So nobody signs with a key that another node has not published.
   */
  insertFirstSigning(key: StoredSigningKey): Promise<boolean>;
  /** Inserts unless this purpose has this key id. */
  insertMac(key: StoredMacKey): Promise<boolean>;
  retireSigning(kid: string, retiredAtMs: number): Promise<void>;
  removeSigning(kid: string): Promise<void>;
}
