import type { Ending, Expectation, Session, Touch } from '@ostiary/model';
import type { Sessions } from '@ostiary/storage';
import type { Cause, Digest, SessionId, UserId } from '@ostiary/wire';
import { digestBlob, digestText, idBlob, idText, soughtDigest, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type SessionRow = {
  id: Uint8Array;
  cookieHash: Uint8Array;
  userId: Uint8Array;
  deviceId: Uint8Array;
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
  select s.public_id as id, s.cookie_hash as cookieHash, u.public_id as userId, d.public_id as deviceId,
    s.user_epoch as userEpoch, s.auth_time as authTimeMs, s.acr, s.amr, s.created_at as createdAtMs, s.seen_at as seenAtMs,
    s.ended_at as endedAtMs, s.end_cause as endCause
  from session s join user u on u.id = s.user join device d on d.id = s.device`;

const insertion = `
  insert into session (public_id, cookie_hash, user, device, user_epoch, auth_time, acr, amr, created_at, seen_at, ended_at,
    end_cause)
  values ($id, $cookieHash, (select id from user where public_id = $user),
    (select id from device where public_id = $device), $userEpoch, $authTime, $acr, $amr, $createdAt, $seenAt, $endedAt,
    $endCause)`;

const endingOfSelection = `
  update session set ended_at = $at, end_cause = $cause
  where user = (select id from user where public_id = $user) and ended_at is null
    and ($device is null or device = (select id from device where public_id = $device))
    and ($exceptDevice is null or device is not (select id from device where public_id = $exceptDevice))`;

/** Sign-ins: the port, and what plans do to them. */
export class SessionTable implements Sessions {
  readonly #find: Statement<SessionRow>;
  readonly #findByCookie: Statement<SessionRow>;
  readonly #listLiving: Statement<SessionRow>;
  readonly #living: Statement<{ id: number }>;
  readonly #insert: Statement<never>;
  readonly #end: Statement<never>;
  readonly #endSelection: Statement<never>;
  readonly #see: Statement<never>;
  readonly #renew: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare(`${columns} where s.public_id = ?`);
    this.#findByCookie = db.prepare(`${columns} where s.cookie_hash = ?`);
    this.#listLiving = db.prepare(`${columns}
      where s.user = (select id from user where public_id = ?) and s.ended_at is null
      order by s.seen_at desc, s.id desc`);
    this.#living = db.prepare('select id from session where public_id = ? and ended_at is null');
    this.#insert = db.prepare(insertion);
    this.#end = db.prepare('update session set ended_at = ?, end_cause = ? where public_id = ? and ended_at is null');
    this.#endSelection = db.prepare(endingOfSelection);
    this.#see = db.prepare('update session set seen_at = max(seen_at, ?) where public_id = ?');
    this.#renew = db.prepare(`
      update session set cookie_hash = ?, auth_time = ?, acr = ?, amr = ? where public_id = ? and auth_time <= ?`);
  }

  async find(id: SessionId): Promise<Session | undefined> {
    return sessionOf(this.#find.get(soughtId('session', id)));
  }

  async findByCookie(cookieHash: Digest): Promise<Session | undefined> {
    return sessionOf(this.#findByCookie.get(soughtDigest(cookieHash)));
  }

  async listLiving(userId: UserId): Promise<Session[]> {
    return this.#listLiving.all(soughtId('user', userId)).flatMap((row) => sessionOf(row) ?? []);
  }

  stands({ id }: Expectation & { kind: 'session' }): boolean {
    return this.#living.get(soughtId('session', id)) !== undefined;
  }

  insert(row: Session): void {
    this.#insert.runNamed({
      id: idBlob('session', row.id),
      cookieHash: digestBlob(row.cookieHash),
      user: idBlob('user', row.userId),
      device: idBlob('device', row.deviceId),
      userEpoch: row.userEpoch,
      authTime: row.authTimeMs,
      acr: row.acr,
      amr: JSON.stringify(row.amr),
      createdAt: row.createdAtMs,
      seenAt: row.seenAtMs,
      endedAt: row.endedAtMs ?? null,
      endCause: row.endCause ?? null,
    });
  }

  end({ id, cause, atMs }: Ending & { kind: 'session' }): void {
    this.#end.run(atMs, cause, idBlob('session', id));
  }

  endSelection({ userId, deviceId, exceptDeviceId, cause, atMs }: Ending & { kind: 'sessions' }): void {
    this.#endSelection.runNamed({
      at: atMs,
      cause,
      user: idBlob('user', userId),
      device: deviceId === undefined ? null : idBlob('device', deviceId),
      exceptDevice: exceptDeviceId === undefined ? null : idBlob('device', exceptDeviceId),
    });
  }

  touch({ id, seenAtMs, renewed }: Touch & { kind: 'session' }): void {
    const key = idBlob('session', id);
    this.#see.run(seenAtMs, key);
    if (!renewed) return;
    const { cookieHash, authTimeMs, acr, amr } = renewed;
    this.#renew.run(digestBlob(cookieHash), authTimeMs, acr, JSON.stringify(amr), key, authTimeMs);
  }
}

function sessionOf(row: SessionRow | undefined): Session | undefined {
  if (!row) return undefined;
  const session: Session = {
    id: idText('session', row.id),
    cookieHash: digestText(row.cookieHash),
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
