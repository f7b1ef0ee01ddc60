import { createKeyWrapper } from './secrets/key-wrapper.ts';
import type { Clock, Log, Service } from '@ostiary/service';
import type { Configuration } from './config/configuration.ts';
import { systemRandom } from './random.ts';
import { messageOf, Stop } from './stop.ts';

export interface Composition {
  configuration: Configuration;
  /** Absolute path of the database, or `:memory:`. */
  storagePath: string;
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
export async function openService({
  configuration,
  storagePath,
  masterKey,
  clock,
  log,
}: Composition): Promise<OpenService> {
  const [{ openSqliteStore }, { createService, keepUp }] = await Promise.all([
    import('@ostiary/storage-sqlite'),
    import('@ostiary/service'),
  ]);
  const store = await openSqliteStore({ path: storagePath }).catch((fault: unknown) => {
    throw new Stop(`the database ${storagePath} cannot be opened: ${messageOf(fault)}`, { cause: fault });
  });
  try {
    const keyWrapper = createKeyWrapper({ masterKey, random: systemRandom, storagePath });
    const { settings } = configuration;
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
