import type { Family } from '../subject.ts';
import type { Exchange } from './exchange.ts';
import type { HttpConnection } from './http-connection.ts';
import type { LoadReport } from './job.ts';

/** Counts what the connections see: one entry per request, right or wrong. */
export class Tally {
  readonly #latencies: number[] = [];
  readonly #problems: Record<string, number> = {};
  readonly #startedAt = performance.now();

  async perform(connection: HttpConnection, exchange: Exchange): Promise<void> {
    const sentAt = performance.now();
    const problem = await connection.send(exchange.request).then(exchange.judge, String);
    this.#latencies.push(performance.now() - sentAt);
    if (problem !== undefined) this.problem(problem);
  }

  problem(description: string): void {
    this.#problems[description] = (this.#problems[description] ?? 0) + 1;
  }

  hasProblems(): boolean {
    return Object.keys(this.#problems).length > 0;
  }

  report(families: Family[]): LoadReport {
    return {
      requests: this.#latencies.length,
      elapsedMilliseconds: performance.now() - this.#startedAt,
      latenciesMilliseconds: Float64Array.from(this.#latencies),
      problems: this.#problems,
      families,
    };
  }
}
