import type { Ending, Expectation, Session, Touch } from '@ostiary/model';
import type { Cause, DeviceId, Digest, SessionId, UserId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import { locking } from './locking.ts';
import type { Call } from '../statement.ts';
import { arrayOf, digestKey, idText, soughtUuid, textArrayOf, uuidOf } from '../values.ts';

type SessionRow = {
  id: string;
  userId: string;
  deviceId: string;
  cookieHash: Digest;
  authTimeMs: number;
  acr: string;
  amr: string;
  seenAtMs: number;
  endedAtMs: number | null;
  endCause: Cause | null;
};
type SessionState = Omit<Session, 'id' | 'userEpoch' | 'createdAtMs'> & { isChanged: boolean };

const columns = `
  select id, user_id as "userId", device_id as "deviceId", cookie_hash as "cookieHash", auth_time as "authTimeMs", acr,
    amr, seen_at as "seenAtMs", ended_at as "endedAtMs", end_cause as "endCause"
  from session`;
const lock = locking<SessionRow>('session', `${columns} where id = any($1::uuid[]) order by id`);
const lockSets = statement<SessionRow>(
  'session_lock_sets',
  `${columns} where id in (
    select id from session where user_id = any($2::uuid[]) and ended_at is null
    union all
    select unnest($1::uuid[]))
  order by id for update`,
);
const update = statement(
  'session_update',
  `update session set cookie_hash = v.cookie_hash, auth_time = v.auth_time, acr = v.acr, amr = v.amr,
    seen_at = v.seen_at, ended_at = v.ended_at, end_cause = v.end_cause
  from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[])
    as v (id, cookie_hash, auth_time, acr, amr, seen_at, ended_at, end_cause)
  where session.id = v.id`,
);
const insert = statement(
  'session_insert',
  `insert into session (id, cookie_hash, auth_time, acr, amr, seen_at, ended_at, end_cause, user_id, device_id,
    user_epoch, created_at)
  select * from unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
    $8::text[], $9::uuid[], $10::uuid[], $11::integer[], $12::bigint[])`,
);

/** Sign-ins as the plans of one batch see them, one after the other. */
export class SessionRows {
  readonly #rows = new Map<SessionId, SessionState>();
  readonly #born = new Map<SessionId, Session>();
  readonly #ended = new Map<SessionId, number>();

  static lock(ids: Iterable<string>, isChanged: boolean): Call {
    return { statement: isChanged ? lock.update : lock.share, values: [uuids(ids)] };
  }

  /** Also locks all living ones of `users`, whose rows are locked before. */
  static lockSets(ids: Iterable<string>, users: Iterable<UserId>): Call {
    const owners = [...users].flatMap((id) => soughtUuid('user', id) ?? []);
    return { statement: lockSets, values: [uuids(ids), arrayOf(owners)] };
  }

  load(rows: SessionRow[]): void {
    for (const { id, userId, deviceId, amr, endedAtMs, endCause, ...rest } of rows) {
      this.#rows.set(idText('session', id), {
        ...rest,
        userId: idText('user', userId),
        deviceId: idText('device', deviceId),
        amr: JSON.parse(amr) as string[],
        ...(endedAtMs !== null && { endedAtMs }),
        ...(endCause !== null && { endCause }),
        isChanged: false,
      });
    }
  }

  stands({ id }: Expectation & { kind: 'session' }): boolean {
    const session = this.#rows.get(id);
    return session !== undefined && session.endedAtMs === undefined;
  }

  insert(row: Session): void {
    this.#born.set(row.id, row);
    this.#rows.set(row.id, { ...row, isChanged: false });
  }

  end({ id, cause, atMs }: Ending & { kind: 'session' }): void {
    const session = this.#rows.get(id);
    if (session) this.#endOne(id, session, { cause, atMs });
  }

  endSelection({ userId, deviceId, exceptDeviceId, cause, atMs }: Ending & { kind: 'sessions' }): void {
    for (const [id, session] of this.#rows) {
      if (session.userId !== userId) continue;
      if (isPlace(session.deviceId, deviceId, exceptDeviceId)) this.#endOne(id, session, { cause, atMs });
    }
  }

  touch({ id, seenAtMs, renewed }: Touch & { kind: 'session' }): void {
    const session = this.#rows.get(id);
    if (!session) return;
    session.seenAtMs = Math.max(session.seenAtMs, seenAtMs);
    if (renewed && session.authTimeMs <= renewed.authTimeMs) Object.assign(session, renewed);
    session.isChanged = true;
  }

  /** Those that the plans ended, with the time. */
  ended(): (readonly [SessionId, number])[] {
    return [...this.#ended];
  }

  #endOne(id: SessionId, session: SessionState, { cause, atMs }: { cause: Cause; atMs: number }): void {
    if (session.endedAtMs !== undefined) return;
    Object.assign(session, { endedAtMs: atMs, endCause: cause, isChanged: true });
    this.#ended.set(id, atMs);
  }

  writes(): Call[] {
    const calls: Call[] = [];
    const born = [...this.#born.values()].map((row): Session => ({ ...row, ...this.#rows.get(row.id) }));
    if (born.length > 0) {
      const constant = [
        arrayOf(born.map((row) => uuidOf('user', row.userId))),
        arrayOf(born.map((row) => uuidOf('device', row.deviceId))),
        arrayOf(born.map((row) => row.userEpoch)),
        arrayOf(born.map((row) => row.createdAtMs)),
      ];
      calls.push({ statement: insert, values: [...changing(born.map((row) => [row.id, row])), ...constant] });
    }
    const changed = [...this.#rows].filter(([id, row]) => row.isChanged && !this.#born.has(id));
    if (changed.length > 0) calls.push({ statement: update, values: changing(changed) });
    return calls;
  }
}

/** Whether a device is the one or not the other, where they are given. */
export function isPlace(id: DeviceId, only: DeviceId | undefined, except: DeviceId | undefined): boolean {
  return (only === undefined || id === only) && (except === undefined || id !== except);
}

function changing(rows: [SessionId, Omit<SessionState, 'isChanged'>][]): string[] {
  return [
    arrayOf(rows.map(([id]) => uuidOf('session', id))),
    textArrayOf(rows.map(([, row]) => digestKey(row.cookieHash))),
    arrayOf(rows.map(([, row]) => row.authTimeMs)),
    textArrayOf(rows.map(([, row]) => row.acr)),
    textArrayOf(rows.map(([, row]) => JSON.stringify(row.amr))),
    arrayOf(rows.map(([, row]) => row.seenAtMs)),
    arrayOf(rows.map(([, row]) => row.endedAtMs ?? null)),
    textArrayOf(rows.map(([, row]) => row.endCause ?? null)),
  ];
}

function uuids(ids: Iterable<string>): string {
  return arrayOf([...ids].flatMap((id) => soughtUuid('session', id) ?? []));
}
