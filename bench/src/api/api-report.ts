import type { Table } from '../report.ts';
import { median } from '../statistics.ts';
import type { ValidatorName } from './validators.ts';

/** A token seen before, or one never seen. */
export type ApiLine = 'a token seen before' | 'a new token';

/** CPU microseconds per call, one figure per run. */
export type ApiSamples = Map<ApiLine, Map<ValidatorName, number[]>>;

const PEER = 'express-oauth2-jwt-bearer, auth()';
const BARE = 'jose, jwtVerify()';
const OWN = '@ostiary/api, auth() with the feed';
const TARGET_MICROSECONDS = 10;

/** One table for tokens seen before, one for new ones, and the target. Figures are medians; ratios, medians of the ratios of each run. */
export function apiTables(samples: ApiSamples): Table[] {
  const tables = [...samples].map(([line, ofLine]) => ({
    title: `api, ${line}`,
    head: ['validator', 'CPU us/call', 'lowest-highest', `x ${PEER}`, `x ${BARE}`],
    rows: [...ofLine].map(([name, runs]) => [
      name,
      median(runs).toFixed(1),
      `${Math.min(...runs).toFixed(1)}-${Math.max(...runs).toFixed(1)}`,
      ratio(runs, ofLine.get(PEER)),
      ratio(runs, ofLine.get(BARE)),
    ]),
  }));
  return [...tables, targetOf(samples)];
}

function targetOf(samples: ApiSamples): Table {
  const measured = median(samples.get('a token seen before')?.get(OWN) ?? []);
  return {
    title: 'targets, api',
    head: ['what', 'measured', 'target', 'met'],
    rows: [
      [
        'API middleware, a token seen before, in CPU us per call',
        measured.toFixed(1),
        `<= ${TARGET_MICROSECONDS}`,
        measured <= TARGET_MICROSECONDS ? 'yes' : 'no',
      ],
    ],
  };
}

function ratio(runs: number[], base: number[] | undefined): string {
  if (base === undefined) return '-';
  return median(runs.map((value, turn) => value / base[turn]!)).toFixed(2);
}
