import type { Profiler } from 'node:inspector';
import { startLoad, stopChild, type Child } from '../child.ts';
import type { Options } from '../options.ts';
import { ask } from '../questions.ts';
import { startSubject } from '../start-subject.ts';
import type { StoreName, Subject, SubjectName } from '../subject.ts';

/** Samples of a server that did nothing but refresh, how many requests that were, and what CPU each took, the sampler's included. */
export type RefreshProfile = {
  store: StoreName;
  subject: SubjectName;
  requests: number;
  cpuMicroseconds: number;
  profile: Profiler.Profile;
};

const FAMILIES = 8192;

/** Refreshes for a while to warm up, and then again under the sampler. */
export async function profileRefresh(store: StoreName, name: SubjectName, options: Options): Promise<RefreshProfile> {
  const subject = await startSubject(name, store, options);
  const load = startLoad();
  try {
    await refreshFor(subject, load, options);
    await ask(subject.server(), 'startSampling', null);
    const before = await ask(subject.server(), 'usage', null);
    const requests = await refreshFor(subject, load, options);
    const after = await ask(subject.server(), 'usage', null);
    const profile = await ask(subject.server(), 'stopSampling', null);
    const cpuMicroseconds = (after.cpuMicroseconds - before.cpuMicroseconds) / requests;
    return { store, subject: name, requests, cpuMicroseconds, profile };
  } finally {
    await stopChild(load);
    await subject.stop();
  }
}

async function refreshFor(subject: Subject, load: Child, { connections, seconds }: Options): Promise<number> {
  const families = await subject.families(Math.min(FAMILIES, subject.mostFamilies ?? FAMILIES));
  await ask(load, 'prepare', { target: subject.target, connections, work: { kind: 'refresh', families, seconds } });
  const { requests, problems } = await ask(load, 'go', null);
  const [problem] = Object.keys(problems);
  if (problem !== undefined) throw new Error(`a refresh went wrong under the profiler: ${problem}`);
  return requests;
}
