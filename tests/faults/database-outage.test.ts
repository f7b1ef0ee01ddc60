import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ownPostgresServer, type PostgresServer } from '../support/postgres.ts';
import { openCluster, type Cluster } from './cluster.ts';
import { flawsIn, observe, outages, Watch, type Observation, type Place } from './database-outage.ts';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import { Population } from './population.ts';
import { Recorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';

const seed = Number(process.env['OSTIARY_SEED'] ?? Date.now() % 2 ** 31);
const families = 24;
const workers = 8;
/** More than a node takes to give up: a client that hears nothing for so long hears nothing at all. */
const patienceMs = 6_000;
const lastsMs = 2_200;

describe(`clients renew while the database (OSTIARY_SEED=${seed})`, () => {
  let server: PostgresServer;
  let cluster: Cluster;
  let place: Place;
  let watch: Watch;
  let recorder: Recorder;
  let population: Population;
  let running: Promise<void>;
  let calm: Observation;
  before(async () => {
    server = await ownPostgresServer();
    cluster = await openCluster({ nodes: 1, server });
    const [node] = cluster.nodes;
    const random = seededRandom(seed);
    place = { cluster, node: node!, server, random };
    watch = new Watch([node!.origin], patienceMs);
    recorder = new Recorder(watch, { client_id: 'lab-spa' });
    population = new Population(await cluster.bear(families), { stolen: 0, revoked: 0 }, { recorder, random });
    running = population.run(workers);
    const nothing = { name: 'works', isTotal: false, begin: () => undefined, end: () => undefined };
    calm = await observe(nothing, { place, watch, lastsMs: 500 });
  });
  after(async () => {
    await cluster.close();
    await server.close();
  });

  for (const outage of outages) {
    it(outage.name, async () => {
      const seen = await observe(outage, { place, watch, lastsMs });
      assert.deepEqual(flawsIn(outage, seen, calm), [], JSON.stringify(seen));
    });
  }

  it('and in the end nothing was lost, forked or undone', async () => {
    population.stop();
    await running;
    await population.settle();
    const store = await cluster.openStore();
    const states = await statesIn(
      store,
      recorder.births.map(({ family }) => family),
    );
    await store.close();
    assert.deepEqual(violations(recorder.history(states)), []);
  });
});
