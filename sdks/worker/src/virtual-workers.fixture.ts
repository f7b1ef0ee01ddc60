import { clientSecretBasic } from './client-authentication.ts';
import type { WorkerEvents } from './events.ts';
import type { SealingKey } from './sealing.ts';
import type { GrantStore } from './store/grant-store.ts';
import { memoryGrants } from './store/memory-store.ts';
import { VirtualHost } from './virtual-host.fixture.ts';
import { VirtualIssuer } from './virtual-issuer.fixture.ts';
import { createWorker } from './worker.ts';
import type { GrantWorker, WorkerOptions } from './worker.ts';

export const sealingKey: SealingKey = { id: 'k1', key: Buffer.alloc(32, 1).toString('base64url') };

/** What a worker told, in order. */
export interface Told {
  kind: keyof WorkerEvents;
  event: WorkerEvents[keyof WorkerEvents];
}

/** Workers on virtual machines that share a store and an issuer. */
export interface VirtualWorkers {
  host: VirtualHost;
  issuer: VirtualIssuer;
  store: GrantStore;
  open(
    options?: Partial<WorkerOptions>,
    machine?: Parameters<VirtualHost['environment']>[0],
  ): GrantWorker & { told: Told[] };
}

export function virtualWorkers(store: GrantStore = memoryGrants()): VirtualWorkers {
  const host: VirtualHost = new VirtualHost((request) => issuer.serve(request));
  const issuer = new VirtualIssuer(host);
  return {
    host,
    issuer,
    store,
    open(options = {}, machine = {}) {
      const worker = createWorker(
        {
          issuer: issuer.issuer,
          clientId: 'web',
          authentication: clientSecretBasic('secret'),
          store,
          sealingKeys: [sealingKey],
          ...options,
        },
        host.environment(machine),
      );
      return { ...worker, told: listen(worker) };
    },
  };
}

function listen(worker: GrantWorker): Told[] {
  const told: Told[] = [];
  const kinds = ['renewed', 'narrowed', 'needsReconnect', 'failed', 'storeFailed'] as const;
  for (const kind of kinds) worker.on(kind, (event) => void told.push({ kind, event }));
  return told;
}
