import type { Living, SessionLimits, Upkeep } from '@ostiary/storage';
import type { ClientId } from '@ostiary/wire';
import type { Operations, Transaction } from './operations.ts';
import { statement } from './statement.ts';
import type { Statement, Value } from './statement.ts';
import { idText } from './values.ts';

type KeyRow = { key: string };
type MetaRow = { value: string };
type SessionRow = { id: string; userId: string; deviceId: string };
type FamilyRow = SessionRow & { clientId: ClientId };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Rows of a large table that one run looks at: without an index on expiry, a run must stay short whatever the size. */
const windowRows = 5_000;
const firstUuid = '00000000-0000-0000-0000-000000000000';
const lastUuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const readMeta = statement<MetaRow>('meta_read', 'select value from meta where name = $1');
const lockMeta = statement<MetaRow>('meta_lock', 'select value from meta where name = $1 for update');
const writeMeta = statement(
  'meta_write',
  'insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = excluded.value',
);

/** Rows are locked in the order in which commits lock them, so that the two never wait for each other. */
const removeInteractions = statement<KeyRow>(
  'upkeep_interactions',
  `delete from interaction where hash in (
    select hash from interaction
    where hash in (select hash from interaction where expires_at <= $1 order by expires_at limit $2)
    order by hash for update)
  returning hash as key`,
);
const removeOnceValues = statement<KeyRow>(
  'upkeep_once_values',
  `delete from once_value where hash in (
    select hash from once_value
    where hash in (select hash from once_value where expires_at <= $1 order by expires_at limit $2)
    order by hash for update)
  returning hash as key`,
);
const removeRevokedTokens = statement<KeyRow>(
  'upkeep_revoked_tokens',
  `delete from revoked_token where token_id in (
    select token_id from revoked_token
    where token_id in (select token_id from revoked_token where expires_at <= $1 order by expires_at limit $2)
    order by token_id for update)
  returning token_id as key`,
);
const removeCodes = statement<KeyRow>(
  'upkeep_codes',
  `delete from code where hash in (
    select hash from code
    where hash in (select hash from code where expires_at <= $1 order by expires_at limit $2)
    order by hash for update)
  returning hash as key`,
);
const removeRates = statement<KeyRow>(
  'upkeep_rates',
  `delete from rate where key in (select key from rate where full_at <= $1 order by key limit $2 for update)
  returning key`,
);
const removeNodes = statement<KeyRow>(
  'upkeep_nodes',
  `delete from node where id in (select id from node where seen_at <= $1 order by id limit $2 for update)
  returning id as key`,
);
const familyWindowEnd = statement<KeyRow>(
  'upkeep_family_window',
  'select id as key from family where id > $1 order by id limit 1 offset $2',
);
const removeFamilies = statement<KeyRow>(
  'upkeep_families',
  `delete from family where id in (
    select id from family where id in (
      select f.id from family f join terms t on t.key = f.terms
      where f.id > $1 and f.id <= $2 and (f.ended_at <= $4
        or f.used_at + t.idle_seconds * 1000 <= $4 or f.created_at + t.absolute_seconds * 1000 <= $4)
      order by f.id limit $3)
    order by id for update)
  returning id as key`,
);
const sessionWindowEnd = statement<KeyRow>(
  'upkeep_session_window',
  'select id as key from session where id > $1 order by id limit 1 offset $2',
);
const removeSessions = statement<KeyRow>(
  'upkeep_sessions',
  `delete from session where id in (
    select id from session
    where id > $1 and id <= $2
      and (ended_at <= $4 or seen_at + $5::bigint <= $4 or auth_time + $6::bigint <= $4)
    order by id limit $3 for update)
  returning id as key`,
);
const participantWindowEnd = statement<KeyRow>(
  'upkeep_participant_window',
  'select session_id as key from participant where session_id > $1 order by session_id limit 1 offset $2',
);
const removeParticipants = statement<KeyRow>(
  'upkeep_participants',
  `delete from participant where (session_id, client) in (
    select p.session_id, p.client from participant p
    where p.session_id > $1 and p.session_id <= $2 and not exists (select 1 from session s where s.id = p.session_id)
    order by p.session_id, p.client limit $3 for update)
  returning session_id as key`,
);

const listSessions = statement<SessionRow>(
  'living_sessions',
  `select id, user_id as "userId", device_id as "deviceId" from session
  where ended_at is null and created_at <= $1 limit $2`,
);
const listFamilies = statement<FamilyRow>(
  'living_families',
  `select f.id, f.user_id as "userId", f.device_id as "deviceId", c.client_id as "clientId"
  from family f join client c on c.key = f.client
  where f.ended_at is null and f.created_at <= $1 limit $2`,
);
const removePendingCodes = statement<KeyRow>(
  'pending_codes',
  'delete from code where hash in (select hash from code order by hash limit $1 for update) returning hash as key',
);
const removePendingInteractions = statement<KeyRow>(
  'pending_interactions',
  `delete from interaction where hash in (select hash from interaction order by hash limit $1 for update)
  returning hash as key`,
);

/** Housekeeping. Audit rows are kept. */
export class UpkeepSteps implements Upkeep {
  readonly #operations: Operations;

  constructor(operations: Operations) {
    this.#operations = operations;
  }

  async removeExpired(nowMs: number, limit: number, sessionLimits: SessionLimits = {}): Promise<number> {
    const lastRunMs = await this.#operations.transaction((run) => noteRun(run, nowMs));
    if (Math.abs(nowMs - lastRunMs) > hourMs) return 0;
    const left = new Allowance(limit);
    for (const remove of [removeInteractions, removeOnceValues, removeRevokedTokens, removeRates]) {
      await this.#remove(remove, left, nowMs);
    }
    await this.#remove(removeNodes, left, nowMs - dayMs);
    await this.#remove(removeCodes, left, nowMs - dayMs);
    const before = String(nowMs - 30 * dayMs);
    await this.#sweep({ cursor: 'family', windowEnd: familyWindowEnd, remove: removeFamilies }, left, [before]);
    const limits = [sessionLimits.idleSeconds, sessionLimits.absoluteSeconds].map(milliseconds);
    await this.#sweep({ cursor: 'session', windowEnd: sessionWindowEnd, remove: removeSessions }, left, [
      before,
      ...limits,
    ]);
    const participants = { cursor: 'participant', windowEnd: participantWindowEnd, remove: removeParticipants };
    await this.#sweep(participants, left, []);
    return left.taken;
  }

  async restoreEpoch(): Promise<number> {
    const [row] = await this.#operations.query(readMeta, ['restore_epoch']);
    return Number(row?.value ?? 0);
  }

  async raiseRestoreEpoch(nowMs: number): Promise<number> {
    return this.#operations.transaction(async (run) => {
      const [row] = await run(lockMeta, ['restore_epoch']);
      const raised = Math.max(Number(row?.value ?? 0) + 1, Math.floor(nowMs / 1000));
      await run(writeMeta, ['restore_epoch', String(raised)]);
      return raised;
    });
  }

  async listLiving(bornUntilMs: number, limit: number): Promise<Living> {
    const values = [String(bornUntilMs), String(limit)];
    const sessions = await this.#operations.query(listSessions, values);
    const families = await this.#operations.query(listFamilies, values);
    return {
      sessions: sessions.map(placeOf),
      families: families.map((row) => ({ ...placeOf(row), id: idText('family', row.id), clientId: row.clientId })),
    };
  }

  async removePending(limit: number): Promise<number> {
    const codes = await this.#operations.query(removePendingCodes, [String(limit)]);
    const interactions = await this.#operations.query(removePendingInteractions, [String(limit - codes.length)]);
    return codes.length + interactions.length;
  }

  async #remove(remove: Statement<KeyRow>, left: Allowance, untilMs: number): Promise<void> {
    if (left.rows > 0) left.take((await this.#operations.query(remove, [String(untilMs), String(left.rows)])).length);
  }

  /** Looks at the next rows after those of the last run, and from the beginning again after the last row. */
  async #sweep({ cursor, windowEnd, remove }: Sweep, left: Allowance, values: Value[]): Promise<void> {
    const name = `upkeep_${cursor}_cursor`;
    const [start] = await this.#operations.query(readMeta, [name]);
    const after = start?.value ?? firstUuid;
    const [end] = await this.#operations.query(windowEnd, [after, String(windowRows - 1)]);
    const window = [after, end?.key ?? lastUuid, String(left.rows)];
    const removed = (await this.#operations.query(remove, [...window, ...values])).length;
    const isWindowDone = removed < left.rows;
    left.take(removed);
    if (isWindowDone) await this.#operations.query(writeMeta, [name, end?.key ?? firstUuid]);
  }
}

interface Sweep {
  /** Part of the name in `meta` of the last row looked at. */
  cursor: string;
  windowEnd: Statement<KeyRow>;
  remove: Statement<KeyRow>;
}

/** How many rows may still go. */
class Allowance {
  readonly #limit: number;
  taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get rows(): number {
    return this.#limit - this.taken;
  }

  take(rows: number): void {
    this.taken += rows;
  }
}

/** Writes the time of this run and returns that of the last one. */
async function noteRun(run: Transaction, nowMs: number): Promise<number> {
  const [last] = await run(lockMeta, ['upkeep_ran_at']);
  await run(writeMeta, ['upkeep_ran_at', String(nowMs)]);
  return last === undefined ? nowMs : Number(last.value);
}

function milliseconds(seconds: number | undefined): Value {
  return seconds === undefined ? null : String(seconds * 1000);
}

function placeOf({ id, userId, deviceId }: SessionRow): Living['sessions'][number] {
  return { id: idText('session', id), userId: idText('user', userId), deviceId: idText('device', deviceId) };
}
