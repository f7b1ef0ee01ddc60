import type { CommitResult, Conflict, Consumption, Ending, Expectation, Insertion, Plan, Touch } from '@ostiary/model';
import type { BatchRows } from './batch-rows.ts';

/**
 * Applies one plan to the rows of its batch, which are locked: all its conditions are compared with what the plans before it
 * left, and only then something changes. Within a plan, endings come before insertions: a plan that ends a user's other
 * sessions spares the one it begins. `places` are those of its events in the audit log.
 * Throws, and changes nothing, when the plan cannot be stored.
 */
export function applyPlan(rows: BatchRows, plan: Plan, places: readonly string[]): CommitResult {
  const conflict = conflictOf(rows, plan);
  if (conflict) return { kind: 'lost', conflict };
  assertStorable(rows, plan);
  for (const consumption of plan.consumes) consume(rows, consumption);
  for (const advance of plan.advances) rows.families.advance(advance);
  for (const ending of plan.ends) end(rows, ending);
  for (const insertion of plan.inserts) insert(rows, insertion);
  for (const touch of plan.touches) applyTouch(rows, touch);
  plan.events.forEach((event, index) => rows.audit.append(places[index] ?? '', event));
  return { kind: 'committed' };
}

function conflictOf(rows: BatchRows, { expects, consumes, advances, inserts }: Plan): Conflict | undefined {
  for (const expectation of expects) if (!stands(rows, expectation)) return expectation.kind;
  for (const consumption of consumes) if (!isUnused(rows, consumption)) return consumption.kind;
  if (!advances.every((advance) => rows.families.canAdvance(advance))) return 'family';
  const isTaken = inserts.some((each) => each.kind === 'user' && rows.users.isTaken(each.row.username));
  return isTaken ? 'username' : undefined;
}

function stands(rows: BatchRows, expectation: Expectation): boolean {
  switch (expectation.kind) {
    case 'user':
      return rows.users.stands(expectation);
    case 'client':
      return rows.clients.stands(expectation);
    case 'consent':
      return rows.consents.stands(expectation);
    case 'session':
      return rows.sessions.stands(expectation);
    case 'device':
      return rows.devices.stands(expectation);
    case 'family':
      return rows.families.stands(expectation);
  }
}

function isUnused(rows: BatchRows, consumption: Consumption): boolean {
  switch (consumption.kind) {
    case 'code':
      return rows.codes.isUnused(consumption);
    case 'interaction':
      return rows.interactions.isUnused(consumption);
    case 'once':
      return rows.onceValues.isUnused(consumption);
  }
}

/** What foreign keys would hold, and what would be done twice. */
function assertStorable(rows: BatchRows, { consumes, advances, inserts }: Plan): void {
  assertDifferent(
    advances.map(({ familyId }) => familyId),
    'advances one family',
  );
  const used = consumes.filter(({ kind }) => kind !== 'once');
  assertDifferent(
    used.map(({ hash }) => hash),
    'consumes one code or interaction',
  );
  const users = new Set(inserts.flatMap((each) => (each.kind === 'user' ? [each.row.id] : [])));
  const devices = new Set(inserts.flatMap((each) => (each.kind === 'device' ? [each.row.id] : [])));
  for (const { kind, row } of inserts.filter(refers)) {
    const isThere =
      (users.has(row.userId) || rows.users.has(row.userId)) &&
      (kind === 'device' || kind === 'consent' || devices.has(row.deviceId) || rows.devices.has(row.deviceId)) &&
      (kind === 'device' || kind === 'session' || rows.clients.has(row.clientId));
    if (!isThere) throw new Error(`a plan inserts a ${kind} that refers to something that is not there`);
  }
}

type Referring = Extract<Insertion, { kind: 'device' | 'session' | 'consent' | 'family' }>;

function refers(insertion: Insertion): insertion is Referring {
  return ['device', 'session', 'consent', 'family'].includes(insertion.kind);
}

function assertDifferent(names: string[], deed: string): void {
  if (names.length > 1 && new Set(names).size < names.length) throw new Error(`a plan ${deed} twice`);
}

function consume(rows: BatchRows, consumption: Consumption): void {
  switch (consumption.kind) {
    case 'code':
      return rows.codes.consume(consumption);
    case 'interaction':
      return rows.interactions.consume(consumption);
    case 'once':
      return rows.onceValues.consume(consumption);
  }
}

function end(rows: BatchRows, ending: Ending): void {
  switch (ending.kind) {
    case 'family':
      return rows.families.end(ending);
    case 'families':
      return rows.families.endSelection(ending);
    case 'session':
      return rows.sessions.end(ending);
    case 'sessions':
      return rows.sessions.endSelection(ending);
    case 'device':
      return rows.devices.remove(ending);
    case 'consent':
      return rows.consents.withdraw(ending);
    case 'user':
      return rows.users.end(ending);
  }
}

function insert(rows: BatchRows, insertion: Insertion): void {
  switch (insertion.kind) {
    case 'user':
      return rows.users.insert(insertion.row);
    case 'device':
      return rows.devices.insert(insertion.row);
    case 'session':
      return rows.sessions.insert(insertion.row);
    case 'consent':
      return rows.consents.put(insertion.row);
    case 'family':
      return rows.families.insert(insertion.row, rows.terms.keyOf(insertion.row.terms));
    case 'code':
      return rows.codes.insert(insertion.row);
    case 'interaction':
      return rows.interactions.insert(insertion.row);
    case 'participant':
      return rows.participants.insert(insertion.row);
    case 'revokedToken':
      return rows.revokedTokens.insert(insertion);
  }
}

function applyTouch(rows: BatchRows, touch: Touch): void {
  switch (touch.kind) {
    case 'family':
      return rows.families.touch(touch);
    case 'session':
      return rows.sessions.touch(touch);
    case 'device':
      return rows.devices.touch(touch);
    case 'interaction':
      return rows.interactions.touch(touch);
    case 'password':
      return rows.users.setPassword(touch);
    case 'enable':
      return rows.users.enable(touch);
  }
}
