import { learn, look, openClock, serverTimeMs } from '@ostiary/session';
import type { ServerClock } from '@ostiary/session';
import type { Environment } from './environment.ts';

/**
 * The issuer's time as this process knows it. All that is stored goes by it, so that workers on machines whose clocks differ
 * agree on what is due and on whose lease is over.
 */
export interface ServerTime {
  /** Whole milliseconds since 1970. */
  now(): number;
  /**
   * A request leaves. Afterwards: what the wall clock of then would have shown, had it been today's. The longer of two
   * measures counts, so that neither a clock that is set back nor sleep makes an answer seem younger than it is.
   */
  begin(): () => number;
  /** Server time when the wall clock showed `wallMs`. */
  at(wallMs: number): number;
  /** An answer told the time; what is no time tells nothing. */
  learn(toldMs: number, sentAtWallMs: number): void;
}

export function openServerTime(environment: Pick<Environment, 'wallMs' | 'monotonicMs'>): ServerTime {
  const reading = () => ({ wallMs: environment.wallMs(), monotonicMs: environment.monotonicMs() });
  let clock: ServerClock = openClock(reading());
  const looked = () => (clock = look(clock, reading()));
  return {
    now: () => Math.floor(serverTimeMs(looked())),
    begin() {
      const sent = reading();
      return () => {
        const { wallMs, monotonicMs } = reading();
        return wallMs - Math.max(monotonicMs - sent.monotonicMs, wallMs - sent.wallMs);
      };
    },
    at: (wallMs) => Math.floor(wallMs + looked().offsetMs),
    learn(toldMs, sentAtWallMs) {
      if (Number.isFinite(toldMs)) clock = learn(looked(), toldMs, sentAtWallMs);
    },
  };
}
