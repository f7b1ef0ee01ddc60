import { startLoad, stopChild, type Child } from './child.ts';
import type { Sample } from './measure.ts';
import type { Options } from './options.ts';
import { canMeasure, linesOf, measureLine, type LineName } from './scenarios.ts';
import { startSubject } from './start-subject.ts';
import type { Subject, SubjectName } from './subject.ts';

/** The samples of each line by subject, one per run, in the order of the runs. */
export type Samples = Map<LineName, Map<SubjectName, Sample[]>>;

export type Outcome = {
  samples: Samples;
  bytesPerFamily: Map<SubjectName, number>;
  /** Subjects that could not be given the extra families asked for. */
  notGrown: SubjectName[];
};

/** Starts all subjects, warms each up on every line, measures `runs` times in turn, and stops everything. */
export async function run(options: Options, say: (progress: string) => void): Promise<Outcome> {
  const subjects: Subject[] = [];
  const load = startLoad();
  try {
    for (const name of options.subjects) {
      say(`starting ${name}`);
      subjects.push(await startSubject(name));
    }
    const notGrown = await grow(subjects, options.extraFamilies);
    const samples = await measureInTurn(subjects, load, options, say);
    return { samples, bytesPerFamily: storedBytes(subjects), notGrown };
  } finally {
    await Promise.all([stopChild(load), ...subjects.map((subject) => subject.stop())]);
  }
}

async function grow(subjects: Subject[], extraFamilies: number): Promise<SubjectName[]> {
  if (extraFamilies === 0) return [];
  for (const subject of subjects) await subject.grow?.(extraFamilies);
  return subjects.filter((subject) => !subject.grow).map((subject) => subject.name);
}

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
        const sample = await measureLine(line, subject, load, options);
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

function storedBytes(subjects: Subject[]): Map<SubjectName, number> {
  const bytes = new Map<SubjectName, number>();
  for (const subject of subjects) {
    const ofOne = subject.bytesPerFamily?.();
    if (ofOne !== undefined) bytes.set(subject.name, ofOne);
  }
  return bytes;
}
