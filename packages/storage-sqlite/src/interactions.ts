import type { Consumption, Interaction, Touch } from '@ostiary/model';
import type { Interactions } from '@ostiary/storage';
import type { Digest } from '@ostiary/wire';
import { digestBlob, soughtDigest } from './blobs.ts';
import type { Database, Statement } from './database.ts';

/** Pages in progress: the port, and what plans do to them. A consumed one stays until it expires. */
export class InteractionTable implements Interactions {
  readonly #find: Statement<{ body: string }>;
  readonly #insert: Statement<never>;
  readonly #consume: Statement<never>;
  readonly #choose: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare('select body from interaction where hash = ?');
    this.#insert = db.prepare('insert into interaction (hash, body, expires_at) values (?, ?, ?)');
    this.#consume = db.prepare(`
      update interaction set body = json_set(body, '$.isConsumed', json('true'))
      where hash = ? and body ->> '$.isConsumed' is null`);
    this.#choose = db.prepare(`update interaction set body = json_set(body, '$.chosenSessionId', ?) where hash = ?`);
  }

  async find(hash: Digest): Promise<Interaction | undefined> {
    const row = this.#find.get(soughtDigest(hash));
    return row && { hash, ...(JSON.parse(row.body) as Omit<Interaction, 'hash'>) };
  }

  isUnused({ hash }: Consumption & { kind: 'interaction' }): boolean {
    const row = this.#find.get(soughtDigest(hash));
    return row !== undefined && (JSON.parse(row.body) as Interaction).isConsumed !== true;
  }

  consume({ hash }: Consumption & { kind: 'interaction' }): void {
    if (this.#consume.run(digestBlob(hash)) !== 1) throw new Error('a plan consumes one interaction twice');
  }

  insert({ hash, ...body }: Interaction): void {
    this.#insert.run(digestBlob(hash), JSON.stringify(body), body.expiresAtMs);
  }

  touch({ hash, chosenSessionId }: Touch & { kind: 'interaction' }): void {
    this.#choose.run(chosenSessionId, digestBlob(hash));
  }
}
