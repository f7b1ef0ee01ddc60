import type { ApiCatalogue } from '@ostiary/protocol';
import type { Store } from '@ostiary/storage';
import type { Draw } from './draw.ts';
import type { Keyring } from './keys/keyring.ts';
import type { Limiter } from './limiter.ts';
import type { PasswordPool } from './passwords.ts';
import type { Clock, Log, Meter } from './ports.ts';
import type { RevocationFeed } from './revocations/feed.ts';
import type { RetryCounter } from './retry-counter.ts';
import type { RegisteredApi, RegisteredClient, Settings } from './settings.ts';

/** Everything the operations of this room share. Operations are functions that take it first. */
export interface Service {
  settings: Settings;
  store: Store;
  clock: Clock;
  log: Log;
  meter: Meter;
  draw: Draw;
  keyring: Keyring;
  passwords: PasswordPool;
  clients: ReadonlyMap<string, RegisteredClient>;
  apis: ReadonlyMap<string, RegisteredApi>;
  catalogue: ApiCatalogue;
  retries: RetryCounter;
  feed: RevocationFeed;
  limits: Limits;
}

/** Rates that are counted per node: what one node misses costs little, and counting it together would cost a write for each guess. */
export interface Limits {
  clientErrors: Limiter;
}
