import type { Consumption } from '@ostiary/model';
import { digestBlob, digestText, soughtDigest } from './blobs.ts';
import type { Database, Statement } from './database.ts';

/** One-time values such as the `jti` of client assertions. */
export class OnceValueTable {
  readonly #find: Statement<{ operation: Uint8Array }>;
  readonly #insert: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare('select operation from once_value where hash = ?');
    this.#insert = db.prepare(
      'insert into once_value (hash, operation, expires_at) values (?, ?, ?) on conflict (hash) do nothing',
    );
  }

  /** A value consumed by the same operation was consumed by this very plan, in an attempt whose outcome stayed unknown. */
  isUnused({ hash, operation }: Consumption & { kind: 'once' }): boolean {
    const row = this.#find.get(soughtDigest(hash));
    return row === undefined || digestText(row.operation) === operation;
  }

  consume({ hash, operation, expiresAtMs }: Consumption & { kind: 'once' }): void {
    this.#insert.run(digestBlob(hash), digestBlob(operation), expiresAtMs);
  }
}
