import { strict as assert } from 'node:assert';
import type { CommitResult, Ending, Family, FamilyFacts, PartialPlan, Plan } from '@ostiary/model';
import type { Store } from '../store.ts';
import {
  bornMs,
  clientId,
  consentRow,
  deviceRow,
  familyId,
  familyRow,
  otherClientId,
  plan,
  sessionRow,
  userRow,
} from './rows.ts';

/** Ada on her laptop, signed in, with a consent for `lab-spa`: what a family stands on. */
export async function furnish(store: Store): Promise<void> {
  await store.clients.sync([clientId, otherClientId], bornMs);
  await mustCommit(store, {
    inserts: [
      { kind: 'user', row: userRow('ada') },
      { kind: 'device', row: deviceRow('laptop') },
      { kind: 'session', row: sessionRow('laptop') },
      { kind: 'consent', row: consentRow() },
    ],
  });
}

export async function mustCommit(store: Store, parts: PartialPlan): Promise<void> {
  assert.deepEqual(await store.commit(plan(parts)), { kind: 'committed' });
}

export async function bear(store: Store, label: string, row: Partial<Family> = {}): Promise<void> {
  await mustCommit(store, { inserts: [{ kind: 'family', row: familyRow(label, row) }] });
}

export async function end(store: Store, ...ends: Ending[]): Promise<void> {
  await mustCommit(store, { ends });
}

export async function facts(store: Store, label: string): Promise<FamilyFacts> {
  const found = await store.families.find(familyId(label));
  assert.ok(found, `family ${label} should be there`);
  return found;
}

export async function family(store: Store, label: string): Promise<Family> {
  return (await facts(store, label)).family;
}

/** Labels of those of `labels` whose families live. */
export async function living(store: Store, ...labels: string[]): Promise<string[]> {
  const families = await Promise.all(labels.map((label) => family(store, label)));
  return labels.filter((_, index) => families[index]?.endedAtMs === undefined);
}

/** Commits all plans without waiting in between, taking the stores in turn. */
export function commitAtOnce(stores: Store[], plans: Plan[]): Promise<CommitResult[]> {
  return Promise.all(plans.map((each, index) => stores[index % stores.length]!.commit(each)));
}

export function committedCount(results: CommitResult[]): number {
  return results.filter((result) => result.kind === 'committed').length;
}

export function conflicts(results: CommitResult[]): string[] {
  return results.flatMap((result) => (result.kind === 'lost' ? [result.conflict] : []));
}
