import type { Plan } from '@ostiary/model';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { uuidOf } from '../values.ts';
import type { BatchRows } from './batch-rows.ts';

type MarkRow = { mark: string };

const findEvent = statement<MarkRow>('mark_event', 'select place::text as mark from audit where place = $1');
const findFamily = statement<MarkRow>('mark_family', 'select id::text as mark from family where id = $1');
const findSession = statement<MarkRow>('mark_session', 'select id::text as mark from session where id = $1');
const findDevice = statement<MarkRow>('mark_device', 'select id::text as mark from device where id = $1');
const findUser = statement<MarkRow>('mark_user', 'select id::text as mark from "user" where id = $1');
const findCode = statement<MarkRow>('mark_code', 'select hash as mark from code where hash = $1');
const findInteraction = statement<MarkRow>('mark_interaction', 'select hash as mark from interaction where hash = $1');

/** What a committed batch was. */
export type Settlement = 'committed' | 'not committed' | 'unknown';

/**
 * How a batch is recognised after its outcome was lost: by what it alone can have written. A batch is committed as a whole,
 * so one mark speaks for all its plans.
 */
export interface Marks {
  /** Looks for the mark; sent after the batch's rows are locked, which waits for an attempt that is still on its way. */
  call: Call | undefined;
  /** `found` are the rows of `call`; `rows` the locked ones, not changed yet. */
  settle(found: object[], rows: BatchRows): Settlement;
}

/** `winners`: the plans that were written. */
export function marksOf(winners: { plan: Plan; places: readonly string[] }[]): Marks {
  const call = insertedMark(winners);
  if (call) return { call, settle: (found) => (found.length > 0 ? 'committed' : 'not committed') };
  return {
    call: undefined,
    settle: (_, rows) =>
      settledByUse(
        winners.map(({ plan }) => plan),
        rows,
      ),
  };
}

/** An event or a row under an id that was drawn for it. */
function insertedMark(winners: { plan: Plan; places: readonly string[] }[]): Call | undefined {
  for (const { places } of winners) {
    if (places[0] !== undefined) return { statement: findEvent, values: [places[0]] };
  }
  for (const { plan } of winners) {
    for (const insertion of plan.inserts) {
      const call = bornMark(insertion);
      if (call) return call;
    }
  }
  return undefined;
}

function bornMark(insertion: Plan['inserts'][number]): Call | undefined {
  switch (insertion.kind) {
    case 'family':
      return { statement: findFamily, values: [uuidOf('family', insertion.row.id)] };
    case 'session':
      return { statement: findSession, values: [uuidOf('session', insertion.row.id)] };
    case 'device':
      return { statement: findDevice, values: [uuidOf('device', insertion.row.id)] };
    case 'user':
      return { statement: findUser, values: [uuidOf('user', insertion.row.id)] };
    case 'code':
      return { statement: findCode, values: [insertion.row.hash] };
    case 'interaction':
      return { statement: findInteraction, values: [insertion.row.hash] };
    case 'consent':
    case 'revokedToken':
      return undefined;
  }
}

/** By the operation ids that advances and redemptions leave. A family that moved on past the advance tells nothing. */
function settledByUse(plans: Plan[], rows: BatchRows): Settlement {
  const settlements = plans.flatMap(({ advances, consumes }): Settlement[] => [
    ...advances.map(({ familyId, from, operation }) => {
      const standing = rows.families.standing(familyId);
      if (standing === undefined || standing.generation > from + 1) return 'unknown';
      return standing.generation === from + 1 && standing.operation === operation ? 'committed' : 'not committed';
    }),
    ...consumes.flatMap((consumption): Settlement[] => {
      if (consumption.kind !== 'code') return [];
      const redeemed = rows.codes.redemption(consumption.hash);
      return [redeemed?.operation === consumption.redemption.operation ? 'committed' : 'not committed'];
    }),
  ]);
  return settlements.find((settlement) => settlement !== 'unknown') ?? 'unknown';
}
