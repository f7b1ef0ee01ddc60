import type { Sample } from './measure.ts';
import type { Outcome, Samples } from './run.ts';
import type { LineName } from './scenarios.ts';
import { median } from './statistics.ts';
import type { StoreName, SubjectName } from './subject.ts';

export type Table = { title: string; head: string[]; rows: string[][] };

const RATIOS_OF: SubjectName[] = ['floor', 'oidc-provider', 'before'];
const BYTES_PER_MEGABYTE = 1_000_000;
const STORE_NAMES: Record<StoreName, string> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** One table per line. Every figure is the median of the runs; a ratio is the median of the ratios of each run. */
export function tablesOf({ store, samples }: Outcome): Table[] {
  return [...samples].map(([line, ofLine]) => {
    const bases = RATIOS_OF.filter((base) => ofLine.has(base));
    const hasDatabase = [...ofLine.values()].some((runs) => runs[0]?.databaseCpuMicroseconds !== undefined);
    return {
      title: `${line}, ${STORE_NAMES[store]}`,
      head: [
        'subject',
        'CPU us/request',
        'lowest-highest',
        ...bases.map((base) => `x ${base}`),
        ...(hasDatabase ? ['database CPU us'] : []),
        'requests/s',
        'p50 ms',
        'p99 ms',
        'RSS MB',
      ],
      rows: [...ofLine].map(([subject, runs]) => [
        subject,
        medianOf(runs, (sample) => sample.cpuMicroseconds).toFixed(1),
        spread(runs),
        ...bases.map((base) => (base === subject ? '1' : format(cpuRatio(samples, line, subject, base), 2))),
        ...(hasDatabase ? [format(databaseCpu(runs), 1)] : []),
        medianOf(runs, (sample) => sample.requestsPerSecond).toFixed(0),
        medianOf(runs, (sample) => sample.p50Milliseconds).toFixed(2),
        medianOf(runs, (sample) => sample.p99Milliseconds).toFixed(2),
        (medianOf(runs, (sample) => sample.rssBytes) / BYTES_PER_MEGABYTE).toFixed(0),
      ]),
    };
  });
}

function databaseCpu(runs: Sample[]): number | undefined {
  return runs[0]?.databaseCpuMicroseconds === undefined
    ? undefined
    : medianOf(runs, (sample) => sample.databaseCpuMicroseconds ?? 0);
}

/** How many times the CPU of `base` the subject takes, or undefined when one of them was not measured. */
export function cpuRatio(
  samples: Samples,
  line: LineName,
  subject: SubjectName,
  base: SubjectName,
): number | undefined {
  const ofLine = samples.get(line);
  return medianRatio(ofLine?.get(subject), ofLine?.get(base), (sample) => sample.cpuMicroseconds);
}

/** How many times longer the slowest of 64 clients wait when they race with one token than when each has its own. */
export function raceRatio(samples: Samples, subject: SubjectName): number | undefined {
  const raced = samples.get('race, one token')?.get(subject);
  const own = samples.get('race, tokens of their own')?.get(subject);
  return medianRatio(raced, own, (sample) => sample.p99Milliseconds);
}

/** The targets of the design beside what was measured; a target whose subject was not measured is left out. */
export function targetsOf({ store, samples, startMilliseconds, bytesPerFamily }: Outcome): Table {
  const rss = [...samples.values()]
    .flatMap((ofLine) => ofLine.get('ostiary') ?? [])
    .map((sample) => sample.rssBytes / BYTES_PER_MEGABYTE);
  const started = startMilliseconds.get('ostiary');
  const rows = [
    target('refresh, CPU: ostiary / floor', cpuRatio(samples, 'refresh', 'ostiary', 'floor'), 1.3, 2),
    target('refresh, CPU: ostiary / oidc-provider', cpuRatio(samples, 'refresh', 'ostiary', 'oidc-provider'), 0.45, 2),
    target('64 clients, p99: one token / tokens of their own', raceRatio(samples, 'ostiary'), 1.5, 2),
    target('spawn to the first 200 of /token, in ms', started && median(started), 1000, 0),
    target('bytes on disk per family, with indexes', bytesPerFamily.get('ostiary'), 400, 0),
    target('highest RSS in MB', rss.length > 0 ? Math.max(...rss) : undefined, 220, 0),
  ];
  return {
    title: `targets, ${STORE_NAMES[store]}`,
    head: ['what', 'measured', 'target', 'met'],
    rows: rows.filter((row) => row !== undefined),
  };
}

/** Every wrong answer of every run, in words; a benchmark with any is invalid. */
export function problemsOf({ store, samples }: Outcome): string[] {
  return [...samples].flatMap(([line, ofLine]) =>
    [...ofLine].flatMap(([subject, runs]) =>
      runs.flatMap((sample) =>
        Object.entries(sample.problems).map(
          ([problem, count]) => `${store}, ${line}, ${subject}: ${count} x ${problem}`,
        ),
      ),
    ),
  );
}

function target(what: string, measured: number | undefined, atMost: number, digits: number): string[] | undefined {
  if (measured === undefined) return undefined;
  return [what, measured.toFixed(digits), `<= ${atMost}`, measured <= atMost ? 'yes' : 'no'];
}

function medianRatio(
  of: Sample[] | undefined,
  to: Sample[] | undefined,
  value: (sample: Sample) => number,
): number | undefined {
  if (!of || !to) return undefined;
  return median(of.slice(0, to.length).map((sample, turn) => value(sample) / value(to[turn]!)));
}

function medianOf(runs: Sample[], value: (sample: Sample) => number): number {
  return median(runs.map(value));
}

function spread(runs: Sample[]): string {
  const values = runs.map((sample) => sample.cpuMicroseconds);
  return `${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)}`;
}

function format(value: number | undefined, digits: number): string {
  return value === undefined ? '-' : value.toFixed(digits);
}
