import type { FamilyId } from '@ostiary/wire';
import type { Store } from '@ostiary/storage';
import type { FamilyState } from './record.ts';

/** More records than any family may have. */
const allRecords = 1_000;

/** What a store says at the end of families and of their audit records. */
export async function statesIn(store: Store, families: readonly string[]): Promise<Map<string, FamilyState>> {
  const states = new Map<string, FamilyState>();
  for (const family of families) {
    const id = family as FamilyId;
    const [facts, events] = await Promise.all([store.families.find(id), store.audit.listByFamily(id, allRecords)]);
    if (facts === undefined) continue;
    const { generation, endCause } = facts.family;
    const recorded = (wanted: string) => events.filter(({ kind }) => kind === wanted).length;
    states.set(family, {
      generation,
      ...(endCause !== undefined && { endCause }),
      births: recorded('family_born'),
      ends: recorded('family_ended'),
    });
  }
  return states;
}
