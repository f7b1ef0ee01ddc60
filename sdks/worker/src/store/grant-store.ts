import type { Grant, KeptGrant } from '../grant.ts';

/** For how long a worker has a grant to itself. All workers go by the issuer's clock. */
export interface Lease {
  owner: string;
  nowMs: number;
  untilMs: number;
}

/** One grant, or those of a client that are due, the earliest first. */
export type Claimed = { id: string } | { dueOf: string; limit: number };

/**
 * Where grants are kept. Many processes may use one store at a time. Each method is one atomic step; when its promise
 * resolves, what it wrote survives the process, and the machine where the store is meant to.
 */
export interface GrantStore {
  /**
   * Keeps a grant that was handed over, in place of the one of its id, whoever leases that. An active grant whose tokens are
   * newer (`obtainedAtMs`) stays, so that a hand-over that comes twice does no harm; then `false`. The store counts `fence`.
   */
  put(grant: KeptGrant): Promise<boolean>;
  read(id: string): Promise<KeptGrant | undefined>;
  /** All grants of a client, by their ids in order. */
  list(clientId: string): Promise<Grant[]>;
  /**
   * Leases what nobody leases at `nowMs`, and raises its `fence`. Of many callers at the same time one gets a grant. Due is
   * what has a `dueAtMs` that is not after `nowMs`.
   */
  claim(what: Claimed, lease: Lease): Promise<KeptGrant[]>;
  /** When the next grant of a client is due and not leased, as far as is known now. */
  nextDueMs(clientId: string): Promise<number | undefined>;
  /** Writes the grant if its `fence` is still the stored one; else `false`. `release` ends the lease as well. */
  save(grant: KeptGrant, lease: 'hold' | 'release'): Promise<boolean>;
  /** Removes the grant if its `fence` is still the stored one; else `false`. */
  remove(grant: Pick<KeptGrant, 'id' | 'fence'>): Promise<boolean>;
}
