import type { Child } from './child.ts';
import type { Work } from './load/job.ts';
import { measureWindow, sampleOf, type Sample, type Window } from './measure.ts';
import type { Options, ScenarioName } from './options.ts';
import type { Subject } from './subject.ts';

/** One measurement with a table of its own; the race is two, side by side. */
export type LineName =
  | Exclude<ScenarioName, 'race' | 'start' | 'api'>
  | 'race, one token'
  | 'race, tokens of their own';

/** Drawn from the whole stock in every run, so that hardly any is used twice and none lies in a cache from its last use. */
const FAMILIES_PER_WINDOW = 8192;
/** Independent clients that ask at the same time. */
const CROWD = 256;
/** Codes are measured in stocks that fit into oidc-provider's in-memory adapter, which forgets beyond 1,000 entries. */
const CODES_PER_STOCK = 480;
const STOCKS = 4;
const RACERS = 64;
/** 63 retries a round: eight rounds stay below the 600 retries that a family may make in a minute. */
const ROUNDS_PER_RACED_FAMILY = 8;
const RACED_FAMILIES = 12;

export function linesOf(scenario: ScenarioName): LineName[] {
  if (scenario === 'race') return ['race, one token', 'race, tokens of their own'];
  return scenario === 'start' || scenario === 'api' ? [] : [scenario];
}

/** Whether a subject can be measured on a line at all. */
export function canMeasure(subject: Subject, line: LineName): boolean {
  if (line.startsWith('race')) return subject.servesRacers;
  if (line === 'crowd') return (subject.mostFamilies ?? CROWD) >= CROWD;
  return !subject.onlyRefreshes || line === 'refresh';
}

/** Measures one line once. Seeding and tidying up are outside the window. */
export async function measureLine(line: LineName, subject: Subject, load: Child, options: Options): Promise<Sample> {
  const { connections, seconds } = options;
  const once = (count: number, work: Work): Promise<Window> => measureWindow(subject, load, count, work);
  switch (line) {
    case 'refresh':
    case 'crowd': {
      const clients = line === 'crowd' ? CROWD : connections;
      const { mostFamilies = FAMILIES_PER_WINDOW } = subject;
      const families = await subject.families(Math.max(clients, Math.min(mostFamilies, FAMILIES_PER_WINDOW)));
      return sampleOf([await once(clients, { kind: 'refresh', families, seconds })]);
    }
    case 'code': {
      const windows: Window[] = [];
      for (let stock = 0; stock < STOCKS; stock++) {
        const window = await once(connections, { kind: 'code', codes: await subject.codes(CODES_PER_STOCK) });
        await subject.discard(window.report.families);
        windows.push(window);
      }
      return sampleOf(windows);
    }
    case 'client_credentials':
    case 'discovery':
      return sampleOf([await once(connections, { kind: line, seconds })]);
    case 'race, one token': {
      const families = await subject.families(RACED_FAMILIES);
      return sampleOf([
        await once(RACERS, { kind: 'burst', families, rounds: ROUNDS_PER_RACED_FAMILY, tokens: 'shared' }),
      ]);
    }
    case 'race, tokens of their own': {
      const families = await subject.families(RACERS);
      return sampleOf([
        await once(RACERS, {
          kind: 'burst',
          families,
          rounds: ROUNDS_PER_RACED_FAMILY * RACED_FAMILIES,
          tokens: 'own',
        }),
      ]);
    }
  }
}
