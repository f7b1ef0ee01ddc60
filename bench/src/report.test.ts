import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sample } from './measure.ts';
import { cpuRatio, problemsOf, raceRatio, tablesOf, targetsOf } from './report.ts';
import type { Outcome, Samples } from './run.ts';

function sample(part: Partial<Sample>): Sample {
  return {
    cpuMicroseconds: 1,
    requestsPerSecond: 1,
    p50Milliseconds: 1,
    p99Milliseconds: 1,
    rssBytes: 1e6,
    requests: 1,
    problems: {},
    ...part,
  };
}

function outcome(part: Partial<Outcome>): Outcome {
  return { store: 'sqlite', samples: new Map(), startMilliseconds: new Map(), bytesPerFamily: new Map(), ...part };
}

function cpus(...values: number[]): Sample[] {
  return values.map((cpuMicroseconds) => sample({ cpuMicroseconds }));
}

test('a ratio is the median of the ratios of each run, not the ratio of the medians', () => {
  const samples: Samples = new Map([
    [
      'refresh',
      new Map([
        ['ostiary', cpus(100, 400, 300)],
        ['floor', cpus(100, 100, 200)],
      ] as const),
    ],
  ]);
  assert.equal(cpuRatio(samples, 'refresh', 'ostiary', 'floor'), 1.5);
});

test('there is no ratio to a subject that was not measured', () => {
  const samples: Samples = new Map([['refresh', new Map([['ostiary', cpus(100)]] as const)]]);
  assert.equal(cpuRatio(samples, 'refresh', 'ostiary', 'floor'), undefined);
  assert.equal(cpuRatio(samples, 'code', 'ostiary', 'floor'), undefined);
  assert.deepEqual(tablesOf(outcome({ samples }))[0]?.rows, [
    ['ostiary', '100.0', '100-100', '1', '1.00', '1.00', '1'],
  ]);
});

test('a table has the median of each figure and says 1 where a subject is compared with itself', () => {
  const samples: Samples = new Map([
    [
      'discovery',
      new Map([
        ['floor', cpus(10, 30, 20)],
        ['oidc-provider', cpus(40, 60, 80)],
      ] as const),
    ],
  ]);
  const [table] = tablesOf(outcome({ samples }));
  assert.equal(table?.title, 'discovery, SQLite');
  assert.deepEqual(
    table?.rows.map((row) => row.slice(0, 5)),
    [
      ['floor', '20.0', '10-30', '1', '0.25'],
      ['oidc-provider', '60.0', '40-80', '4.00', '1'],
    ],
  );
});

test('the race compares the p99 of one subject with itself', () => {
  const racing = [3, 6].map((p99Milliseconds) => sample({ p99Milliseconds }));
  const own = [2, 4].map((p99Milliseconds) => sample({ p99Milliseconds }));
  const samples: Samples = new Map([
    ['race, one token', new Map([['ostiary', racing]] as const)],
    ['race, tokens of their own', new Map([['ostiary', own]] as const)],
  ]);
  assert.equal(raceRatio(samples, 'ostiary'), 1.5);
  assert.equal(raceRatio(samples, 'floor'), undefined);
});

test('a target is met up to its limit and missed beyond it', () => {
  const samplesWith = (cpu: number): Samples =>
    new Map([
      [
        'refresh',
        new Map([
          ['ostiary', cpus(cpu)],
          ['floor', cpus(100)],
        ] as const),
      ],
    ]);
  const met = (cpu: number): string | undefined => targetsOf(outcome({ samples: samplesWith(cpu) })).rows[0]?.[3];
  assert.equal(met(130), 'yes');
  assert.equal(met(131), 'no');
});

test('the start is the median of all starts', () => {
  const { rows } = targetsOf(outcome({ startMilliseconds: new Map([['ostiary', [400, 1200, 500]]]) }));
  assert.deepEqual(rows, [['spawn to the first 200 of /token, in ms', '500', '<= 1000', 'yes']]);
});

test('what the database server took stands beside what the server took', () => {
  const samples: Samples = new Map([
    ['refresh', new Map([['ostiary', [sample({ databaseCpuMicroseconds: 50 })]]] as const)],
  ]);
  const [table] = tablesOf(outcome({ store: 'postgres', samples }));
  assert.equal(table?.title, 'refresh, PostgreSQL');
  assert.equal(table?.rows[0]?.[table.head.indexOf('database CPU us')], '50.0');
});

test('targets of what was not measured are left out', () => {
  const rows = targetsOf(outcome({ bytesPerFamily: new Map([['ostiary', 401]]) })).rows;
  assert.deepEqual(rows, [['bytes on disk per family, with indexes', '401', '<= 400', 'no']]);
});

test('problems are named with their line and subject', () => {
  const samples: Samples = new Map([
    ['code', new Map([['floor', [sample({}), sample({ problems: { 'status 400': 3 } })]]] as const)],
  ]);
  assert.deepEqual(problemsOf(outcome({ samples })), ['sqlite, code, floor: 3 x status 400']);
});
