import type { KeyWrapper, Log } from '@ostiary/service';
import type { StorageObserver, Store } from '@ostiary/storage';
import type { SqlitePromotion } from '@ostiary/storage-sqlite';
import { openStore } from '../open-store.ts';
import type { PostgresPlace } from '../storage-place.ts';
import { StandBy, unfinished } from './stand-by.ts';
import { switchable } from './switchable-store.ts';
import { openTarget, unsealed } from './target.ts';

export interface StandingBehind {
  /** Follows the data when they move. */
  store: Store;
  standBy: StandBy;
}

interface StandingPlace {
  /** Of the file. */
  path: string;
  keyWrapper: KeyWrapper;
  log: Log;
  observer?: StorageObserver;
}

/**
 * Puts a server in the position to follow its file to PostgreSQL. What an earlier server left of a move is cleared
 * away. Closes the store when it throws.
 */
export async function standBehind(
  store: Store,
  { path, keyWrapper, log, observer }: StandingPlace,
): Promise<StandingBehind> {
  const { openSqlitePromotion } = await import('@ostiary/storage-sqlite');
  const file = await openClear(() => openSqlitePromotion(path)).catch(async (fault: unknown) => {
    await store.close();
    throw fault;
  });
  const switched = switchable(store);
  const placeOf = (sealed: string): PostgresPlace => unsealed(sealed, keyWrapper);
  const standBy = new StandBy({
    file,
    switchable: switched,
    log,
    monotonicMs: () => performance.now(),
    target: {
      open: async (sealed) =>
        openStore(placeOf(sealed), { isMigrated: false, isPromotionTarget: true, ...(observer && { observer }) }),
      async finish(sealed, source) {
        const target = await openTarget(placeOf(sealed));
        try {
          await target.mark.finish(source);
        } finally {
          await target.close();
        }
      },
    },
  });
  return { store: switched.store, standBy };
}

/** A request that nobody answered yet is left for this server to answer. */
async function openClear(open: () => SqlitePromotion): Promise<SqlitePromotion> {
  const file = open();
  const left = file.read();
  if (left === undefined || left.state === 'requested') return file;
  const note = 'another server was started on the file';
  file.move({ attempt: left.attempt, from: unfinished, to: 'aborted', note, atMs: Date.now() });
  return file;
}
