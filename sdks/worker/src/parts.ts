import type { ClientAuthentication } from './client-authentication.ts';
import type { Environment } from './environment.ts';
import type { WorkerEvents } from './events.ts';
import type { Provider } from './provider.ts';
import type { Sealer } from './sealing.ts';
import type { ServerTime } from './server-time.ts';
import type { GrantStore, Lease } from './store/grant-store.ts';

/** When grants are renewed: ahead of every access token's end, or when a token is asked for and before the grant idles out. */
export type RenewalPolicy = 'ahead' | 'onUse';

/** What the parts of a worker share. */
export interface Parts {
  issuer: string;
  clientId: string;
  /** Names this worker in leases. */
  owner: string;
  renewal: RenewalPolicy;
  environment: Environment;
  time: ServerTime;
  store: GrantStore;
  sealer: Sealer;
  authentication: ClientAuthentication;
  provider(): Promise<Provider>;
  emit<Kind extends keyof WorkerEvents>(kind: Kind, event: WorkerEvents[Kind]): void;
}

/** Longer than an issuer should need, shorter than its retry window. */
export const requestTimeoutMs = 15_000;
/** Outlasts the longest renewal: reading the metadata, the token request, and what the store takes before and after. */
const leaseMs = 60_000;

/** A lease from now on. */
export function newLease({ owner, time }: Parts): Lease {
  const nowMs = time.now();
  return { owner, nowMs, untilMs: nowMs + leaseMs };
}
