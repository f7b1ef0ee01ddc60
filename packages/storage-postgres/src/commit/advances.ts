import type { Advance, CommitResult } from '@ostiary/model';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { arrayOf, bytesOf, soughtUuid, textArrayOf } from '../values.ts';
import type { Arrival } from './arrival.ts';

type AdvancedRow = { id: string };

/**
 * Locks in order, compares and writes in one statement, which is a transaction of its own. A row that changed since the
 * statement began is compared again as it is now.
 */
const advance = statement<AdvancedRow>(
  'family_advance',
  `with locked as (
    select family.id, v.generation, v.key_id, v.at, v.operation, v.is_attempted
    from family join unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::bigint[], $5::bytea[], $6::boolean[])
      as v (id, generation, key_id, at, operation, is_attempted) on v.id = family.id
    order by family.id for update)
  update family set generation = family.generation + 1, key_id = locked.key_id, rotated_at = locked.at,
    used_at = greatest(family.used_at, locked.at), operation = locked.operation, is_attempted = locked.is_attempted
  from locked
  where family.id = locked.id and family.generation = locked.generation and family.ended_at is null
  returning family.id`,
);

/** A batch of refreshes and nothing else: one round trip does it. */
export interface AdvanceBatch {
  call: Call;
  /** What became of each plan, by the rows of the call. */
  results(rows: object[]): CommitResult[];
}

const committed: CommitResult = { kind: 'committed' };
const lost: CommitResult = { kind: 'lost', conflict: 'family' };

/**
 * The batch as one statement, when every plan is one advance and all those of one family start from the same generation: then
 * the first of a family may win, and the others have lost whatever becomes of it.
 */
export function advanceBatch(batch: Arrival[]): AdvanceBatch | undefined {
  const firsts = new Map<string, Advance>();
  const uuids: (string | undefined)[] = [];
  for (const { plan, needs } of batch) {
    const [only] = plan.advances;
    if (!only || needs.length !== 1 || plan.events.length > 0 || plan.inserts.length > 0) return undefined;
    const uuid = soughtUuid('family', only.familyId);
    const first = uuid === undefined ? only : firsts.get(uuid);
    if (first && first.from !== only.from) return undefined;
    uuids.push(first ? undefined : uuid);
    if (uuid !== undefined && !first) firsts.set(uuid, only);
  }
  return { call: callOf(firsts), results: (rows) => resultsOf(uuids, rows as AdvancedRow[]) };
}

function callOf(firsts: Map<string, Advance>): Call {
  const advances = [...firsts.values()];
  return {
    statement: advance,
    values: [
      arrayOf([...firsts.keys()]),
      arrayOf(advances.map(({ from }) => from)),
      arrayOf(advances.map(({ keyId }) => keyId)),
      arrayOf(advances.map(({ atMs }) => atMs)),
      textArrayOf(advances.map(({ operation }) => bytesOf(operation))),
      arrayOf(advances.map(({ attempted }) => attempted)),
    ],
  };
}

function resultsOf(uuids: (string | undefined)[], rows: AdvancedRow[]): CommitResult[] {
  const advanced = new Set(rows.map(({ id }) => id));
  return uuids.map((uuid) => (uuid !== undefined && advanced.has(uuid) ? committed : lost));
}
