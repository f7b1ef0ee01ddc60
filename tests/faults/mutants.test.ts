import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyFacts, Plan } from '@ostiary/model';
import type { Store } from '@ostiary/storage';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import { Population } from './population.ts';
import { raceForCode, raceInWindow, raceStrictly, raceWithAssertion, racingSettings } from './races.ts';
import { Recorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';
import { openWorld, type World } from './world.ts';

/** Faults as a careless adapter or cache would have them, each planted in the store of every node. */
const mutants: [string, (store: Store) => void, RegExp][] = [
  ['a rotation without compare-and-set: it advances whatever generation stands', advancesBlindly, /the store has/],
  ['a lost race that is taken for a committed one', changeCommit((_plan, commit) => commit().then(() => done)), /./],
  ['an acknowledgement without a commit, now and then', forgetsSome, /acknowledged|the store has|no row/],
  ['a cache of families that other nodes do not know of', cachesFamilies, /answered|refused|acknowledged/],
  ['an end of a family that is swallowed', changePlan((plan) => ({ ...plan, ends: [] })), /says it lives|lives on/],
  ['an end that is recorded by everybody who finds it', withoutExpectationOf('family'), /audit records of its end/],
  ['a code that is looked up and not consumed', withoutConsumptionOf('code'), /succeeded/],
  ['an assertion that each node remembers by itself', withoutConsumptionOf('once'), /succeeded/],
  ['a birth without its audit record', changePlan((plan) => ({ ...plan, events: [] })), /0 audit records of its birth/],
];

describe('the fault tests find', () => {
  for (const [name, plant, sentence] of mutants) {
    it(name, async () => {
      const world = await openWorld('sqlite', { settings: racingSettings(), plant });
      const found = await examine(world);
      await world.close();
      assert.match(found.join('\n'), sentence);
    });
  }

  it('nothing where nothing was planted', async () => {
    const world = await openWorld('sqlite', { settings: racingSettings() });
    assert.deepEqual(await examine(world), []);
    await world.close();
  });
});

/** A little of everything; a planted fault may also break the examination itself, which tells as well. */
async function examine(world: World): Promise<string[]> {
  const found: string[] = [];
  for (const exam of [
    () => raceInWindow(world, 8, 6),
    () => raceStrictly(world, 8, 2),
    () => raceForCode(world, 4, true),
    () => raceWithAssertion(world, 4),
    () => crowd(world),
  ]) {
    found.push(...(await exam().catch((error: unknown) => [`stopped: ${String(error)}`])));
  }
  return found;
}

async function crowd(world: World): Promise<string[]> {
  const recorder = new Recorder(world.reach, { client_id: 'lab-spa' });
  const stores = [];
  for (let index = 0; index < 8; index += 1) stores.push(await world.bear());
  const population = new Population(stores, { stolen: 1, revoked: 2 }, { recorder, random: seededRandom(1) });
  recorder.onAnswer((count) => {
    if (count > 120) population.stop();
  });
  const running = population.run(4);
  await Promise.all([...population.stolen].map((victim) => population.steal(victim)));
  const [first, second] = [...population.revoked];
  await Promise.all([first!.revoke(), second!.revoke()]);
  await running;
  await population.settle();
  // A token that was taken back, at each node.
  for (const { store } of population.revoked) {
    for (const node of [0, 1]) {
      await recorder.refresh({ family: store.family, actor: 'client', node, presented: store.token });
    }
  }
  const states = await statesIn(
    world.store,
    stores.map(({ family }) => family),
  );
  return violations(recorder.history(states));
}

const done = { kind: 'committed' } as const;

function changeCommit(
  change: (plan: Plan, commit: () => ReturnType<Store['commit']>) => ReturnType<Store['commit']>,
): (store: Store) => void {
  return (store) => {
    const commit = store.commit.bind(store);
    Object.assign(store, { commit: (plan: Plan) => change(plan, () => commit(plan)) });
  };
}

function changePlan(change: (plan: Plan) => Plan): (store: Store) => void {
  return (store) => {
    const commit = store.commit.bind(store);
    Object.assign(store, { commit: (plan: Plan) => commit(change(plan)) });
  };
}

function advancesBlindly(store: Store): void {
  const commit = store.commit.bind(store);
  const fresh = async (advance: Plan['advances'][number]) => {
    const facts = await store.families.find(advance.familyId);
    return { ...advance, from: facts?.family.generation ?? advance.from };
  };
  Object.assign(store, {
    async commit(plan: Plan) {
      for (let tries = 0; ; tries += 1) {
        const result = await commit({ ...plan, advances: await Promise.all(plan.advances.map(fresh)) });
        if (result.kind === 'committed' || plan.advances.length === 0 || tries > 50) return result;
      }
    },
  });
}

/** Every seventh rotation is acknowledged and not written. */
function forgetsSome(store: Store): void {
  let rotations = 0;
  changeCommit((plan, commit) => {
    if (plan.advances.length > 0) rotations += 1;
    return plan.advances.length > 0 && rotations % 7 === 0 ? Promise.resolve(done) : commit();
  })(store);
}

/** Remembers each family for its next three readings. */
function cachesFamilies(store: Store): void {
  const { families } = store;
  const known = new Map<string, { facts: FamilyFacts; uses: number }>();
  const find: Store['families']['find'] = async (id) => {
    const cached = known.get(id);
    if (cached !== undefined && cached.uses > 0) {
      cached.uses -= 1;
      return cached.facts;
    }
    const facts = await families.find(id);
    if (facts !== undefined) known.set(id, { facts, uses: 3 });
    return facts;
  };
  Object.assign(store, {
    families: {
      find,
      listLiving: families.listLiving.bind(families),
      findSurplus: families.findSurplus.bind(families),
    },
  });
}

function withoutExpectationOf(kind: Plan['expects'][number]['kind']): (store: Store) => void {
  return changePlan((plan) => ({ ...plan, expects: plan.expects.filter((each) => each.kind !== kind) }));
}

function withoutConsumptionOf(kind: Plan['consumes'][number]['kind']): (store: Store) => void {
  return changePlan((plan) => ({ ...plan, consumes: plan.consumes.filter((each) => each.kind !== kind) }));
}
