import { setTimeout as pause } from 'node:timers/promises';
import type { Fate, Turn } from '../support/postgres-proxy.ts';
import type { PostgresServer } from '../support/postgres.ts';
import type { Cluster, ClusterNode } from './cluster.ts';

/** Something that goes wrong for a while. */
interface Fault {
  name: string;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
}

export interface NemesisOptions {
  cluster: Cluster;
  server: PostgresServer;
  random: () => number;
  /** How long a fault lasts, at least and at most, in milliseconds. */
  lasts: { atLeast: number; atMost: number };
  say?: (line: string) => void;
}

/** Does harm, one fault after the other, as its seed decides, each kind before any comes again. */
export class Nemesis {
  /** What was done, in order. */
  readonly done: string[] = [];
  readonly #options: NemesisOptions;
  #isStopping = false;
  #deck: ((options: NemesisOptions) => Fault)[] = [];

  constructor(options: NemesisOptions) {
    this.#options = options;
  }

  /** Goes on until `stop` or until so many faults were done; everything is whole when it resolves. */
  async run(faults = Infinity): Promise<void> {
    while (!this.#isStopping && this.done.length < faults) {
      const fault = this.#draw();
      this.done.push(fault.name);
      this.#options.say?.(fault.name);
      await fault.begin();
      await pause(this.#duration());
      await fault.end();
      await pause(this.#duration() / 2);
    }
  }

  stop(): void {
    this.#isStopping = true;
  }

  #duration(): number {
    const { random, lasts } = this.#options;
    return lasts.atLeast + random() * (lasts.atMost - lasts.atLeast);
  }

  #draw(): Fault {
    if (this.#deck.length === 0) this.#deck = shuffled(allFaults, this.#options.random);
    return this.#deck.pop()!(this.#options);
  }
}

export const allFaults: readonly ((options: NemesisOptions) => Fault)[] = [
  onNode('kill -9 a node', { begin: (node) => node.end('SIGKILL'), end: (node) => node.start() }),
  onNode('stop a node in good order', { begin: (node) => node.end('SIGTERM'), end: (node) => node.start() }),
  onNode('pause a node', { begin: (node) => node.pause(), end: (node) => node.resume() }),
  onNode('refuse a node the database', { begin: (node) => node.back?.refuse(), end: (node) => node.back?.heal() }),
  onNode('black hole between a node and the database', {
    begin: (node) => node.back?.blackHole(),
    end: (node) => node.back?.heal(),
  }),
  onNode('a node does not hear the database', {
    begin: (node) => node.back?.blackHole('toClient'),
    end: (node) => node.back?.heal(),
  }),
  onNode('the database does not hear a node', {
    begin: (node) => node.back?.blackHole('toServer'),
    end: (node) => node.back?.heal(),
  }),
  onNode('a slow way to the database', { begin: (node) => node.back?.delay(150), end: (node) => node.back?.heal() }),
  onNode('refuse the clients a node', { begin: (node) => node.front.refuse(), end: (node) => node.front.heal() }),
  onNode('clients do not hear a node', {
    begin: (node) => node.front.blackHole('toClient'),
    end: (node) => node.front.heal(),
  }),
  onDatabase('restart the database', {
    begin: (server) => server.stop('fast'),
    end: (server) => server.start(),
  }),
  onDatabase('crash the database', { begin: (server) => server.stop('immediate'), end: (server) => server.start() }),
  onDatabase('pause the database', { begin: (server) => server.pause(), end: (server) => server.resume() }),
  onDatabase('end every session of the database', {
    begin: async (server) => void (await server.killBackends()),
    end: () => undefined,
  }),
  inTurns('a storm of 40001', (random) => (random() < 0.3 ? { do: 'fail', code: '40001' } : pass)),
  inTurns('a storm of 40P01', (random, { sql }) =>
    /^(update|insert|delete)|for update/i.test(sql) && random() < 0.3 ? { do: 'fail', code: '40P01' } : pass,
  ),
  inTurns('40003 at COMMIT', (random, { sql }) => {
    if (!isCommit(sql) || random() > 0.3) return pass;
    return { do: random() < 0.5 ? 'doubt' : 'doubt undone', code: '40003' };
  }),
  inTurns('connections lost at COMMIT', (random, { sql }) =>
    isCommit(sql) && random() < 0.3 ? { do: 'lose answer', by: 'reset' } : pass,
  ),
];

const pass: Fate = { do: 'pass' };

export function isCommit(sql: string): boolean {
  return /(^|;)\s*commit\b/i.test(sql);
}

function onNode(
  name: string,
  { begin, end }: { begin(node: ClusterNode): Promise<void> | void; end(node: ClusterNode): Promise<void> | void },
): (options: NemesisOptions) => Fault {
  return ({ cluster, random }) => {
    const index = Math.floor(random() * cluster.nodes.length);
    const node = cluster.nodes[index]!;
    return { name: `${name} (${index})`, begin: () => begin(node), end: () => end(node) };
  };
}

function onDatabase(
  name: string,
  { begin, end }: { begin(server: PostgresServer): Promise<void>; end(server: PostgresServer): Promise<void> | void },
): (options: NemesisOptions) => Fault {
  return ({ server }) => ({ name, begin: () => begin(server), end: () => end(server) });
}

/** Meets the turns of all nodes. */
function inTurns(name: string, fate: (random: () => number, turn: Turn) => Fate): (options: NemesisOptions) => Fault {
  return ({ cluster, random }) => {
    const decide = (next: ((turn: Turn) => Fate) | undefined) => {
      for (const { back } of cluster.nodes) back?.decide(next);
    };
    return { name, begin: () => decide((turn) => fate(random, turn)), end: () => decide(undefined) };
  };
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const left = [...items];
  const drawn: Item[] = [];
  while (left.length > 0) drawn.push(...left.splice(Math.floor(random() * left.length), 1));
  return drawn;
}
