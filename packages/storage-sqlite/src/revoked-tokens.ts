import type { RevokedTokens } from '@ostiary/storage';
import type { Insertion } from '@ostiary/model';
import type { Database, Statement } from './database.ts';

/** Access tokens taken back before they expired. */
export class RevokedTokenTable implements RevokedTokens {
  readonly #find: Statement<{ found: number }>;
  readonly #insert: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare('select 1 as found from revoked_token where token_id = ?');
    this.#insert = db.prepare(`
      insert into revoked_token (token_id, expires_at, revoked_at) values (?, ?, ?)
      on conflict (token_id) do update set expires_at = max(expires_at, excluded.expires_at)`);
  }

  async has(tokenId: string): Promise<boolean> {
    return this.#find.get(tokenId) !== undefined;
  }

  insert({ tokenId, expiresAtMs, atMs }: Insertion & { kind: 'revokedToken' }): void {
    this.#insert.run(tokenId, expiresAtMs, atMs);
  }
}
