import type { Child } from './child.ts';
import type { Work } from './load/job.ts';
import { measureWindow, sampleOf, type Sample, type Window } from './measure.ts';
import type { Options, ScenarioName } from './options.ts';
import type { Subject } from './subject.ts';

/** One measurement with a table of its own; the race is two, side by side. */
export type LineName = Exclude<ScenarioName, 'race'> | 'race, one token' | 'race, tokens of their own';

/** Several families per connection, new ones in every run, so that none grows a history that no real family has. */
const FAMILIES_PER_CONNECTION = 4;
/** Codes are measured in stocks that fit into oidc-provider's in-memory adapter, which forgets beyond 1,000 entries. */
const CODES_PER_STOCK = 480;
const STOCKS = 4;
const RACERS = 64;
/** 63 retries a round: eight rounds stay below the 600 retries that a family may make in a minute. */
const ROUNDS_PER_RACED_FAMILY = 8;
const RACED_FAMILIES = 12;

export function linesOf(scenario: ScenarioName): LineName[] {
  return scenario === 'race' ? ['race, one token', 'race, tokens of their own'] : [scenario];
}

/** Whether a subject can be measured on a line at all. */
export function canMeasure(subject: Subject, line: LineName): boolean {
  return subject.servesRacers || !line.startsWith('race');
}

/** Measures one line once. Seeding and tidying up are outside the window. */
export async function measureLine(line: LineName, subject: Subject, load: Child, options: Options): Promise<Sample> {
  const { connections, seconds } = options;
  const once = (count: number, work: Work): Promise<Window> => measureAndDiscard(subject, load, count, work);
  switch (line) {
    case 'refresh': {
      const families = await subject.families(connections * FAMILIES_PER_CONNECTION);
      return sampleOf([await once(connections, { kind: 'refresh', families, seconds })]);
    }
    case 'code': {
      const windows: Window[] = [];
      for (let stock = 0; stock < STOCKS; stock++) {
        windows.push(await once(connections, { kind: 'code', codes: await subject.codes(CODES_PER_STOCK) }));
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

async function measureAndDiscard(subject: Subject, load: Child, connections: number, work: Work): Promise<Window> {
  const window = await measureWindow(subject, load, connections, work);
  await subject.discard(window.report.families);
  return window;
}
