import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleOf, type Window } from './measure.ts';

function windowOf(
  latencies: number[],
  rest: { cpu: number; elapsed: number; rss: number; problems?: Record<string, number> },
): Window {
  const report = {
    requests: latencies.length,
    elapsedMilliseconds: rest.elapsed,
    latenciesMilliseconds: Float64Array.from(latencies),
    problems: rest.problems ?? {},
    families: [],
  };
  return { report, cpuMicroseconds: rest.cpu, databaseCpuMicroseconds: undefined, rssBytes: rest.rss };
}

test('a sample weighs windows by their requests, not by their number', () => {
  const sample = sampleOf([
    windowOf([1, 1, 1], { cpu: 300, elapsed: 3, rss: 5 }),
    windowOf([9], { cpu: 500, elapsed: 1, rss: 9 }),
  ]);
  assert.equal(sample.requests, 4);
  assert.equal(sample.cpuMicroseconds, 200);
  assert.equal(sample.requestsPerSecond, 1000);
  assert.equal(sample.p50Milliseconds, 1);
  assert.equal(sample.p99Milliseconds, 9);
  assert.equal(sample.rssBytes, 9);
});

test('a sample counts the same problem of several windows together', () => {
  const one = windowOf([1], { cpu: 1, elapsed: 1, rss: 1, problems: { 'status 400': 2 } });
  const other = windowOf([1], { cpu: 1, elapsed: 1, rss: 1, problems: { 'status 400': 1, 'status 503': 1 } });
  assert.deepEqual(sampleOf([one, other]).problems, { 'status 400': 3, 'status 503': 1 });
});
