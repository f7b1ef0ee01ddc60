import { nodeEnvironment } from '@ostiary/worker/environment';
import type { Environment } from '@ostiary/worker/environment';
import type { IssuerClock } from '../issuer-clock.ts';

/** A machine whose time is the issuer's: when the test clock leaps, its timers ring. */
export interface LabMachine {
  environment: Environment;
  /** Milliseconds since 1970, by the issuer's clock as it was last heard of. */
  nowMs(): number;
}

interface Timer {
  atMs: number;
  callBack: () => void;
}

const lookMs = 250;

export function createLabMachine(clock: IssuerClock): LabMachine {
  const timers = new Set<Timer>();
  let offsetMs = 0;
  let looking: NodeJS.Timeout | undefined;
  const nowMs = () => Date.now() + offsetMs;
  const ring = () => {
    for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs())) {
      timers.delete(timer);
      timer.callBack();
    }
  };
  const look = async () => {
    offsetMs = (await clock.offsetMs().catch(() => offsetMs)) ?? 0;
    ring();
    if (timers.size === 0) {
      clearInterval(looking);
      looking = undefined;
    }
  };
  return {
    nowMs,
    environment: {
      ...nodeEnvironment(),
      wallMs: nowMs,
      monotonicMs: () => performance.now() + offsetMs,
      setTimer(ms, callBack) {
        const timer = { atMs: nowMs() + ms, callBack };
        timers.add(timer);
        // It ends with the Lab, which has other things to live for.
        looking ??= setInterval(() => void look(), lookMs).unref();
        return () => void timers.delete(timer);
      },
    },
  };
}
