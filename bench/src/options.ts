import { parseArgs } from 'node:util';
import type { SubjectName } from './subject.ts';

export const SCENARIOS = ['refresh', 'code', 'client_credentials', 'discovery', 'race'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];
const SUBJECTS: readonly SubjectName[] = ['floor', 'oidc-provider', 'ostiary'];

export type Options = {
  scenarios: ScenarioName[];
  subjects: SubjectName[];
  runs: number;
  seconds: number;
  connections: number;
  /** Families put into the stores before anything is measured, where a subject can do so. */
  extraFamilies: number;
  isWriting: boolean;
};

export const USAGE = `usage: npm run bench -- [options]
  --only LIST         scenarios, of ${SCENARIOS.join(',')} (default: all)
  --subjects LIST     servers, of ${SUBJECTS.join(',')} (default: all)
  --runs N            interleaved runs that the medians are taken of (default 5)
  --seconds N         length of one measured window (default 3)
  --connections N     keep-alive connections (default 32)
  --families N        put N more families into the stores first (default 0)
  --write             write bench/RESULTS.md`;

/** Reads the command line; throws an Error whose message names the argument and the remedy. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string', default: SCENARIOS.join(',') },
      subjects: { type: 'string', default: SUBJECTS.join(',') },
      runs: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '3' },
      connections: { type: 'string', default: '32' },
      families: { type: 'string', default: '0' },
      write: { type: 'boolean', default: false },
    },
  });
  return {
    scenarios: choose('--only', values.only, SCENARIOS),
    subjects: choose('--subjects', values.subjects, SUBJECTS),
    runs: wholeNumber('--runs', values.runs, 1),
    seconds: wholeNumber('--seconds', values.seconds, 1),
    connections: wholeNumber('--connections', values.connections, 1),
    extraFamilies: wholeNumber('--families', values.families, 0),
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
