import { ownPostgresServer, type PostgresServer } from '../support/postgres.ts';
import { flawsOfAccessTokens } from './access-tokens.ts';
import { openCluster, type Cluster } from './cluster.ts';
import { statesIn } from './final-state.ts';
import { leaksIn, secretsOf, textOf } from './leaks.ts';
import type { Run } from './lost-answers.ts';
import { Nemesis } from './nemesis.ts';
import { violations } from './oracle.ts';
import { Population } from './population.ts';
import { networkReach } from './reach.ts';
import { Recorder } from './recorder.ts';
import { seededRandom } from './seeded-random.ts';

export interface TwoNodes {
  seed: number;
  families: number;
  faults: number;
  /** How long a fault lasts, at least and at most, in milliseconds. */
  lasts: { atLeast: number; atMost: number };
  say?: (line: string) => void;
}

/** Longer than the two seconds within which a node answers 503. */
const patienceMs = 2_500;
const workers = 16;

/** T5 and T6: two nodes on one PostgreSQL, clients who renew, a thief, sign-outs, and a nemesis. */
export async function runTwoNodes(options: TwoNodes): Promise<Run> {
  const server = await ownPostgresServer();
  try {
    const cluster = await openCluster({ nodes: 2, server });
    try {
      return await runOn(cluster, server, options);
    } finally {
      await cluster.close();
    }
  } finally {
    await server.close();
  }
}

async function runOn(
  cluster: Cluster,
  server: PostgresServer,
  { seed, families, faults, lasts, say }: TwoNodes,
): Promise<Run> {
  const random = seededRandom(seed);
  const stores = await cluster.bear(families);
  const origins = cluster.nodes.map(({ origin }) => origin);
  const recorder = new Recorder(networkReach(origins, patienceMs), { client_id: 'lab-spa' });
  const few = Math.ceil(families / 10);
  const population = new Population(stores, { stolen: few, revoked: few }, { recorder, random });
  const nemesis = new Nemesis({ cluster, server, random: seededRandom(seed + 1), lasts, ...(say && { say }) });
  const renewing = population.run(workers);
  const crimes = [...population.stolen].map((victim) => population.steal(victim));
  await nemesis.run(faults);
  await Promise.all([...crimes, ...[...population.revoked].map((client) => client.revoke())]);
  population.stop();
  await renewing;
  await population.settle();
  const found = await flawsOfAccessTokens(recorder, origins);
  const secrets = secretsOf(recorder, cluster.masterKey);
  cluster.nodes.forEach((node, index) => found.push(...leaksIn(node.output(), `the log of node ${index}`, secrets)));
  found.push(...leaksIn(await textOf(cluster.database), 'the database', secrets));
  const store = await cluster.openStore();
  const states = await statesIn(
    store,
    stores.map(({ family }) => family),
  );
  await store.close();
  const history = recorder.history(states);
  found.push(...violations(history));
  for (const { store: victim } of population.stolen) {
    if (states.get(victim.family)?.endCause !== 'reuse_detected') found.push(`${victim.family}: a theft was not found`);
  }
  const { operations } = history;
  const unknown = operations.filter(({ outcome }) => outcome.kind === 'unknown').length;
  return {
    violations: found,
    history,
    figures: { faults: nemesis.done.length, requests: operations.length, answered: recorder.answers, unknown },
  };
}
