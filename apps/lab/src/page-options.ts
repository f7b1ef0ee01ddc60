import type { Hono } from 'hono';
import type { LabAddresses } from './addresses.ts';
import type { IssuerClock } from './issuer-clock.ts';

/** What the server of the pages is given, and each scene with it. */
export interface PageOptions {
  addresses: LabAddresses;
  /** Origins of the pages: by name, and by number as an app on another site than the issuer. */
  origins: readonly string[];
  clock: IssuerClock;
}

/** A page with a server side of its own. */
export interface Scene {
  routes: Hono;
  /** Ends what it opened. */
  close(): Promise<void>;
}
