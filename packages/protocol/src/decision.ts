import type { AuditEvent, Plan } from '@ostiary/model';
import type { Refusal } from './refusal.ts';

/** An audit event as decided; the service adds id, time and correlation id. */
export type EventNote = Omit<AuditEvent, 'id' | 'atMs' | 'correlationId'>;

/** A plan as decided. */
export type PlanDraft = Omit<Plan, 'events'> & { events: EventNote[] };

/** What the engine concluded. A refusal may still change something: a theft that is found out ends a family. */
export type Decision<Answer> =
  | { kind: 'granted'; answer: Answer; plan: PlanDraft }
  | { kind: 'refused'; refusal: Refusal; plan?: PlanDraft };

export function granted<Answer>(answer: Answer, plan: Partial<PlanDraft> = {}): Decision<Answer> {
  return { kind: 'granted', answer, plan: draft(plan) };
}

export function refused(
  refusal: Refusal,
  plan?: Partial<PlanDraft>,
): { kind: 'refused'; refusal: Refusal; plan?: PlanDraft } {
  return plan === undefined ? { kind: 'refused', refusal } : { kind: 'refused', refusal, plan: draft(plan) };
}

export function draft(plan: Partial<PlanDraft>): PlanDraft {
  return { expects: [], consumes: [], advances: [], inserts: [], ends: [], touches: [], events: [], ...plan };
}

export function isEmpty(plan: PlanDraft): boolean {
  return (
    plan.consumes.length + plan.advances.length + plan.inserts.length === 0 &&
    plan.ends.length + plan.touches.length + plan.events.length === 0
  );
}
