import type { Ending, Expectation, Touch, User } from '@ostiary/model';
import type { UserId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import { locking } from './locking.ts';
import type { Call } from '../statement.ts';
import { arrayOf, identifying, idText, soughtUuid, textArrayOf, uuidOf } from '../values.ts';

type UserRow = { id: string; epoch: number; isDisabled: boolean };
type UsernameRow = { username: string };

interface UserState {
  epoch: number;
  isDisabled: boolean;
  /** A new one; else it stays. */
  passwordHash?: string;
  /** Set where the epoch was raised. */
  epochRaisedAtMs?: number;
  isChanged: boolean;
}

const columns = 'select id, epoch, is_disabled as "isDisabled" from "user" where id = any($1::uuid[])';
const lock = locking<UserRow>('user', `${columns} order by id`);
const findTaken = statement<UsernameRow>(
  'username_find',
  'select username from "user" where username = any($1::text[])',
);
const update = statement(
  'user_update',
  `update "user" set epoch = v.epoch, is_disabled = v.is_disabled,
    password_hash = coalesce(v.password_hash, "user".password_hash),
    epoch_raised_at = coalesce(v.epoch_raised_at, "user".epoch_raised_at)
  from unnest($1::uuid[], $2::integer[], $3::boolean[], $4::text[], $5::bigint[])
    as v (id, epoch, is_disabled, password_hash, epoch_raised_at)
  where "user".id = v.id`,
);
const insert = statement(
  'user_insert',
  `insert into "user" (id, username, password_hash, epoch, is_disabled, claims, created_at,
    epoch_raised_at)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::integer[], $5::boolean[], $6::text[], $7::bigint[],
    $8::bigint[])`,
);

/** Users as the plans of one batch see them, one after the other. */
export class UserRows {
  readonly #rows = new Map<UserId, UserState>();
  readonly #born = new Map<UserId, User>();
  readonly #taken = new Set<string>();

  /** Locks the rows and gives them to this batch. */
  static lock(ids: Iterable<string>, isChanged: boolean): Call {
    const uuids = [...ids].flatMap((id) => soughtUuid('user', id) ?? []);
    return { statement: isChanged ? lock.update : lock.share, values: [arrayOf(uuids)] };
  }

  static findTaken(usernames: Iterable<string>): Call {
    return { statement: findTaken, values: [textArrayOf([...usernames].map(identifying))] };
  }

  load(rows: UserRow[]): void {
    for (const { id, epoch, isDisabled } of rows) {
      this.#rows.set(idText('user', id), { epoch, isDisabled, isChanged: false });
    }
  }

  loadTaken(rows: UsernameRow[]): void {
    for (const { username } of rows) this.#taken.add(username);
  }

  has(id: UserId): boolean {
    return this.#rows.has(id);
  }

  stands({ id, epoch }: Expectation & { kind: 'user' }): boolean {
    return this.#rows.get(id)?.epoch === epoch;
  }

  isTaken(username: string): boolean {
    return this.#taken.has(username);
  }

  insert(row: User): void {
    this.#born.set(row.id, row);
    this.#taken.add(row.username);
    this.#rows.set(row.id, { epoch: row.epoch, isDisabled: row.isDisabled, isChanged: false });
  }

  end({ id, disable, atMs }: Ending & { kind: 'user' }): void {
    this.#change(id, (user) => {
      user.epoch += 1;
      user.epochRaisedAtMs = atMs;
      user.isDisabled ||= disable;
    });
  }

  setPassword({ userId, passwordHash }: Touch & { kind: 'password' }): void {
    this.#change(userId, (user) => (user.passwordHash = passwordHash));
  }

  enable({ userId }: Touch & { kind: 'enable' }): void {
    this.#change(userId, (user) => (user.isDisabled = false));
  }

  writes(): Call[] {
    return [...this.#insertions(), ...this.#updates()];
  }

  #change(id: UserId, change: (user: UserState) => void): void {
    const user = this.#rows.get(id);
    if (!user) return;
    change(user);
    user.isChanged = true;
  }

  #insertions(): Call[] {
    if (this.#born.size === 0) return [];
    const rows = [...this.#born.values()].map((row) => ({ ...row, ...this.#rows.get(row.id) }));
    rows.sort((a, b) => (a.username < b.username ? -1 : 1));
    return [
      {
        statement: insert,
        values: [
          arrayOf(rows.map((row) => uuidOf('user', row.id))),
          textArrayOf(rows.map((row) => identifying(row.username))),
          textArrayOf(rows.map((row) => row.passwordHash ?? null)),
          arrayOf(rows.map((row) => row.epoch)),
          arrayOf(rows.map((row) => row.isDisabled)),
          textArrayOf(rows.map((row) => JSON.stringify(row.claims))),
          arrayOf(rows.map((row) => row.createdAtMs)),
          arrayOf(rows.map((row) => row.epochRaisedAtMs ?? null)),
        ],
      },
    ];
  }

  #updates(): Call[] {
    const changed = [...this.#rows].filter(([id, row]) => row.isChanged && !this.#born.has(id));
    if (changed.length === 0) return [];
    return [
      {
        statement: update,
        values: [
          arrayOf(changed.map(([id]) => uuidOf('user', id))),
          arrayOf(changed.map(([, row]) => row.epoch)),
          arrayOf(changed.map(([, row]) => row.isDisabled)),
          textArrayOf(changed.map(([, row]) => row.passwordHash ?? null)),
          arrayOf(changed.map(([, row]) => row.epochRaisedAtMs ?? null)),
        ],
      },
    ];
  }
}
