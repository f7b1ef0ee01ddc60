import type { FollowedClock } from '../followed-clock.ts';

/** The clock of the web app. It can be made wrong, to see what a wrong clock does to a sign-in. */
export interface AppClock {
  /** Milliseconds since 1970. */
  nowMs(): number;
  behindSeconds(): number;
  fallBehind(seconds: number): void;
}

export function createAppClock(right: FollowedClock): AppClock {
  let behind = 0;
  return {
    nowMs: () => right.nowMs() - behind * 1000,
    behindSeconds: () => behind,
    fallBehind: (seconds) => void (behind = seconds),
  };
}
