import type { User } from '@ostiary/model';
import type { Users } from '@ostiary/storage';
import type { UserId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations } from './operations.ts';
import type { ParsedJson } from './parsed-json.ts';
import { statement } from './statement.ts';
import { idText, isStorable, soughtUuid } from './values.ts';

type UserRow = {
  id: string;
  username: string;
  passwordHash: string | null;
  epoch: number;
  isDisabled: boolean;
  claims: string;
  createdAtMs: number;
  epochRaisedAtMs: number | null;
};

const columns = `
  select id, username, password_hash as "passwordHash", epoch, is_disabled as "isDisabled", claims,
    created_at as "createdAtMs", epoch_raised_at as "epochRaisedAtMs"
  from "user"`;
const find = statement<UserRow>('user_find', `${columns} where id = any($1::uuid[])`);
const findByUsername = statement<UserRow>('user_find_by_username', `${columns} where username = any($1::text[])`);

/** Reads of people with accounts. */
export class UserReads implements Users {
  readonly #claims: ParsedJson;
  readonly #byId: BatchedRead<UserRow>;
  readonly #byUsername: BatchedRead<UserRow>;

  constructor(operations: Operations, claims: ParsedJson, readers: number) {
    this.#claims = claims;
    this.#byId = new BatchedRead(operations, find, (row) => row.id, readers);
    this.#byUsername = new BatchedRead(operations, findByUsername, (row) => row.username, readers);
  }

  async find(id: UserId): Promise<User | undefined> {
    const uuid = soughtUuid('user', id);
    return uuid === undefined ? undefined : this.#userOf(await this.#byId.find(uuid));
  }

  async findByUsername(username: string): Promise<User | undefined> {
    return isStorable(username) ? this.#userOf(await this.#byUsername.find(username)) : undefined;
  }

  #userOf(row: UserRow | undefined): User | undefined {
    if (!row) return undefined;
    const { passwordHash, epochRaisedAtMs, claims, id, ...rest } = row;
    const user: User = { ...rest, id: idText('user', id), claims: this.#claims.parse(claims) };
    if (passwordHash !== null) user.passwordHash = passwordHash;
    if (epochRaisedAtMs !== null) user.epochRaisedAtMs = epochRaisedAtMs;
    return user;
  }
}
