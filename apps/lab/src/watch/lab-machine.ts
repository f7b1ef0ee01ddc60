import { nodeEnvironment } from '@ostiary/worker/environment';
import type { Environment } from '@ostiary/worker/environment';
import type { FollowedClock } from '../followed-clock.ts';

/** A machine whose time is the issuer's: when the test clock leaps, its timers ring. */
export interface LabMachine {
  environment: Environment;
  /** Its timers ring no more. */
  stop(): void;
}

interface Timer {
  atMs: number;
  callBack: () => void;
}

const lookMs = 250;

export function createLabMachine({ nowMs, offsetMs, follow }: FollowedClock): LabMachine {
  const timers = new Set<Timer>();
  let looking: NodeJS.Timeout | undefined;
  const ring = () => {
    for (const timer of [...timers].filter(({ atMs }) => atMs <= nowMs())) {
      timers.delete(timer);
      timer.callBack();
    }
  };
  const rest = () => {
    clearInterval(looking);
    looking = undefined;
  };
  const look = async () => {
    await follow();
    ring();
    if (timers.size === 0) rest();
  };
  return {
    environment: {
      ...nodeEnvironment(),
      wallMs: nowMs,
      monotonicMs: () => performance.now() + offsetMs(),
      setTimer(ms, callBack) {
        const timer = { atMs: nowMs() + ms, callBack };
        timers.add(timer);
        // It ends with the Lab, which has other things to live for.
        looking ??= setInterval(() => void look(), lookMs).unref();
        return () => void timers.delete(timer);
      },
    },
    stop() {
      timers.clear();
      rest();
    },
  };
}
