import type { Family, Target } from '../subject.ts';
import { refreshExchange } from './exchange.ts';
import type { HttpConnection } from './http-connection.ts';
import type { Tally } from './tally.ts';

type Bursts = { rounds: number; tally: Tally };

/** All connections race with the same token, `rounds` times per family; every racer must get the same successor. */
export async function burstsWithSharedTokens(
  connections: HttpConnection[],
  target: Target,
  families: Family[],
  { rounds, tally }: Bursts,
): Promise<void> {
  for (const family of families) {
    for (let round = 0; round < rounds && !tally.hasProblems(); round++) {
      const racers = connections.map(() => ({ ...family }));
      await Promise.all(
        racers.map((racer, index) => tally.perform(connections[index]!, refreshExchange(target, racer))),
      );
      const successors = new Set(racers.map((racer) => racer.refreshToken));
      if (successors.size !== 1) tally.problem(`racers got ${successors.size} different successors`);
      Object.assign(family, racers[0]);
    }
  }
}

/** The same bursts, but each connection has a family of its own. */
export async function burstsWithOwnTokens(
  connections: HttpConnection[],
  target: Target,
  families: Family[],
  { rounds, tally }: Bursts,
): Promise<void> {
  for (let round = 0; round < rounds && !tally.hasProblems(); round++) {
    await Promise.all(
      families.map((family, index) => tally.perform(connections[index]!, refreshExchange(target, family))),
    );
  }
}
