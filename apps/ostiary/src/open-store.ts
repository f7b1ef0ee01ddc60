import type { Store, StorageObserver } from '@ostiary/storage';
import { nameOf } from './storage-place.ts';
import type { PostgresPlace, StoragePlace } from './storage-place.ts';
import { Stop } from './stop.ts';
import { whyNotOpened } from './why-not-opened.ts';

interface Opening {
  /** Brings the schema up to date first. SQLite does so always: nobody else can. */
  isMigrated: boolean;
  /** The rows of a file are being moved into it: it is not complete yet. */
  isPromotionTarget?: boolean;
  observer?: StorageObserver;
}

/** Opens the store. Only this file knows the adapters, and loads none but the one that is needed. Throws `Stop`. */
export async function openStore(
  place: StoragePlace,
  { isMigrated, isPromotionTarget = false, observer }: Opening,
): Promise<Store> {
  try {
    return place.kind === 'sqlite'
      ? await openSqlite(place.path, observer)
      : await openPostgres(place, { isMigrated, isPromotionTarget, ...(observer && { observer }) });
  } catch (fault) {
    throw new Stop(`the database ${nameOf(place)} cannot be opened: ${whyNotOpened(fault)}`, { cause: fault });
  }
}

async function openSqlite(path: string, observer: StorageObserver | undefined): Promise<Store> {
  const { openSqliteStore } = await import('@ostiary/storage-sqlite');
  return openSqliteStore({ path, ...(observer && { observer }) });
}

async function openPostgres(
  place: PostgresPlace,
  { isMigrated, isPromotionTarget = false, observer }: Opening,
): Promise<Store> {
  const { migratePostgres, openPostgresStore } = await import('@ostiary/storage-postgres');
  const { url, tls, readers, writers } = place;
  if (isMigrated) await migratePostgres({ url, ...(tls && { tls }) });
  return openPostgresStore({
    url,
    isPromotionTarget,
    ...(tls && { tls }),
    ...(readers !== undefined && { readers }),
    ...(writers !== undefined && { writers }),
    ...(observer && { observer }),
  });
}

/**
 * Brings the schema up to date.
 * @param runtimeRole is granted what the server needs, and no more
 * @returns names of the migrations that were applied. Throws `Stop`
 */
export async function migrateStore({ url, tls }: PostgresPlace, runtimeRole?: string): Promise<string[]> {
  const { migratePostgres } = await import('@ostiary/storage-postgres');
  try {
    const { applied } = await migratePostgres({
      url,
      ...(tls && { tls }),
      ...(runtimeRole !== undefined && { runtimeRole }),
    });
    return applied;
  } catch (fault) {
    const name = nameOf({ kind: 'postgres', url });
    throw new Stop(`the database ${name} cannot be migrated: ${whyNotOpened(fault)}`, { cause: fault });
  }
}
