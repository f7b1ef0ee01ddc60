import type { Session } from '@ostiary/model';
import type { Sessions } from '@ostiary/storage';
import type { Cause, Digest, SessionId, UserId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { idText, isStorable, soughtUuid } from './values.ts';

type SessionRow = {
  id: string;
  cookieHash: Digest;
  userId: string;
  deviceId: string;
  userEpoch: number;
  authTimeMs: number;
  acr: string;
  amr: string;
  createdAtMs: number;
  seenAtMs: number;
  endedAtMs: number | null;
  endCause: Cause | null;
};

const columns = `
  select id, cookie_hash as "cookieHash", user_id as "userId", device_id as "deviceId", user_epoch as "userEpoch",
    auth_time as "authTimeMs", acr, amr, created_at as "createdAtMs", seen_at as "seenAtMs", ended_at as "endedAtMs",
    end_cause as "endCause"
  from session`;
const find = statement<SessionRow>('session_find', `${columns} where id = any($1::uuid[])`);
const findByCookie = statement<SessionRow>('session_find_by_cookie', `${columns} where cookie_hash = any($1::text[])`);
const listLiving = statement<SessionRow>(
  'session_list_living',
  `${columns} where user_id = $1 and ended_at is null order by seen_at desc, created_at desc, id desc`,
);

/** Reads of sign-ins. */
export class SessionReads implements Sessions {
  readonly #operations: Operations;
  readonly #byId: BatchedRead<SessionRow>;
  readonly #byCookie: BatchedRead<SessionRow>;

  constructor(operations: Operations, readers: number) {
    this.#operations = operations;
    this.#byId = new BatchedRead(operations, find, (row) => row.id, readers);
    this.#byCookie = new BatchedRead(operations, findByCookie, (row) => row.cookieHash, readers);
  }

  async find(id: SessionId): Promise<Session | undefined> {
    const uuid = soughtUuid('session', id);
    return uuid === undefined ? undefined : sessionOf(await this.#byId.find(uuid));
  }

  async findByCookie(cookieHash: Digest): Promise<Session | undefined> {
    return isStorable(cookieHash) ? sessionOf(await this.#byCookie.find(cookieHash)) : undefined;
  }

  async listLiving(userId: UserId): Promise<Session[]> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined) return [];
    return (await this.#operations.query(listLiving, [uuid])).flatMap((row) => sessionOf(row) ?? []);
  }
}

function sessionOf(row: SessionRow | undefined): Session | undefined {
  if (!row) return undefined;
  const session: Session = {
    id: idText('session', row.id),
    cookieHash: row.cookieHash,
    userId: idText('user', row.userId),
    deviceId: idText('device', row.deviceId),
    userEpoch: row.userEpoch,
    authTimeMs: row.authTimeMs,
    acr: row.acr,
    amr: JSON.parse(row.amr) as string[],
    createdAtMs: row.createdAtMs,
    seenAtMs: row.seenAtMs,
  };
  if (row.endedAtMs !== null) session.endedAtMs = row.endedAtMs;
  if (row.endCause !== null) session.endCause = row.endCause;
  return session;
}
