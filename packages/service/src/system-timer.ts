import type { Timer } from './ports.ts';

/** The time of this process. */
export const systemTimer: Timer = {
  nowMs: () => performance.now(),
  after: (milliseconds, act) => void setTimeout(act, milliseconds).unref(),
};
