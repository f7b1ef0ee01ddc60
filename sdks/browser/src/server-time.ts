import { learn, look, openClock, serverTimeMs } from '@ostiary/session';
import type { ServerClock } from '@ostiary/session';
import type { Environment } from './environment.ts';

/** The server's time as this page knows it. The wall clock of the machine may be an hour wrong, or leap. */
export interface ServerTime {
  now(): number;
  /**
   * A request leaves. Afterwards: what the wall clock of then would have shown, had it been today's. The longer of two
   * measures counts, so that neither a clock that is set back nor sleep makes an answer seem younger than it is.
   */
  begin(): () => number;
  /** Server time when the wall clock showed `wallMs`. */
  at(wallMs: number): number;
  offsetMs(): number;
  /** Begins with what an earlier page learned; it is not earlier than `sinceMs`, whoever set the wall clock back meanwhile. */
  resume(offsetMs: number, sinceMs: number): void;
  /** An answer told the time; what is no time tells nothing. */
  learn(toldMs: number, sentAtWallMs: number): void;
}

export function openServerTime(environment: Environment): ServerTime {
  const reading = () => ({ wallMs: environment.wallMs(), monotonicMs: environment.monotonicMs() });
  let clock: ServerClock | undefined;
  const looked = () => (clock = clock === undefined ? openClock(reading()) : look(clock, reading()));
  return {
    now: () => serverTimeMs(looked()),
    begin() {
      const sent = reading();
      return () => {
        const { wallMs, monotonicMs } = reading();
        return wallMs - Math.max(monotonicMs - sent.monotonicMs, wallMs - sent.wallMs);
      };
    },
    at: (wallMs) => wallMs + looked().offsetMs,
    offsetMs: () => looked().offsetMs,
    resume(offsetMs, sinceMs) {
      clock ??= openClock(reading(), Math.max(offsetMs, sinceMs - environment.wallMs()));
    },
    learn(toldMs, sentAtWallMs) {
      if (Number.isFinite(toldMs)) clock = learn(looked(), toldMs, sentAtWallMs);
    },
  };
}
