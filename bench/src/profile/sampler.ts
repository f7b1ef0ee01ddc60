import { Session, type Profiler } from 'node:inspector';

/** Distance between two samples, microseconds. */
const INTERVAL_MICROSECONDS = 200;

let session: Session | undefined;

/** Begins to sample what this process does. */
export async function startSampling(): Promise<null> {
  session = new Session();
  session.connect();
  await post(session, 'Profiler.enable');
  await post(session, 'Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
  await post(session, 'Profiler.start');
  return null;
}

/** Ends it, and returns the samples. */
export async function stopSampling(): Promise<Profiler.Profile> {
  if (!session) throw new Error('Nothing is being sampled.');
  const sampling = session;
  session = undefined;
  const { profile } = (await post(sampling, 'Profiler.stop')) as Profiler.StopReturnType;
  sampling.disconnect();
  return profile;
}

function post(to: Session, method: string, parameters?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    to.post(method, parameters, (error, result) => (error ? reject(error) : resolve(result)));
  });
}
