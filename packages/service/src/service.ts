import type { ApiCatalogue } from '@ostiary/protocol';
import type { Store } from '@ostiary/storage';
import type { Draw } from './draw.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Limiter } from './limiter.ts';
import type { PasswordPool } from './passwords.ts';
import type { Clock, Log } from './ports.ts';
import type { RetryCounter } from './retry-counter.ts';
import type { RegisteredClient, Settings } from './settings.ts';

/** Everything the operations of this room share. Operations are functions that take it first. */
export interface Service {
  settings: Settings;
  store: Store;
  clock: Clock;
  log: Log;
  draw: Draw;
  keyring: Keyring;
  passwords: PasswordPool;
  clients: ReadonlyMap<string, RegisteredClient>;
  catalogue: ApiCatalogue;
  /** Part of every refresh token's tag. */
  restoreEpoch: number;
  retries: RetryCounter;
  limits: Limits;
}

/** Rates that protect secrets from guessing. Counted per node. */
export interface Limits {
  signInPerAccount: Limiter;
  signInPerAddress: Limiter;
  clientErrors: Limiter;
}
