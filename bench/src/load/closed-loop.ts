import type { Exchange } from './exchange.ts';
import type { HttpConnection } from './http-connection.ts';
import type { Tally } from './tally.ts';

/** What one connection sends next; undefined when it has nothing left. */
export type Source = () => Exchange | undefined;

/**
 * Every connection sends its next request as soon as it has the answer to the last one, until `seconds` are over or its
 * source is empty. The last answers are waited for and counted. A connection that met a wrong answer stops.
 */
export async function closedLoop(
  connections: HttpConnection[],
  sources: Source[],
  tally: Tally,
  seconds: number,
): Promise<void> {
  const endsAt = performance.now() + seconds * 1000;
  const walk = async (connection: HttpConnection, next: Source): Promise<void> => {
    while (performance.now() < endsAt && !tally.hasProblems()) {
      const exchange = next();
      if (!exchange) return;
      await tally.perform(connection, exchange);
    }
  };
  await Promise.all(sources.map((source, index) => walk(connections[index]!, source)));
}
