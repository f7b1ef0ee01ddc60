import { StorageUnavailable } from '@ostiary/storage';
import type { CarriedOver, DatabaseContents, LeftBehind, Present } from '@ostiary/storage-sqlite';
import { endLostHistory } from '@ostiary/service';
import type { EndOfHistory } from '@ostiary/service';
import { openService } from '../compose.ts';
import type { Composition } from '../compose.ts';
import { messageOf, Stop } from '../stop.ts';

export interface Restored {
  contents: DatabaseContents;
  /** What was there before. */
  present: Present;
  /** Where that is kept. */
  kept?: string;
  /** What happened after the backup, as far as it can be read. */
  since?: CarriedOver & LeftBehind;
  ended: EndOfHistory;
}

export interface RestorePlace {
  /** The backup. */
  from: string;
  /** Absolute path of the database. */
  database: string;
}

const waitMs = 2_000;

/**
 * Puts a backup in the place of the database. All the work is done on a copy aside: what must not come back to life is taken
 * over from the present database, the restore epoch is raised, and everything ends. Only then the copy takes its place, in
 * one step, so that a restored database with living tokens is never there, wherever the process is killed. Throws `Stop`.
 */
export async function restoreDatabase(house: Composition, { from, database }: RestorePlace): Promise<Restored> {
  const sqlite = await import('@ostiary/storage-sqlite');
  const lock = stopping(() => sqlite.lockAlone(database, waitMs));
  try {
    const staged = stopping(() => sqlite.stageBackup({ from, database }));
    try {
      const copy = { ...house, configuration: { ...house.configuration, storage: sqliteAt(staged.path) } };
      // The keys of the backup are opened before anything else: a wrong master key ends it here.
      await onService(copy, from, async () => undefined);
      const present = stopping(() => sqlite.foldPresent(database));
      const nowMs = house.clock.now();
      const since = present === 'whole' ? readable(() => sqlite.carryOver(staged.path, database, nowMs)) : undefined;
      const ended = await onService(copy, from, ({ service }) => endLostHistory(service));
      const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
      const kept = stopping(() => sqlite.putInPlace({ staged: staged.path, path: database, stamp }));
      return {
        contents: staged.contents,
        present,
        ended,
        ...(kept !== undefined && { kept }),
        ...(since && { since }),
      };
    } finally {
      staged.remove();
    }
  } finally {
    lock.release();
  }
}

function sqliteAt(path: string): Composition['configuration']['storage'] {
  return { kind: 'sqlite', path };
}

/** Works on the copy; what goes wrong is told of the backup. */
async function onService<Result>(
  copy: Composition,
  from: string,
  work: (open: Awaited<ReturnType<typeof openService>>) => Promise<Result>,
): Promise<Result> {
  const { storage } = copy.configuration;
  try {
    const open = await openService(copy);
    try {
      return await work(open);
    } finally {
      await open.close();
    }
  } catch (fault) {
    if (!(fault instanceof Stop || fault instanceof StorageUnavailable)) throw fault;
    const message = storage.kind === 'sqlite' ? fault.message.replaceAll(storage.path, from) : fault.message;
    throw new Stop(`nothing was changed: ${message}`, { cause: fault });
  }
}

/** A present database that breaks while it is read is no reason not to restore. */
function readable<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function stopping<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (fault) {
    throw new Stop(`nothing was changed: ${messageOf(fault)}`, { cause: fault });
  }
}
