import { StorageUnavailable } from '@ostiary/storage';
import type { Conflict, Consumption, Plan } from '@ostiary/model';
import { draft, isEmpty, type Decision, type EventNote, type PlanDraft, type Refusal } from '@ostiary/protocol';
import type { Service } from './service.ts';

/** How an operation ended, for the layer that answers. */
export type Answer<Value> = { ok: true; value: Value } | { ok: false; refusal: Refusal };

const maxRuns = 3;
const maxMs = 2000;

/** What all runs of one operation share. */
interface Operation {
  correlationId: string;
  /** The `jti` of a client assertion, used up by whatever is committed. */
  once?: Consumption;
  /** The same of a DPoP proof. */
  proofOnce?: Consumption;
}

/**
 * Runs the phases of an operation until their plan is committed: a lost race comes back as a fact, and the phases run again
 * on fresh ones; three times at most and within two seconds, then 503.
 */
export async function settle<Value>(
  service: Service,
  operation: Operation,
  phases: (run: number) => Promise<Decision<Value>>,
): Promise<Answer<Value>> {
  const startMs = service.clock.now();
  try {
    for (let run = 0; run < maxRuns; run += 1) {
      const decision = await phases(run);
      const conflict = await commit(service, withOnce(decision.plan, operation), operation.correlationId);
      if (conflict === 'once') return { ok: false, refusal: { reason: await replayed(service, operation) } };
      if (conflict === undefined) {
        return decision.kind === 'granted'
          ? { ok: true, value: decision.answer }
          : { ok: false, refusal: decision.refusal };
      }
      if (service.clock.now() - startMs > maxMs) break;
    }
  } catch (error) {
    if (error instanceof StorageUnavailable) return unavailable(service, operation.correlationId);
    throw error;
  }
  service.log.warn('contended', { correlationId: operation.correlationId });
  return { ok: false, refusal: { reason: 'contended', retryAfterSeconds: 1 } };
}

/** Commits a plan that nothing contends with. */
export async function carryOut(service: Service, plan: PlanDraft, correlationId: string): Promise<Answer<undefined>> {
  return settle(service, { correlationId }, async () => ({ kind: 'granted', answer: undefined, plan }));
}

/** What to answer when the store failed outside an operation, as a page was read; nothing when the fault is another. */
export function refusalOfOutage(service: Service, fault: unknown, correlationId: string): Refusal | undefined {
  return fault instanceof StorageUnavailable ? unavailable(service, correlationId).refusal : undefined;
}

/** Turns a store that cannot answer into a refusal. */
function unavailable(service: Service, correlationId: string): { ok: false; refusal: Refusal } {
  service.log.error('storage_unavailable', { correlationId });
  return { ok: false, refusal: { reason: 'storage_unavailable', retryAfterSeconds: 2 } };
}

async function commit(
  service: Service,
  plan: PlanDraft | undefined,
  correlationId: string,
): Promise<Conflict | undefined> {
  if (plan === undefined || isEmpty(plan)) return undefined;
  const result = await service.store.commit(dated(service, plan, correlationId));
  if (result.kind === 'lost') return result.conflict;
  if (plan.ends.length > 0 || plan.inserts.some(({ kind }) => kind === 'revokedToken')) service.feed.nudge();
  for (const event of plan.events) tell(service, event, correlationId);
  return undefined;
}

/** What the audit log keeps, the program's log says as well, without naming the person. */
function tell({ log }: Service, { kind, clientId, cause, reason }: EventNote, correlationId: string): void {
  const say = kind === 'alarm' ? log.error : log.info;
  say(kind, { client: clientId, cause, reason, correlationId });
}

/** Gives each event its id and time, and the correlation id that joins it with the log. */
function dated(service: Service, plan: PlanDraft, correlationId: string): Plan {
  if (plan.events.length === 0) return { ...plan, events: [] };
  const atMs = service.clock.now();
  return { ...plan, events: plan.events.map((note) => ({ ...note, id: service.draw.eventId(), atMs, correlationId })) };
}

/** What was shown once already: of two, the assertion when it cannot be used up by itself either. */
async function replayed(service: Service, { once, proofOnce, correlationId }: Operation): Promise<Refusal['reason']> {
  if (once === undefined) return 'proof_replayed';
  if (proofOnce === undefined) return 'assertion_replayed';
  const isReplay = (await commit(service, draft({ consumes: [once] }), correlationId)) === 'once';
  return isReplay ? 'assertion_replayed' : 'proof_replayed';
}

function withOnce(plan: PlanDraft | undefined, { once, proofOnce }: Operation): PlanDraft | undefined {
  if (once === undefined && proofOnce === undefined) return plan;
  const base = plan ?? draft({});
  return { ...base, consumes: [...base.consumes, ...[once, proofOnce].filter((each) => each !== undefined)] };
}
