import type { Advance, Ending, Expectation, Family, Touch } from '@ostiary/model';
import type { Cause, FamilyId, UserId } from '@ostiary/wire';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import {
  arrayOf,
  bytesOf,
  clientKey,
  digestText,
  idText,
  saltUuid,
  soughtUuid,
  textArrayOf,
  uuidOf,
} from '../values.ts';
import { isPlace } from './session-rows.ts';

type FamilyRow = {
  id: string;
  userId: string;
  client: string;
  deviceId: string;
  sessionId: string;
  isSessionBound: boolean;
  generation: number;
  keyId: number;
  rotatedAtMs: number;
  usedAtMs: number;
  operation: string;
  attempted: boolean;
  retries: number;
  endedAtMs: number | null;
  endCause: Cause | null;
};

type Changing =
  | 'generation'
  | 'keyId'
  | 'rotatedAtMs'
  | 'usedAtMs'
  | 'operation'
  | 'attempted'
  | 'retries'
  | 'endedAtMs'
  | 'endCause';
interface FamilyState extends Pick<Family, 'userId' | 'deviceId' | 'sessionId' | Changing> {
  client: string;
  isSessionBound: boolean;
  isChanged: boolean;
}

const columns = `
  select id, user_id as "userId", client::text as client, device_id as "deviceId", session_id as "sessionId",
    is_session_bound as "isSessionBound", generation, key_id as "keyId", rotated_at as "rotatedAtMs",
    used_at as "usedAtMs", operation, is_attempted as attempted, retries, ended_at as "endedAtMs",
    end_cause as "endCause"
  from family`;
const lock = statement<FamilyRow>('family_lock', `${columns} where id = any($1::uuid[]) order by id for update`);
const lockSets = statement<FamilyRow>(
  'family_lock_sets',
  `${columns} where id in (
    select id from family where user_id = any($2::uuid[]) and ended_at is null
    union all
    select unnest($1::uuid[]))
  order by id for update`,
);
const update = statement(
  'family_update',
  `update family set generation = v.generation, key_id = v.key_id, rotated_at = v.rotated_at, used_at = v.used_at,
    operation = v.operation, is_attempted = v.is_attempted, retries = v.retries, ended_at = v.ended_at,
    end_cause = v.end_cause
  from unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::boolean[],
    $8::bigint[], $9::bigint[], $10::text[])
    as v (id, generation, key_id, rotated_at, used_at, operation, is_attempted, retries, ended_at, end_cause)
  where family.id = v.id`,
);
const insert = statement(
  'family_insert',
  `insert into family (id, generation, key_id, rotated_at, used_at, operation, is_attempted, retries, ended_at, end_cause,
    salt, user_id, client, device_id, session_id, terms, is_session_bound, auth_time, created_at, jkt, user_epoch,
    client_epoch, consent_version)
  select * from unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::boolean[],
    $8::bigint[], $9::bigint[], $10::text[], $11::uuid[], $12::uuid[], $13::bigint[], $14::uuid[], $15::uuid[],
    $16::bigint[], $17::boolean[], $18::bigint[], $19::bigint[], $20::bytea[], $21::integer[], $22::integer[],
    $23::integer[])`,
);

/** Grant families as the plans of one batch see them, one after the other. */
export class FamilyRows {
  readonly #rows = new Map<FamilyId, FamilyState>();
  readonly #born = new Map<FamilyId, { row: Family; terms: string }>();

  static lock(ids: Iterable<string>): Call {
    return { statement: lock, values: [uuids(ids)] };
  }

  /** Also locks all living ones of `users`, whose rows are locked before. */
  static lockSets(ids: Iterable<string>, users: Iterable<UserId>): Call {
    const owners = [...users].flatMap((id) => soughtUuid('user', id) ?? []);
    return { statement: lockSets, values: [uuids(ids), arrayOf(owners)] };
  }

  load(rows: FamilyRow[]): void {
    for (const { id, userId, deviceId, sessionId, operation, endedAtMs, endCause, ...rest } of rows) {
      this.#rows.set(idText('family', id), {
        ...rest,
        userId: idText('user', userId),
        deviceId: idText('device', deviceId),
        sessionId: idText('session', sessionId),
        operation: digestText(operation),
        ...(endedAtMs !== null && { endedAtMs }),
        ...(endCause !== null && { endCause }),
        isChanged: false,
      });
    }
  }

  /** Where a family stands, when it is there. */
  standing(id: FamilyId): Pick<Family, 'generation' | 'operation'> | undefined {
    return this.#rows.get(id);
  }

  stands({ id }: Expectation & { kind: 'family' }): boolean {
    const family = this.#rows.get(id);
    return family !== undefined && family.endedAtMs === undefined;
  }

  canAdvance({ familyId, from }: Advance): boolean {
    const family = this.#rows.get(familyId);
    return family !== undefined && family.endedAtMs === undefined && family.generation === from;
  }

  advance({ familyId, keyId, atMs, operation, attempted }: Advance): void {
    const family = this.#rows.get(familyId);
    if (!family) return;
    family.generation += 1;
    family.keyId = keyId;
    family.rotatedAtMs = atMs;
    family.usedAtMs = Math.max(family.usedAtMs, atMs);
    family.operation = operation;
    family.attempted = attempted;
    family.isChanged = true;
  }

  /** `terms` is the key of its terms. */
  insert(row: Family, terms: string): void {
    this.#born.set(row.id, { row, terms });
    const isSessionBound = row.terms.boundTo === 'session';
    this.#rows.set(row.id, { ...row, client: clientKey(row.clientId), isSessionBound, isChanged: false });
  }

  end({ id, cause, atMs }: Ending & { kind: 'family' }): void {
    const family = this.#rows.get(id);
    if (family) endOne(family, cause, atMs);
  }

  endSelection({ of, cause, atMs }: Ending & { kind: 'families' }): void {
    const client = of.clientId === undefined ? undefined : clientKey(of.clientId);
    for (const family of this.#rows.values()) {
      if (family.userId !== of.userId || (client !== undefined && family.client !== client)) continue;
      if (!isPlace(family.deviceId, of.deviceId, of.exceptDeviceId)) continue;
      if (of.sessionId !== undefined && family.sessionId !== of.sessionId) continue;
      if (of.boundTo === undefined || family.isSessionBound) endOne(family, cause, atMs);
    }
  }

  touch({ id, usedAtMs, retries }: Touch & { kind: 'family' }): void {
    const family = this.#rows.get(id);
    if (!family) return;
    family.usedAtMs = Math.max(family.usedAtMs, usedAtMs ?? 0);
    family.retries += retries ?? 0;
    family.isChanged = true;
  }

  writes(): Call[] {
    const calls: Call[] = [];
    const changed = [...this.#rows].filter(([id, row]) => row.isChanged && !this.#born.has(id));
    if (changed.length > 0) calls.push({ statement: update, values: changing(changed) });
    const born = [...this.#born.values()];
    if (born.length > 0) {
      const now = born.map(({ row }): [FamilyId, Pick<Family, Changing>] => [row.id, this.#rows.get(row.id) ?? row]);
      calls.push({ statement: insert, values: [...changing(now), ...constant(born)] });
    }
    return calls;
  }
}

function endOne(family: FamilyState, cause: Cause, atMs: number): void {
  if (family.endedAtMs !== undefined) return;
  Object.assign(family, { endedAtMs: atMs, endCause: cause, isChanged: true });
}

function changing(rows: [FamilyId, Pick<Family, Changing>][]): string[] {
  return [
    arrayOf(rows.map(([id]) => uuidOf('family', id))),
    arrayOf(rows.map(([, row]) => row.generation)),
    arrayOf(rows.map(([, row]) => row.keyId)),
    arrayOf(rows.map(([, row]) => row.rotatedAtMs)),
    arrayOf(rows.map(([, row]) => row.usedAtMs)),
    textArrayOf(rows.map(([, row]) => bytesOf(row.operation))),
    arrayOf(rows.map(([, row]) => row.attempted)),
    arrayOf(rows.map(([, row]) => row.retries)),
    arrayOf(rows.map(([, row]) => row.endedAtMs ?? null)),
    textArrayOf(rows.map(([, row]) => row.endCause ?? null)),
  ];
}

function constant(born: { row: Family; terms: string }[]): string[] {
  return [
    arrayOf(born.map(({ row }) => saltUuid(row.salt))),
    arrayOf(born.map(({ row }) => uuidOf('user', row.userId))),
    arrayOf(born.map(({ row }) => clientKey(row.clientId))),
    arrayOf(born.map(({ row }) => uuidOf('device', row.deviceId))),
    arrayOf(born.map(({ row }) => uuidOf('session', row.sessionId))),
    arrayOf(born.map(({ terms }) => terms)),
    arrayOf(born.map(({ row }) => row.terms.boundTo === 'session')),
    arrayOf(born.map(({ row }) => row.authTimeMs)),
    arrayOf(born.map(({ row }) => row.createdAtMs)),
    textArrayOf(born.map(({ row }) => (row.jkt === undefined ? null : bytesOf(row.jkt)))),
    arrayOf(born.map(({ row }) => row.userEpoch)),
    arrayOf(born.map(({ row }) => row.clientEpoch)),
    arrayOf(born.map(({ row }) => row.consentVersion)),
  ];
}

function uuids(ids: Iterable<string>): string {
  return arrayOf([...ids].flatMap((id) => soughtUuid('family', id) ?? []));
}
