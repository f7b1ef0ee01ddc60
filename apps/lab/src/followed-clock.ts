import type { IssuerClock } from './issuer-clock.ts';

/** The issuer's time for code that cannot wait for it. */
export interface FollowedClock {
  /** Milliseconds since 1970, by the issuer's clock as it was last heard of. */
  nowMs(): number;
  /** What it was ahead of the real time then. */
  offsetMs(): number;
  /** Asks the issuer. Keeps what it knew when nobody answers. */
  follow(): Promise<void>;
}

/** A clock that goes as the issuer's does, and leaps when it was moved. */
export function followClock(clock: IssuerClock): FollowedClock {
  let offsetMs = 0;
  return {
    nowMs: () => Date.now() + offsetMs,
    offsetMs: () => offsetMs,
    async follow() {
      offsetMs = (await clock.offsetMs().catch(() => offsetMs)) ?? 0;
    },
  };
}
