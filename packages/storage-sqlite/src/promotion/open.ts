import { DatabaseSync } from 'node:sqlite';
import { StorageUnavailable } from '@ostiary/storage';
import { lockShared } from '../backup/file-lock.ts';
import type { FileLock } from '../backup/file-lock.ts';
import type { Database, Statement } from '../database.ts';
import { databaseOn } from '../open.ts';
import { PromotionTable } from './promotion.ts';
import type { Promotion, PromotionMove, PromotionRequest } from './promotion.ts';
import { RowReader } from './rows.ts';
import { TransferSource } from './source.ts';

/** A connection of its own to a file that is, or may be, moved to another database. */
export class SqlitePromotion {
  readonly source: TransferSource;
  readonly #db: Database;
  readonly #lock: FileLock;
  readonly #table: PromotionTable;
  readonly #version: Statement<{ data_version: number }>;

  constructor(db: Database, lock: FileLock) {
    this.#db = db;
    this.#lock = lock;
    this.#table = new PromotionTable(db);
    this.#version = db.prepare('pragma data_version');
    this.source = new TransferSource(db, new RowReader(db));
  }

  /** Another one whenever anybody else changed the file. */
  version(): number {
    return this.#version.get()?.data_version ?? 0;
  }

  /**
   * Takes the file for this connection alone, until it is closed. False when anybody else has it open: the lock that tells is
   * of the operating system, so a process that was killed does not count.
   */
  takeAlone(): boolean {
    this.#db.exec('pragma busy_timeout = 0; pragma locking_mode = exclusive');
    try {
      this.#db.transaction(() => undefined);
      return true;
    } catch (fault) {
      if (!(fault instanceof StorageUnavailable)) throw fault;
      this.#db.exec('pragma locking_mode = normal');
      this.#table.read();
      return false;
    } finally {
      this.#db.exec(`pragma busy_timeout = ${busyTimeoutMs}`);
    }
  }

  read(): Promotion | undefined {
    return this.#table.read();
  }

  begin(request: PromotionRequest): Promotion | undefined {
    return this.#table.begin(request);
  }

  move(move: PromotionMove): boolean {
    return this.#table.move(move);
  }

  beat(attempt: number): void {
    this.#table.beat(attempt);
  }

  /** Says that the server works on the target, and how long it held its requests. */
  setHeld(attempt: number, heldMs: number): void {
    this.#table.setHeld(attempt, heldMs);
  }

  close(): void {
    this.#db.close();
    this.#lock.release();
  }
}

const busyTimeoutMs = 2_000;

/** The file must be there, and is not replaced by a restore meanwhile. Unlike a store, it opens one that was promoted. */
export function openSqlitePromotion(path: string): SqlitePromotion {
  const lock = lockShared(path, busyTimeoutMs);
  const handle = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    return new SqlitePromotion(databaseOn(handle), lock);
  } catch (error) {
    handle.close();
    lock.release();
    throw error;
  }
}
