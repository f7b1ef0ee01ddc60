import type { Device } from '@ostiary/model';
import type { Devices } from '@ostiary/storage';
import type { DeviceId, Digest, UserId } from '@ostiary/wire';
import { BatchedRead } from './batched-read.ts';
import type { Operations } from './operations.ts';
import { statement } from './statement.ts';
import { digestText, idText, soughtBytes, soughtUuid } from './values.ts';

type DeviceRow = {
  id: string;
  userId: string;
  cookieHash: string;
  name: string;
  userAgent: string;
  createdAtMs: number;
  seenAtMs: number;
  removedAtMs: number | null;
};

const columns = `
  select id, user_id as "userId", cookie_hash as "cookieHash", name, user_agent as "userAgent",
    created_at as "createdAtMs", seen_at as "seenAtMs", removed_at as "removedAtMs"
  from device`;
const find = statement<DeviceRow>('device_find', `${columns} where id = any($1::uuid[])`);
const findByCookie = statement<DeviceRow>(
  'device_find_by_cookie',
  `${columns} where user_id = $1 and cookie_hash = $2 and removed_at is null order by seen_at desc, created_at desc limit 1`,
);
const list = statement<DeviceRow>(
  'device_list',
  `${columns} where user_id = $1 and removed_at is null order by seen_at desc, created_at desc, id desc`,
);

/** Reads of devices. */
export class DeviceReads implements Devices {
  readonly #operations: Operations;
  readonly #byId: BatchedRead<DeviceRow>;

  constructor(operations: Operations, readers: number) {
    this.#operations = operations;
    this.#byId = new BatchedRead(operations, find, (row) => row.id, readers);
  }

  async find(id: DeviceId): Promise<Device | undefined> {
    const uuid = soughtUuid('device', id);
    return uuid === undefined ? undefined : deviceOf(await this.#byId.find(uuid));
  }

  async findByCookie(userId: UserId, cookieHash: Digest): Promise<Device | undefined> {
    const [uuid, bytes] = [soughtUuid('user', userId), soughtBytes(cookieHash)];
    if (uuid === undefined || bytes === undefined) return undefined;
    const [row] = await this.#operations.query(findByCookie, [uuid, bytes]);
    return deviceOf(row);
  }

  async list(userId: UserId): Promise<Device[]> {
    const uuid = soughtUuid('user', userId);
    if (uuid === undefined) return [];
    return (await this.#operations.query(list, [uuid])).flatMap((row) => deviceOf(row) ?? []);
  }
}

function deviceOf(row: DeviceRow | undefined): Device | undefined {
  if (!row) return undefined;
  const { removedAtMs, id, userId, cookieHash, ...rest } = row;
  const device: Device = {
    ...rest,
    id: idText('device', id),
    userId: idText('user', userId),
    cookieHash: digestText(cookieHash),
  };
  if (removedAtMs !== null) device.removedAtMs = removedAtMs;
  return device;
}
