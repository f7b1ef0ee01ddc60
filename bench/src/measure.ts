import type { Child } from './child.ts';
import type { LoadReport, Work } from './load/job.ts';
import { ask } from './questions.ts';
import { percentile } from './statistics.ts';
import type { Subject } from './subject.ts';

/** One measured window: what the load generator saw, and what it cost the server process. */
export type Window = {
  report: LoadReport;
  cpuMicroseconds: number;
  databaseCpuMicroseconds: number | undefined;
  rssBytes: number;
};

/** What one run of one scenario says about one subject. CPU is per request. */
export type Sample = {
  cpuMicroseconds: number;
  /** Of the database server, where there is one. */
  databaseCpuMicroseconds?: number | undefined;
  requestsPerSecond: number;
  p50Milliseconds: number;
  p99Milliseconds: number;
  rssBytes: number;
  requests: number;
  problems: Record<string, number>;
};

/** Lets the load generator do `work`; the server's usage is read just before the first request and just after the last answer. */
export async function measureWindow(subject: Subject, load: Child, connections: number, work: Work): Promise<Window> {
  const server = subject.server();
  await ask(load, 'prepare', { target: subject.target, connections, work });
  const databaseBefore = await subject.databaseCpu?.();
  const before = await ask(server, 'usage', null);
  const report = await ask(load, 'go', null);
  const after = await ask(server, 'usage', null);
  const databaseAfter = await subject.databaseCpu?.();
  return {
    report,
    cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds,
    databaseCpuMicroseconds: databaseAfter && databaseAfter - (databaseBefore ?? 0),
    rssBytes: after.rssBytes,
  };
}

/** Joins the windows of one run; latencies are put together before percentiles are taken. */
export function sampleOf(windows: Window[]): Sample {
  const sum = (of: (window: Window) => number): number => windows.reduce((total, window) => total + of(window), 0);
  const requests = sum((window) => window.report.requests);
  const latencies = windows.flatMap((window) => [...window.report.latenciesMilliseconds]);
  const problems: Record<string, number> = {};
  for (const { report } of windows) {
    for (const [problem, count] of Object.entries(report.problems))
      problems[problem] = (problems[problem] ?? 0) + count;
  }
  return {
    cpuMicroseconds: sum((window) => window.cpuMicroseconds) / requests,
    ...(windows[0]?.databaseCpuMicroseconds !== undefined && {
      databaseCpuMicroseconds: sum((window) => window.databaseCpuMicroseconds ?? 0) / requests,
    }),
    requestsPerSecond: requests / (sum((window) => window.report.elapsedMilliseconds) / 1000),
    p50Milliseconds: percentile(latencies, 50),
    p99Milliseconds: percentile(latencies, 99),
    rssBytes: Math.max(...windows.map((window) => window.rssBytes)),
    requests,
    problems,
  };
}
