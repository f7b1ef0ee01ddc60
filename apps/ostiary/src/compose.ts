import { createKeyWrapper } from './secrets/key-wrapper.ts';
import type { Clock, Log, Service } from '@ostiary/service';
import type { Configuration } from './config/configuration.ts';
import { openStore } from './open-store.ts';
import { systemRandom } from './random.ts';
import { nameOf } from './storage-place.ts';

export interface Composition {
  /** A path in its `storage` is absolute. */
  configuration: Configuration;
  masterKey: Uint8Array;
  clock: Clock;
  log: Log;
}

export interface OpenService {
  service: Service;
  /** Writes what was put off, and closes the store. */
  close(): Promise<void>;
}

/** Opens the store and the service on it. Throws `Stop` when the database or its keys cannot be opened. */
export async function openService({ configuration, masterKey, clock, log }: Composition): Promise<OpenService> {
  const { settings, storage } = configuration;
  const [store, { createService, keepUp }] = await Promise.all([
    openStore(storage, { isMigrated: settings.isDevelopment }),
    import('@ostiary/service'),
  ]);
  try {
    const keyWrapper = createKeyWrapper({ masterKey, random: systemRandom, databaseName: nameOf(storage) });
    const service = await createService({ settings, store, clock, random: systemRandom, keyWrapper, log });
    return {
      service,
      async close() {
        await keepUp(service);
        await store.close();
      },
    };
  } catch (fault) {
    await store.close();
    throw fault;
  }
}
