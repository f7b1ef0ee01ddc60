import { createKeyWrapper } from './secrets/key-wrapper.ts';
import type { DevelopmentOverlay } from '@ostiary/http';
import type { Clock, Log, Meter, Service } from '@ostiary/service';
import type { StorageObserver, Store } from '@ostiary/storage';
import type { Configuration } from './config/configuration.ts';
import { openStore } from './open-store.ts';
import { withPatience } from './patience.ts';
import { standBehind } from './promote/stand-behind.ts';
import type { StandingBehind } from './promote/stand-behind.ts';
import { systemRandom } from './random.ts';
import { nameOf } from './storage-place.ts';

export interface Composition {
  /** A path in its `storage` is absolute. */
  configuration: Configuration;
  masterKey: Uint8Array;
  clock: Clock;
  log: Log;
  /** In development: what may change the configuration while the server runs. */
  overlay?: DevelopmentOverlay;
  /** Default: nothing is counted. */
  metrics?: { meter: Meter; observer: StorageObserver };
}

export interface OpenService {
  service: Service;
  /** Writes what was put off, and closes the store. */
  close(): Promise<void>;
}

/** Nodes that serve already read a new key well within this time, or are not ready any more. */
const firstKeyAheadMs = 40_000;

/**
 * Opens the store and the service on it. Throws `Stop` when the database or its keys cannot be opened.
 * @param standsBy it is a server, and follows its file when that is promoted to PostgreSQL
 */
export function openService(house: Composition, how: { standsBy?: boolean } = {}): Promise<OpenService> {
  return patiently(house, () => openOnce(house, how));
}

/** Does what a start needs of the database, again while it is too busy to answer. Throws `Stop` when that lasts. */
export function patiently<T>({ configuration, log }: Composition, work: () => Promise<T>): Promise<T> {
  return withPatience(work, {
    name: nameOf(configuration.storage),
    tell: (error, leftMs) => log.warn('database_late', { error, leftMs }),
  });
}

async function openOnce(
  { configuration, masterKey, clock, log, metrics }: Composition,
  { standsBy = false }: { standsBy?: boolean },
): Promise<OpenService> {
  const { settings, storage } = configuration;
  const [opened, { createService, flushCounters }] = await Promise.all([
    openStore(storage, { isMigrated: settings.isDevelopment, ...(metrics && { observer: metrics.observer }) }),
    import('@ostiary/service'),
  ]);
  const keyWrapper = createKeyWrapper({ masterKey, random: systemRandom, databaseName: nameOf(storage) });
  const { store, standBy }: Partial<StandingBehind> & { store: Store } =
    standsBy && storage.kind === 'sqlite' && storage.path !== ':memory:'
      ? await standBehind(opened, {
          path: storage.path,
          keyWrapper,
          log,
          ...(metrics && { observer: metrics.observer }),
        })
      : { store: opened };
  const close = async () => {
    await standBy?.stop();
    await store.close();
  };
  try {
    const service = await createService({
      settings,
      store,
      clock,
      random: systemRandom,
      keyWrapper,
      log,
      ...(metrics && { meter: metrics.meter }),
      ...(storage.kind === 'postgres' && { firstKeyAheadMs }),
    });
    standBy?.start();
    return {
      service,
      async close() {
        await flushCounters(service);
        await close();
      },
    };
  } catch (fault) {
    await close();
    throw fault;
  }
}
