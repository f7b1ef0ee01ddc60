/** What an adapter tells whoever measures it. Calls are cheap and must not throw. */
export interface StorageObserver {
  /** One batch was committed: how many plans it held, how many of them lost a race, how long it took. */
  batch(batch: { plans: number; lost: number; milliseconds: number }): void;
  /** Work was done again, and why. */
  retried(reason: RetryReason): void;
  /** State of the connection pool after a change. */
  pool(state: { open: number; idle: number; waiting: number }): void;
}

export type RetryReason = 'serialization' | 'deadlock' | 'connection' | 'ambiguous' | 'unique';
