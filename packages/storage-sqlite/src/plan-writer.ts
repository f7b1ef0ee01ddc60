import type { CommitResult, Conflict, Consumption, Ending, Expectation, Insertion, Plan, Touch } from '@ostiary/model';
import type { Tables } from './tables.ts';

/**
 * Applies one plan inside a transaction that holds the write lock: all its conditions are compared with what the plans
 * before it left, and only then something is written. Within a plan, endings come before insertions: a plan that ends a
 * user's other sessions spares the one it begins.
 */
export class PlanWriter {
  readonly #tables: Tables;

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  apply(plan: Plan): CommitResult {
    const conflict = this.#conflictOf(plan);
    if (conflict) return { kind: 'lost', conflict };
    for (const consumption of plan.consumes) this.#consume(consumption);
    for (const advance of plan.advances) {
      if (this.#tables.families.advance(advance)) continue;
      if (isFirstWriteItsCheck(plan)) return { kind: 'lost', conflict: 'family' };
      throw new Error('a plan advances one family twice');
    }
    for (const ending of plan.ends) this.#end(ending);
    for (const insertion of inOrderOfReference(plan.inserts)) this.#insert(insertion);
    for (const touch of plan.touches) this.#touch(touch);
    for (const event of plan.events) this.#tables.audit.append(event);
    return { kind: 'committed' };
  }

  #conflictOf(plan: Plan): Conflict | undefined {
    const { expects, consumes, advances, inserts } = plan;
    for (const expectation of expects) if (!this.#stands(expectation)) return expectation.kind;
    for (const consumption of consumes) if (!this.#isUnused(consumption)) return consumption.kind;
    if (!isFirstWriteItsCheck(plan) && !advances.every((advance) => this.#tables.families.canAdvance(advance)))
      return 'family';
    for (const insertion of inserts) {
      if (insertion.kind === 'user' && this.#tables.users.isTaken(insertion.row.username)) return 'username';
    }
    return undefined;
  }

  #stands(expectation: Expectation): boolean {
    switch (expectation.kind) {
      case 'user':
        return this.#tables.users.stands(expectation);
      case 'client':
        return this.#tables.clients.stands(expectation);
      case 'consent':
        return this.#tables.consents.stands(expectation);
      case 'session':
        return this.#tables.sessions.stands(expectation);
      case 'device':
        return this.#tables.devices.stands(expectation);
      case 'family':
        return this.#tables.families.stands(expectation);
    }
  }

  #isUnused(consumption: Consumption): boolean {
    switch (consumption.kind) {
      case 'code':
        return this.#tables.codes.isUnused(consumption);
      case 'interaction':
        return this.#tables.interactions.isUnused(consumption);
      case 'once':
        return this.#tables.onceValues.isUnused(consumption);
    }
  }

  #consume(consumption: Consumption): void {
    switch (consumption.kind) {
      case 'code':
        return this.#tables.codes.consume(consumption);
      case 'interaction':
        return this.#tables.interactions.consume(consumption);
      case 'once':
        return this.#tables.onceValues.consume(consumption);
    }
  }

  #end(ending: Ending): void {
    switch (ending.kind) {
      case 'family':
        return this.#tables.families.end(ending);
      case 'families':
        return this.#tables.families.endSelection(ending);
      case 'session':
        return this.#tables.sessions.end(ending);
      case 'sessions':
        return this.#tables.sessions.endSelection(ending);
      case 'device':
        return this.#tables.devices.remove(ending);
      case 'consent':
        return this.#tables.consents.withdraw(ending);
      case 'user':
        return this.#tables.users.end(ending);
    }
  }

  #insert(insertion: Insertion): void {
    switch (insertion.kind) {
      case 'user':
        return this.#tables.users.insert(insertion.row);
      case 'device':
        return this.#tables.devices.insert(insertion.row);
      case 'session':
        return this.#tables.sessions.insert(insertion.row);
      case 'consent':
        return this.#tables.consents.put(insertion.row);
      case 'family':
        return this.#tables.families.insert(insertion.row);
      case 'code':
        return this.#tables.codes.insert(insertion.row);
      case 'interaction':
        return this.#tables.interactions.insert(insertion.row);
      case 'participant':
        return this.#tables.participants.insert(insertion.row);
      case 'revokedToken':
        return this.#tables.revokedTokens.insert(insertion);
    }
  }

  #touch(touch: Touch): void {
    switch (touch.kind) {
      case 'family':
        return this.#tables.families.touch(touch);
      case 'session':
        return this.#tables.sessions.touch(touch);
      case 'device':
        return this.#tables.devices.touch(touch);
      case 'interaction':
        return this.#tables.interactions.touch(touch);
      case 'password':
        return this.#tables.users.setPassword(touch);
      case 'enable':
        return this.#tables.users.enable(touch);
    }
  }
}

/** A plan that begins with one advance, a refresh, needs no look before: an advance that fails has written nothing. */
function isFirstWriteItsCheck({ consumes, advances, inserts }: Plan): boolean {
  return consumes.length + inserts.length === 0 && advances.length === 1;
}

const referenceRank: Partial<Record<Insertion['kind'], number>> = { user: 0, device: 1, session: 2 };

/** What others refer to comes first, however the plan lists it. */
function inOrderOfReference(inserts: Insertion[]): Insertion[] {
  if (inserts.length < 2) return inserts;
  return inserts.toSorted((a, b) => (referenceRank[a.kind] ?? 3) - (referenceRank[b.kind] ?? 3));
}
