import { ownPostgresServer, type DatabaseServer } from '../support/postgres.ts';
import { openCluster } from './cluster.ts';
import { flawsIn, observe, outages, Watch } from './database-outage.ts';
import { statesIn } from './final-state.ts';
import { crowdedScenes, explore, openTheatre, scenes, type Isolation } from './interleavings.ts';
import { runLostAnswers, type Run } from './lost-answers.ts';
import { violations } from './oracle.ts';
import { Population } from './population.ts';
import { raceForCode, raceInWindow, raceStrictly, raceWithAssertion, racingSettings } from './races.ts';
import { Recorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';
import { runTwoNodes } from './two-nodes.ts';
import { openWorld } from './world.ts';

/** One kind of fault test, in segments of a minute or so, each decided by its seed. */
export interface Part {
  name: string;
  run(seed: number, server: DatabaseServer): Promise<Omit<Run, 'history'> & { history?: Run['history'] }>;
}

export const parts: readonly Part[] = [
  { name: 'races', run: races },
  {
    name: 'lost-answers',
    run: (seed, server) =>
      runLostAnswers({ seed, refreshes: 10_000, families: 100, ...(seed % 2 === 0 && { server }) }),
  },
  {
    name: 'two-nodes',
    run: (seed) => runTwoNodes({ seed, families: 200, faults: 20, lasts: { atLeast: 300, atMost: 6_000 } }),
  },
  { name: 'outages', run: outagesInTurn },
  { name: 'interleavings', run: interleavings },
];

/** T1 and T4 with as many at once as the seed says. */
async function races(seed: number): ReturnType<Part['run']> {
  const random = seededRandom(seed);
  const world = await openWorld(seed % 2 === 0 ? 'sqlite' : 'postgres', { settings: racingSettings() });
  const found: string[] = [];
  let rounds = 0;
  for (let turn = 0; turn < 20 && found.length === 0; turn += 1) {
    const count = 2 + Math.floor(random() * random() * 255);
    found.push(...(await raceInWindow(world, count, 20)), ...(await raceStrictly(world, count, 5)));
    for (let race = 0; race < 5; race += 1) {
      found.push(...(await raceForCode(world, count, race % 2 === 0)), ...(await raceWithAssertion(world, count)));
    }
    rounds += 35;
  }
  await world.close();
  return { violations: found, figures: { rounds } };
}

/** T8, all outages in an order that the seed decides. */
async function outagesInTurn(seed: number): ReturnType<Part['run']> {
  const server = await ownPostgresServer();
  const cluster = await openCluster({ nodes: 1, server });
  const random = seededRandom(seed);
  const [node] = cluster.nodes;
  const watch = new Watch([node!.origin], 6_000);
  const recorder = new Recorder(watch, { client_id: 'lab-spa' });
  const population = new Population(await cluster.bear(60), { stolen: 0, revoked: 0 }, { recorder, random });
  const running = population.run(16);
  const place = { cluster, node: node!, server, random };
  const nothing = { name: 'works', isTotal: false, begin: () => undefined, end: () => undefined };
  const calm = await observe(nothing, { place, watch, lastsMs: 1_000 });
  const found: string[] = [];
  for (const outage of outages.toSorted(() => random() - 0.5)) {
    const seen = await observe(outage, { place, watch, lastsMs: 3_000 + random() * 4_000 });
    found.push(...flawsIn(outage, seen, calm).map((flaw) => `while the database ${outage.name}: ${flaw}`));
  }
  population.stop();
  await running;
  await population.settle();
  const store = await cluster.openStore();
  const history = recorder.history(
    await statesIn(
      store,
      recorder.births.map(({ family }) => family),
    ),
  );
  await store.close();
  await cluster.close();
  await server.close();
  found.push(...violations(history));
  return { violations: found, history, figures: { requests: history.operations.length, outages: outages.length } };
}

const isolations: readonly Isolation[] = ['read committed', 'repeatable read', 'serializable'];

/** T16: every schedule of two sessions at the isolation that the seed names, and some of three. */
async function interleavings(seed: number): ReturnType<Part['run']> {
  const isolation = isolations[seed % isolations.length]!;
  const random = seededRandom(seed);
  const found: string[] = [];
  let schedules = 0;
  for (const [sessions, all, limit] of [
    [2, scenes, 2_000],
    [3, crowdedScenes, 200],
  ] as const) {
    const theatre = await openTheatre(sessions, isolation);
    for (const [name, scene] of Object.entries(all)) {
      const seen = await explore(theatre, { scene, limit, ...(sessions === 3 && { random }) });
      schedules += seen.schedules;
      found.push(...seen.violations.map((violation) => `${name} (${isolation}): ${violation}`));
    }
    await theatre.close();
  }
  return { violations: found, figures: { schedules } };
}
