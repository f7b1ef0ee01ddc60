import type { Advance, Plan } from '@ostiary/model';
import { StorageUnavailable } from '@ostiary/storage';
import { statement } from '../statement.ts';
import type { Call } from '../statement.ts';
import { uuidOf } from '../values.ts';
import type { Arrival, Outcome } from './arrival.ts';
import type { BatchRows } from './batch-rows.ts';

type MarkRow = { mark: string };

const findEvent = statement<MarkRow>('mark_event', 'select place::text as mark from audit where place = $1');
const findFamily = statement<MarkRow>('mark_family', 'select id::text as mark from family where id = $1');
const findSession = statement<MarkRow>('mark_session', 'select id::text as mark from session where id = $1');
const findDevice = statement<MarkRow>('mark_device', 'select id::text as mark from device where id = $1');
const findUser = statement<MarkRow>('mark_user', 'select id::text as mark from "user" where id = $1');
const findCode = statement<MarkRow>('mark_code', 'select hash as mark from code where hash = $1');
const findInteraction = statement<MarkRow>('mark_interaction', 'select hash as mark from interaction where hash = $1');

/** An attempt at a batch whose commit was sent and never answered. */
export interface Unsettled {
  /** Looks for a mark; sent after the batch's rows are locked, which waits for an attempt that is still on its way. */
  call: Call | undefined;
  /**
   * What became of each plan; undefined where nothing did, so that it is to be done now.
   * `found` are the rows of `call`, `rows` the locked ones, not changed yet.
   */
  settle(found: object[], rows: BatchRows): (Outcome | undefined)[];
}

/**
 * An attempt in one transaction: it is recognised by what it alone can have written, and one mark speaks for all its plans.
 * `known`: outcomes that an earlier attempt left, which this one did not touch.
 */
export function unsettledBatch(
  batch: Arrival[],
  outcomes: Outcome[],
  known: readonly (Outcome | undefined)[],
): Unsettled {
  const winners = batch.filter((_, index) => outcomes[index]?.kind === 'committed' && known[index] === undefined);
  const call = insertedMark(winners);
  return {
    call,
    settle(found, rows) {
      const isDone = call ? found.length > 0 : settledByUse(winners, rows);
      if (isDone === undefined) return outcomes.map((_, index) => known[index] ?? untold());
      return outcomes.map((outcome, index) => known[index] ?? (isDone ? outcome : undefined));
    },
  };
}

/** An attempt at advances alone, which did not come to know who won. */
export function unsettledAdvances(batch: Arrival[]): Unsettled {
  return { call: undefined, settle: (_, rows) => batch.map(({ plan }) => settledAdvance(plan.advances[0], rows)) };
}

function settledAdvance(advance: Advance | undefined, rows: BatchRows): Outcome | undefined {
  const isDone = advance && isAdvanced(advance, rows);
  if (isDone === true) return { kind: 'committed' };
  return isDone === undefined ? untold() : undefined;
}

function untold(): Outcome {
  const error = new StorageUnavailable('PostgreSQL: the outcome of a commit cannot be told');
  return { kind: 'failed', error };
}

/** An event or a row under an id that was drawn for it. */
function insertedMark(winners: Arrival[]): Call | undefined {
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
    case 'participant':
    case 'revokedToken':
      return undefined;
  }
}

/** By the operation ids that advances and redemptions leave; undefined when none of them tells. */
function settledByUse(winners: Arrival[], rows: BatchRows): boolean | undefined {
  for (const { plan } of winners) {
    for (const consumption of plan.consumes) {
      if (consumption.kind !== 'code') continue;
      return rows.codes.redemption(consumption.hash)?.operation === consumption.redemption.operation;
    }
    for (const advance of plan.advances) {
      const isDone = isAdvanced(advance, rows);
      if (isDone !== undefined) return isDone;
    }
  }
  return undefined;
}

/** Whether this advance made the family's generation; undefined when the family moved on past it, or is gone. */
function isAdvanced({ familyId, from, operation }: Advance, rows: BatchRows): boolean | undefined {
  const standing = rows.families.standing(familyId);
  if (standing === undefined || standing.generation > from + 1) return undefined;
  return standing.generation === from + 1 && standing.operation === operation;
}
