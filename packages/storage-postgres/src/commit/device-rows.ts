import type { Device, Ending, Expectation, Touch } from '@ostiary/model';
import type { DeviceId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import { locking } from './locking.ts';
import type { Call } from '../statement.ts';
import { arrayOf, bytesOf, idText, soughtUuid, telling, textArrayOf, uuidOf } from '../values.ts';

type DeviceRow = { id: string; name: string; userAgent: string; seenAtMs: number; removedAtMs: number | null };
type DeviceState = Pick<Device, 'name' | 'userAgent' | 'seenAtMs' | 'removedAtMs'> & { isChanged: boolean };

const columns = `
  select id, name, user_agent as "userAgent", seen_at as "seenAtMs", removed_at as "removedAtMs"
  from device where id = any($1::uuid[])`;
const lock = locking<DeviceRow>('device', `${columns} order by id`);
const update = statement(
  'device_update',
  `update device set name = v.name, user_agent = v.user_agent, seen_at = v.seen_at, removed_at = v.removed_at
  from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
    as v (id, name, user_agent, seen_at, removed_at)
  where device.id = v.id`,
);
const insert = statement(
  'device_insert',
  `insert into device (id, name, user_agent, seen_at, removed_at, user_id, cookie_hash, created_at)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bytea[],
    $8::bigint[])`,
);

/** Devices as the plans of one batch see them, one after the other. */
export class DeviceRows {
  readonly #rows = new Map<DeviceId, DeviceState>();
  readonly #born = new Map<DeviceId, Device>();

  static lock(ids: Iterable<string>, isChanged: boolean): Call {
    const uuids = [...ids].flatMap((id) => soughtUuid('device', id) ?? []);
    return { statement: isChanged ? lock.update : lock.share, values: [arrayOf(uuids)] };
  }

  load(rows: DeviceRow[]): void {
    for (const { id, removedAtMs, ...rest } of rows) {
      this.#rows.set(idText('device', id), {
        ...rest,
        ...(removedAtMs !== null && { removedAtMs }),
        isChanged: false,
      });
    }
  }

  has(id: DeviceId): boolean {
    return this.#rows.has(id);
  }

  stands({ id }: Expectation & { kind: 'device' }): boolean {
    const device = this.#rows.get(id);
    return device !== undefined && device.removedAtMs === undefined;
  }

  insert(row: Device): void {
    this.#born.set(row.id, row);
    this.#rows.set(row.id, { ...row, isChanged: false });
  }

  remove({ id, atMs }: Ending & { kind: 'device' }): void {
    const device = this.#rows.get(id);
    if (!device || device.removedAtMs !== undefined) return;
    Object.assign(device, { removedAtMs: atMs, isChanged: true });
  }

  touch({ id, seenAtMs, userAgent, name }: Touch & { kind: 'device' }): void {
    const device = this.#rows.get(id);
    if (!device || device.seenAtMs > seenAtMs) return;
    Object.assign(device, { seenAtMs, userAgent, name, isChanged: true });
  }

  writes(): Call[] {
    const calls: Call[] = [];
    const born = [...this.#born.values()].map((row): Device => ({ ...row, ...this.#rows.get(row.id) }));
    if (born.length > 0) {
      const constant = [
        arrayOf(born.map((row) => uuidOf('user', row.userId))),
        textArrayOf(born.map((row) => bytesOf(row.cookieHash))),
        arrayOf(born.map((row) => row.createdAtMs)),
      ];
      calls.push({ statement: insert, values: [...changing(born.map((row) => [row.id, row])), ...constant] });
    }
    const changed = [...this.#rows].filter(([id, row]) => row.isChanged && !this.#born.has(id));
    if (changed.length > 0) calls.push({ statement: update, values: changing(changed) });
    return calls;
  }
}

function changing(rows: [DeviceId, Omit<DeviceState, 'isChanged'>][]): string[] {
  return [
    arrayOf(rows.map(([id]) => uuidOf('device', id))),
    textArrayOf(rows.map(([, row]) => telling(row.name))),
    textArrayOf(rows.map(([, row]) => telling(row.userAgent))),
    arrayOf(rows.map(([, row]) => row.seenAtMs)),
    arrayOf(rows.map(([, row]) => row.removedAtMs ?? null)),
  ];
}
