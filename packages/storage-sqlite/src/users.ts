import type { Ending, Expectation, Touch, User } from '@ostiary/model';
import type { Users } from '@ostiary/storage';
import type { UserId } from '@ostiary/wire';
import { idBlob, idText, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';
import type { ParsedJson } from './interned.ts';

type UserRow = {
  id: Uint8Array;
  username: string;
  passwordHash: string | null;
  epoch: number;
  disabled: number;
  claims: string;
  createdAtMs: number;
  epochRaisedAtMs: number | null;
};

const columns = `
  select public_id as id, username, password_hash as passwordHash, epoch, disabled, claims, created_at as createdAtMs,
    epoch_raised_at as epochRaisedAtMs
  from user`;

/** People with accounts: the port, and what plans do to them. */
export class UserTable implements Users {
  readonly #claims: ParsedJson;
  readonly #find: Statement<UserRow>;
  readonly #findByUsername: Statement<UserRow>;
  readonly #epoch: Statement<{ epoch: number }>;
  readonly #insert: Statement<never>;
  readonly #end: Statement<never>;
  readonly #setPassword: Statement<never>;
  readonly #enable: Statement<never>;

  constructor(db: Database, claims: ParsedJson) {
    this.#claims = claims;
    this.#find = db.prepare(`${columns} where public_id = ?`);
    this.#findByUsername = db.prepare(`${columns} where username = ?`);
    this.#epoch = db.prepare('select epoch from user where public_id = ?');
    this.#insert = db.prepare(`
      insert into user (public_id, username, password_hash, epoch, disabled, claims, created_at, epoch_raised_at)
      values (?, ?, ?, ?, ?, ?, ?, ?)`);
    this.#end = db.prepare(
      'update user set epoch = epoch + 1, epoch_raised_at = ?, disabled = max(disabled, ?) where public_id = ?',
    );
    this.#setPassword = db.prepare('update user set password_hash = ? where public_id = ?');
    this.#enable = db.prepare('update user set disabled = 0 where public_id = ?');
  }

  async find(id: UserId): Promise<User | undefined> {
    return this.#userOf(this.#find.get(soughtId('user', id)));
  }

  async findByUsername(username: string): Promise<User | undefined> {
    return this.#userOf(this.#findByUsername.get(username));
  }

  stands({ id, epoch }: Expectation & { kind: 'user' }): boolean {
    return this.#epoch.get(soughtId('user', id))?.epoch === epoch;
  }

  isTaken(username: string): boolean {
    return this.#findByUsername.get(username) !== undefined;
  }

  insert(row: User): void {
    this.#insert.run(
      idBlob('user', row.id),
      row.username,
      row.passwordHash ?? null,
      row.epoch,
      Number(row.isDisabled),
      JSON.stringify(row.claims),
      row.createdAtMs,
      row.epochRaisedAtMs ?? null,
    );
  }

  end({ id, disable, atMs }: Ending & { kind: 'user' }): void {
    this.#end.run(atMs, Number(disable), idBlob('user', id));
  }

  setPassword({ userId, passwordHash }: Touch & { kind: 'password' }): void {
    this.#setPassword.run(passwordHash, idBlob('user', userId));
  }

  enable({ userId }: Touch & { kind: 'enable' }): void {
    this.#enable.run(idBlob('user', userId));
  }

  #userOf(row: UserRow | undefined): User | undefined {
    if (!row) return undefined;
    const user: User = {
      id: idText('user', row.id),
      username: row.username,
      epoch: row.epoch,
      isDisabled: row.disabled === 1,
      claims: this.#claims.parse(row.claims),
      createdAtMs: row.createdAtMs,
    };
    if (row.passwordHash !== null) user.passwordHash = row.passwordHash;
    if (row.epochRaisedAtMs !== null) user.epochRaisedAtMs = row.epochRaisedAtMs;
    return user;
  }
}
