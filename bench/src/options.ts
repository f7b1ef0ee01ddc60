import { parseArgs } from 'node:util';
import { STORES, SUBJECTS, type StoreName, type SubjectName } from './subject.ts';

export const SCENARIOS = [
  'refresh',
  'crowd',
  'code',
  'client_credentials',
  'discovery',
  'race',
  'start',
  'api',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export type Options = {
  scenarios: ScenarioName[];
  subjects: SubjectName[];
  stores: StoreName[];
  runs: number;
  seconds: number;
  connections: number;
  /** Families that stand in each store when the measurement begins. */
  families: number;
  /** Folder of another checkout, measured as the subject `before`. */
  before: string | undefined;
  isProfiling: boolean;
  isWriting: boolean;
};

export const USAGE = `usage: npm run bench -- [options]
  --only LIST         scenarios, of ${SCENARIOS.join(',')} (default: all)
  --subjects LIST     servers, of ${SUBJECTS.join(',')} (default: all)
  --stores LIST       stores, of ${STORES.join(',')} (default: all)
  --runs N            interleaved runs that the medians are taken of (default 5)
  --seconds N         length of one measured window (default 3)
  --connections N     keep-alive connections (default 32)
  --families N        families that stand in each store (default 1000000)
  --before DIR        measure the checkout in DIR as well, as the subject "before"
  --profile           show where the time of a refresh goes, in place of measuring
  --write             write bench/RESULTS.md, or with --profile bench/PROFILE.md`;

/** Reads the command line; throws an Error whose message names the argument and the remedy. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: SCENARIOS.join(',') },
      subjects: { type: 'string', default: SUBJECTS.join(',') },
      stores: { type: 'string', default: STORES.join(',') },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '32' },
      families: { type: 'string', default: '1000000' },
      before: { type: 'string' },
      profile: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    scenarios: choose('--only', values.only, SCENARIOS),
    subjects: choose('--subjects', values.subjects, SUBJECTS).filter(
      (name) => name !== 'before' || values.before !== undefined,
    ),
    stores: choose('--stores', values.stores, STORES),
    runs: wholeNumber('--runs', values.runs, 1),
    seconds: wholeNumber('--seconds', values.seconds, 1),
    connections: wholeNumber('--connections', values.connections, 1),
    families: wholeNumber('--families', values.families, 4),
    before: values.before,
    isProfiling: values.profile,
    isWriting: values.write,
  };
}

function choose<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  const wanted = new Set(list.split(','));
  const chosen = known.filter((name) => wanted.delete(name));
  const [unknown] = wanted;
  if (unknown !== undefined) throw new Error(`${option}: "${unknown}" is not one of ${known.join(', ')}.`);
  return chosen;
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${option}: "${text}" is not a whole number of at least ${least}.`);
  return value;
}
