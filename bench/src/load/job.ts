import type { Code, Family, Target } from '../subject.ts';

/** What the load generator is told to do with its connections. */
export type Work =
  | { kind: 'refresh'; families: Family[]; seconds: number }
  | { kind: 'code'; codes: Code[] }
  | { kind: 'client_credentials'; seconds: number }
  | { kind: 'discovery'; seconds: number }
  /** Every connection sends at the same moment, waits for all others, and begins again. */
  | { kind: 'burst'; families: Family[]; rounds: number; tokens: 'shared' | 'own' };

export type LoadJob = { target: Target; connections: number; work: Work };

export type LoadReport = {
  requests: number;
  elapsedMilliseconds: number;
  latenciesMilliseconds: Float64Array;
  /** Wrong answers by description. Empty in a valid run. */
  problems: Record<string, number>;
  /** The families as they are after the work, with their newest tokens. */
  families: Family[];
};
