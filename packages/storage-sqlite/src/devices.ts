import type { Device, Ending, Expectation, Touch } from '@ostiary/model';
import type { Devices } from '@ostiary/storage';
import type { DeviceId, Digest, UserId } from '@ostiary/wire';
import { digestBlob, digestText, idBlob, idText, soughtDigest, soughtId } from './blobs.ts';
import type { Database, Statement } from './database.ts';

type DeviceRow = {
  id: Uint8Array;
  userId: Uint8Array;
  cookieHash: Uint8Array;
  name: string;
  userAgent: string;
  createdAtMs: number;
  seenAtMs: number;
  removedAtMs: number | null;
};

const columns = `
  select d.public_id as id, u.public_id as userId, d.cookie_hash as cookieHash, d.name, d.user_agent as userAgent,
    d.created_at as createdAtMs, d.seen_at as seenAtMs, d.removed_at as removedAtMs
  from device d join user u on u.id = d.user`;
const ofUser = 'where d.user = (select id from user where public_id = ?) and d.removed_at is null';
const lastSeenFirst = 'order by d.seen_at desc, d.id desc';

/** Devices: the port, and what plans do to them. */
export class DeviceTable implements Devices {
  readonly #find: Statement<DeviceRow>;
  readonly #findByCookie: Statement<DeviceRow>;
  readonly #list: Statement<DeviceRow>;
  readonly #standing: Statement<{ id: number }>;
  readonly #insert: Statement<never>;
  readonly #remove: Statement<never>;
  readonly #see: Statement<never>;

  constructor(db: Database) {
    this.#find = db.prepare(`${columns} where d.public_id = ?`);
    this.#findByCookie = db.prepare(`${columns} ${ofUser} and d.cookie_hash = ? ${lastSeenFirst} limit 1`);
    this.#list = db.prepare(`${columns} ${ofUser} ${lastSeenFirst}`);
    this.#standing = db.prepare('select id from device where public_id = ? and removed_at is null');
    this.#insert = db.prepare(`
      insert into device (public_id, user, cookie_hash, name, user_agent, created_at, seen_at, removed_at)
      values (?, (select id from user where public_id = ?), ?, ?, ?, ?, ?, ?)`);
    this.#remove = db.prepare('update device set removed_at = ? where public_id = ? and removed_at is null');
    this.#see = db.prepare(
      'update device set seen_at = ?, user_agent = ?, name = ? where public_id = ? and seen_at <= ?',
    );
  }

  async find(id: DeviceId): Promise<Device | undefined> {
    return deviceOf(this.#find.get(soughtId('device', id)));
  }

  async findByCookie(userId: UserId, cookieHash: Digest): Promise<Device | undefined> {
    return deviceOf(this.#findByCookie.get(soughtId('user', userId), soughtDigest(cookieHash)));
  }

  async list(userId: UserId): Promise<Device[]> {
    return this.#list.all(soughtId('user', userId)).flatMap((row) => deviceOf(row) ?? []);
  }

  stands({ id }: Expectation & { kind: 'device' }): boolean {
    return this.#standing.get(soughtId('device', id)) !== undefined;
  }

  insert(row: Device): void {
    this.#insert.run(
      idBlob('device', row.id),
      idBlob('user', row.userId),
      digestBlob(row.cookieHash),
      row.name,
      row.userAgent,
      row.createdAtMs,
      row.seenAtMs,
      row.removedAtMs ?? null,
    );
  }

  remove({ id, atMs }: Ending & { kind: 'device' }): void {
    this.#remove.run(atMs, idBlob('device', id));
  }

  touch({ id, seenAtMs, userAgent, name }: Touch & { kind: 'device' }): void {
    this.#see.run(seenAtMs, userAgent, name, idBlob('device', id), seenAtMs);
  }
}

function deviceOf(row: DeviceRow | undefined): Device | undefined {
  if (!row) return undefined;
  const device: Device = {
    id: idText('device', row.id),
    userId: idText('user', row.userId),
    cookieHash: digestText(row.cookieHash),
    name: row.name,
    userAgent: row.userAgent,
    createdAtMs: row.createdAtMs,
    seenAtMs: row.seenAtMs,
  };
  if (row.removedAtMs !== null) device.removedAtMs = row.removedAtMs;
  return device;
}
