import type { Plan } from '@ostiary/model';
import { StorageUnavailable, type Store } from '@ostiary/storage';

/**
 * A store that commits the next plan of this kind and loses the answer: it reports a lost race, or that it cannot say.
 * Afterwards it is the store it was. What it did is noted.
 */
export function ambiguously(
  store: Store,
  isMeant: (plan: Plan) => boolean,
  report: 'lost' | 'unavailable',
  notes: string[],
): Store {
  let isArmed = true;
  return {
    ...store,
    async commit(plan) {
      const result = await store.commit(plan);
      if (!isArmed || !isMeant(plan)) return result;
      isArmed = false;
      notes.push(report);
      if (report === 'unavailable') throw new StorageUnavailable('the answer was lost');
      return { kind: 'lost', conflict: plan.advances.length > 0 ? 'family' : 'code' };
    },
  };
}

/** A store that fails every commit of this kind without having done anything. */
export function failing(store: Store, isMeant: (plan: Plan) => boolean): Store {
  return {
    ...store,
    async commit(plan) {
      if (isMeant(plan)) throw new StorageUnavailable('the disk is full');
      return store.commit(plan);
    },
  };
}
