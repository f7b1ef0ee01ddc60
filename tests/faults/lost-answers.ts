import type { CutBy, Script } from '../support/fault-proxy.ts';
import type { DatabaseServer } from '../support/postgres.ts';
import { openCluster } from './cluster.ts';
import { statesIn } from './final-state.ts';
import { violations } from './oracle.ts';
import { Population } from './population.ts';
import { networkReach } from './reach.ts';
import { Recorder } from './recorder.ts';
import type { History } from './record.ts';
import { seededRandom } from './seeded-random.ts';

export interface LostAnswers {
  seed: number;
  refreshes: number;
  families: number;
  /** Without one a single node runs on a file. */
  server?: DatabaseServer;
}

export interface Run {
  violations: string[];
  history: History;
  /** What is worth knowing beside, by name. */
  figures: Record<string, number>;
}

/** An answer is some two thousand bytes long: about every third is cut. */
const cutsWithinBytes = 7_000;
/** Silence costs a client its whole patience, so it is rarer. */
const cuts: readonly CutBy[] = ['reset', 'reset', 'reset', 'end', 'end', 'end', 'half', 'silence'];
const patienceMs = 500;

/** T2: connections break at some byte of a request or an answer, and clients repeat. */
export async function runLostAnswers({ seed, refreshes, families, server }: LostAnswers): Promise<Run> {
  const random = seededRandom(seed);
  let isCalm = true;
  const script = (): Script => {
    if (isCalm) return {};
    const cut = { afterBytes: Math.floor(random() * cutsWithinBytes), by: cuts[Math.floor(random() * cuts.length)]! };
    return random() < 0.8 ? { toClient: { cut } } : { toServer: { cut } };
  };
  const cluster = await openCluster({
    nodes: server === undefined ? 1 : 2,
    front: { script },
    ...(server && { server }),
  });
  try {
    const stores = await cluster.bear(families);
    const reach = networkReach(
      cluster.nodes.map(({ origin }) => origin),
      patienceMs,
    );
    const recorder = new Recorder(reach, { client_id: 'lab-spa' });
    const population = new Population(stores, { stolen: 0, revoked: 0 }, { recorder, random });
    recorder.onAnswer((count) => {
      if (count >= refreshes) population.stop();
    });
    isCalm = false;
    // What is open already knows no fate.
    for (const { front } of cluster.nodes) front.resetAll();
    await population.run(32);
    isCalm = true;
    for (const { front } of cluster.nodes) front.resetAll();
    await population.settle();
    const store = await cluster.openStore();
    const history = recorder.history(
      await statesIn(
        store,
        stores.map(({ family }) => family),
      ),
    );
    await store.close();
    const unknown = history.operations.filter(({ outcome }) => outcome.kind === 'unknown').length;
    return {
      violations: violations(history),
      history,
      figures: { requests: history.operations.length, answered: recorder.answers, 'lost answers': unknown },
    };
  } finally {
    await cluster.close();
  }
}
