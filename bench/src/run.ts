import { startLoad, stopChild, type Child } from './child.ts';
import type { Sample } from './measure.ts';
import type { Options } from './options.ts';
import { canMeasure, linesOf, measureLine, type LineName } from './scenarios.ts';
import { startSubject } from './start-subject.ts';
import type { StoreName, Subject, SubjectName } from './subject.ts';

/** The samples of each line by subject, one per run, in the order of the runs. */
export type Samples = Map<LineName, Map<SubjectName, Sample[]>>;

export type Outcome = {
  store: StoreName;
  samples: Samples;
  /** Milliseconds from spawn to the first 200 of the token endpoint, one per run. */
  startMilliseconds: Map<SubjectName, number[]>;
  bytesPerFamily: Map<SubjectName, number>;
};

/** Starts all subjects on one store, warms each up on every line, measures `runs` times in turn, and stops everything. */
export async function run(store: StoreName, options: Options, say: (progress: string) => void): Promise<Outcome> {
  const subjects: Subject[] = [];
  const load = startLoad();
  try {
    for (const name of options.subjects) {
      say(`${store}: starting ${name}`);
      subjects.push(await startSubject(name, store, options));
    }
    const samples = await measureInTurn(subjects, load, options, (progress) => say(`${store}: ${progress}`));
    const bytesPerFamily = await storedBytes(subjects);
    const startMilliseconds = options.scenarios.includes('start')
      ? await startTimes(subjects, options.runs)
      : new Map();
    return { store, samples, startMilliseconds, bytesPerFamily };
  } finally {
    await Promise.all([stopChild(load), ...subjects.map((subject) => subject.stop())]);
  }
}

/** A program of many parts takes longer to be compiled than one of few. */
const WARM_UP = 3;

/** Run 0 warms up and is thrown away. The subject that goes first changes from run to run. */
async function measureInTurn(
  subjects: Subject[],
  load: Child,
  options: Options,
  say: (progress: string) => void,
): Promise<Samples> {
  const samples: Samples = new Map();
  for (let turn = 0; turn <= options.runs; turn++) {
    for (const line of options.scenarios.flatMap(linesOf)) {
      say(`${turn === 0 ? 'warming up' : `run ${turn} of ${options.runs}`}: ${line}`);
      for (const subject of rotated(subjects, turn)) {
        if (!canMeasure(subject, line)) continue;
        const seconds = options.seconds * (turn === 0 ? WARM_UP : 1);
        const sample = await measureLine(line, subject, load, { ...options, seconds });
        if (turn > 0 || Object.keys(sample.problems).length > 0) keep(samples, line, subject.name, sample);
      }
    }
  }
  return samples;
}

function rotated<T>(list: T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function keep(samples: Samples, line: LineName, subject: SubjectName, sample: Sample): void {
  const ofLine = samples.get(line) ?? new Map<SubjectName, Sample[]>();
  samples.set(line, ofLine);
  ofLine.set(subject, [...(ofLine.get(subject) ?? []), sample]);
}

async function startTimes(subjects: Subject[], runs: number): Promise<Map<SubjectName, number[]>> {
  const times = new Map<SubjectName, number[]>();
  for (const { name, restart } of subjects) {
    if (!restart) continue;
    const ofOne: number[] = [];
    for (let turn = 0; turn < runs; turn++) ofOne.push(await restart());
    times.set(name, ofOne);
  }
  return times;
}

async function storedBytes(subjects: Subject[]): Promise<Map<SubjectName, number>> {
  const bytes = new Map<SubjectName, number>();
  for (const subject of subjects) {
    const ofOne = await subject.bytesPerFamily?.();
    if (ofOne !== undefined) bytes.set(subject.name, ofOne);
  }
  return bytes;
}
