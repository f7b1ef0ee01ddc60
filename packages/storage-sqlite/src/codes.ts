import type { AuthorizationCode, Consumption } from '@ostiary/model';
import type { Codes } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { digestBlob, soughtDigest } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type CodeRow = { body: string; redemption: string | null };

/** Authorization codes: the port, and what plans do to them. */
export class CodeTable implements Codes {
  readonly #find: Statement<CodeRow>;
  readonly #insert: Statement<never>;
  readonly #redeem: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare('select body, redemption from code where hash = ?');
    this.#insert = db.prepare('insert into code (hash, body, expires_at, redemption) values (?, ?, ?, ?)');
    this.#redeem = db.prepare('update code set redemption = ? where hash = ? and redemption is null');
  }

  async find(hash: Digest): Promise<AuthorizationCode | undefined> {
    const row = this.#find.get(soughtDigest(hash));
    if (!row) return undefined;
    const code = { hash, ...(JSON.parse(row.body) as Omit<AuthorizationCode, 'hash'>) };
    if (row.redemption !== null) code.redemption = JSON.parse(row.redemption) as AuthorizationCode['redemption'];
    return code;
  }

  isUnused({ hash }: Consumption & { kind: 'code' }): boolean {
    return this.#find.get(soughtDigest(hash))?.redemption === null;
  }

  consume({ hash, redemption }: Consumption & { kind: 'code' }): void {
    const changed = this.#redeem.run(JSON.stringify(redemption), digestBlob(hash));
    if (changed !== 1) throw new Error('a plan consumes one code twice');
  }

  insert({ hash, redemption, ...body }: AuthorizationCode): void {
    const redeemed = redemption === undefined ? null : JSON.stringify(redemption);
    this.#insert.run(digestBlob(hash), JSON.stringify(body), body.expiresAtMs, redeemed);
  }
}
